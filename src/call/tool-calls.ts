/** The tool calls of one phone call: each is answered exactly once, unless the model took it back. */
import type { Effects } from "./effects.js";
import type { CallNote } from "./events.js";
import type { LegEvent } from "./leg.js";

/** The one tool that the call itself carries out: everything else happens outside. */
export const HANG_UP = "hang_up";

/** More than this at a time is no conversation. */
const MAX_RUNNING = 16;

export class ToolCalls {
  readonly #effects: Effects;
  readonly #note: (event: CallNote) => void;
  readonly #running = new Map<string, { readonly name: string; readonly at: number }>();

  constructor(effects: Effects, note: (event: CallNote) => void) {
    this.#effects = effects;
    this.#note = note;
  }

  /** @returns true when the agent wants the call to end. */
  call({ id, name, args }: Extract<LegEvent, { type: "tool-call" }>, now: number): boolean {
    if (this.#running.has(id)) return false;
    this.#note({ type: "tool-call", id, name, args });
    this.#running.set(id, { name, at: now });
    if (name === HANG_UP) {
      this.result(id, '{"status":"the call ends when the caller has heard what you said"}', false, now);
      return true;
    }
    if (this.#running.size > MAX_RUNNING) this.result(id, "too many tool calls at a time", true, now);
    else this.#effects.runTool(id, name, args);
    return false;
  }

  result(id: string, output: string, isError: boolean, now: number): void {
    const running = this.#running.get(id);
    if (!running) return;
    this.#running.delete(id);
    this.#note({ type: "tool-result", id, name: running.name, isError, tookMs: now - running.at });
    this.#effects.sendToolResult(id, output, isError);
  }

  /** The model takes these back: what they did is done, but an answer would be refused. */
  cancel(ids: readonly string[]): void {
    for (const id of ids) this.#running.delete(id);
  }
}
