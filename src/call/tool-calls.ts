/** The tool calls of one phone call: each is answered exactly once, unless the model took it back. */
import type { Conversation } from "./conversation.js";
import type { Effects } from "./effects.js";
import type { CallNote } from "./events.js";
import type { LegEvent } from "./leg.js";

/** The one tool that the call itself carries out: everything else happens outside. */
export const HANG_UP = "hang_up";

/** Waits until the caller has heard what the agent said before it. */
export const TRANSFER_CALL = "transfer_call";

/** Begins the marks that we set ourselves; no agent's own begins like this. */
const OWN_MARK = "\0tool-call ";

type ToolCall = Extract<LegEvent, { type: "tool-call" }>;

/** More than this at a time is no conversation. */
const MAX_RUNNING = 16;

export class ToolCalls {
  readonly #effects: Effects;
  readonly #note: (event: CallNote) => void;
  readonly #running = new Map<string, { readonly name: string; readonly at: number }>();
  /** What to run when a mark of ours has been heard. */
  readonly #waiting = new Map<string, () => void>();

  constructor(effects: Effects, note: (event: CallNote) => void) {
    this.#effects = effects;
    this.#note = note;
  }

  /**
   * @param speech where the agent's words wait to be heard.
   * @returns true when the agent wants the call to end.
   */
  call({ id, name, args }: ToolCall, now: number, speech: Pick<Conversation, "agentEvent">): boolean {
    if (this.#running.has(id)) return false;
    this.#note({ type: "tool-call", id, name, args });
    this.#running.set(id, { name, at: now });
    if (name === HANG_UP) {
      this.result(id, '{"status":"the call ends when the caller has heard what you said"}', false, now);
      return true;
    }
    if (this.#running.size > MAX_RUNNING) this.result(id, "too many tool calls at a time", true, now);
    else if (name !== TRANSFER_CALL) this.#effects.runTool(id, name, args);
    else {
      const mark = `${OWN_MARK}${id}`;
      this.#waiting.set(mark, () => this.#effects.runTool(id, name, args));
      speech.agentEvent({ type: "mark", name: mark }, now);
    }
    return false;
  }

  /** Everything before a mark has been heard. @returns true when the mark was ours and not the agent's. */
  heard(mark: string): boolean {
    this.#waiting.get(mark)?.();
    this.#waiting.delete(mark);
    return mark.startsWith(OWN_MARK);
  }

  /** The call is over: what still runs is answered all the same. */
  end(now: number): void {
    this.#waiting.clear();
    for (const id of this.#running.keys()) this.result(id, "the call has ended", true, now);
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
    for (const id of ids) {
      this.#running.delete(id);
      this.#waiting.delete(`${OWN_MARK}${id}`);
    }
  }
}
