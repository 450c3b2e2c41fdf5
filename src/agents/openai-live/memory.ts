/** What was said in a call, as a Live session can be told it: when it is started, or while it runs. */
import type { InitialItem } from "./wire.js";

interface Said {
  readonly role: InitialItem["role"];
  readonly text: string;
}

/** A session takes 128 messages and 8192 tokens; a token is seldom less than a character. */
const MAX_ITEMS = 127;
const MAX_TEXT = 7000;
/** What may be appended at once has at most 500 tokens. */
const MAX_APPENDED = 480;
const UNDER_WAY = "The call is under way already. Go on with it as it stands, without a greeting.";

export class Memory {
  readonly #said: Said[] = [];
  #forgotten = 0;

  add(role: Said["role"], text: string): void {
    this.#said.push({ role, text: text.slice(0, MAX_TEXT) });
    if (this.#said.length <= MAX_ITEMS) return;
    this.#said.shift();
    this.#forgotten++;
  }

  /** How much was said. */
  get length(): number {
    return this.#forgotten + this.#said.length;
  }

  /** The latest of it, as the history of a session that is to be started. */
  items(): InitialItem[] {
    let room = MAX_TEXT;
    const from = this.#said.findLastIndex(({ text }) => {
      room -= text.length;
      return room < 0;
    });
    return [{ role: "developer", text: UNDER_WAY } as const, ...this.#said.slice(from + 1)].map(item);
  }

  /** What was said after so much, in pieces that can be appended. */
  since(length: number): string[] {
    const told = this.#said.slice(Math.max(0, length - this.#forgotten)).map(({ role, text }) => {
      return role === "developer" ? text : `${role === "user" ? "The caller" : "You"} said: ${text}`;
    });
    return told.flatMap(pieces);
  }
}

/** A text as it can be appended, from its beginning. */
export function pieces(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += MAX_APPENDED) found.push(text.slice(at, at + MAX_APPENDED));
  return found;
}

function item({ role, text }: Said): InitialItem {
  return role === "assistant"
    ? { type: "message", role, content: [{ type: "output_text", text }] }
    : { type: "message", role, content: [{ type: "input_text", text }] };
}
