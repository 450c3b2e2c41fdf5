/** The instructions of a service that takes no messages: what it should know besides is added to them as the call goes on. */
import type { HistoryItem } from "./history.js";

/** Enough for an hour's talk in short; what is older is forgotten. */
const MAX_TEXT = 12_000;

export class Guidance {
  readonly #base: string;
  #notes: readonly string[] = [];

  constructor(base: unknown) {
    this.#base = typeof base === "string" ? base : "";
  }

  /** @param onlyNow what is to be done in the next reply, and not after it. */
  text(onlyNow?: string): string {
    return [this.#base, this.#notes.join("\n"), onlyNow].filter(Boolean).join("\n\n");
  }

  note(text: string): void {
    this.#notes = [...this.#notes, text];
    let length = this.#notes.reduce((sum, { length }) => sum + length + 1, 0);
    while (length > MAX_TEXT && this.#notes.length > 1) {
      length -= this.#notes[0].length + 1;
      this.#notes = this.#notes.slice(1);
    }
  }

  /** The call goes on in another session, which knows nothing of it. */
  startOver(history: readonly HistoryItem[]): void {
    this.#notes = [];
    if (history.length > 0) this.note("The call is under way already. Said so far:");
    for (const item of history) this.note(inWords(item));
  }
}

function inWords(item: HistoryItem): string {
  if (item.type === "function_call") return `You called ${item.name} with ${item.arguments}`;
  if (item.type === "function_call_output") return `It answered: ${item.output}`;
  const words = item.content.map(({ text }) => text).join(" ");
  return item.role === "user" ? `Caller: ${words}` : `You: ${words}`;
}
