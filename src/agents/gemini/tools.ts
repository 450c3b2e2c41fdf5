/** The tool calls of a Gemini session: which still want an answer, and under which name. */
import type { LegEvent } from "../../call/leg.js";
import { HANG_UP } from "../../call/tool-calls.js";
import type { JsonObject } from "../wire/json.js";
import { asObject, objects } from "../wire/json-parts.js";
import { toolMessage } from "./setup.js";

/** No model has more open at a time; bounds what a broken one can make us hold. */
const MAX_OPEN = 100;

export class GeminiTools {
  readonly #emit: (event: LegEvent) => void;
  readonly #open = new Map<string, { readonly name: string; readonly id: string | undefined }>();
  #unnamed = 0;

  constructor(emit: (event: LegEvent) => void) {
    this.#emit = emit;
  }

  /** Reads a `toolCall`. */
  call(message: JsonObject): void {
    for (const { id, name, args } of objects(message.functionCalls)) {
      if (typeof name !== "string" || this.#open.size >= MAX_OPEN) continue;
      const given = typeof id === "string" && id !== "" ? id : undefined;
      const ours = given ?? `call-${++this.#unnamed}`;
      this.#open.set(ours, { name, id: given });
      this.#emit({ type: "tool-call", id: ours, name, args: asObject(args) ?? {} });
    }
  }

  /** Reads a `toolCallCancellation`: an answer would be refused. */
  cancel({ ids }: JsonObject): void {
    const open = Array.isArray(ids) ? ids.filter((id) => this.#open.delete(id)) : [];
    if (open.length > 0) this.#emit({ type: "tool-cancelled", ids: open });
  }

  /** The session that called is gone: nobody waits for these any more. */
  forget(): void {
    this.cancel({ ids: [...this.#open.keys()] });
  }

  /**
   * The message that answers a call, or undefined when nobody waits for it. An answer makes the model speak: one that has
   * said its goodbye and hangs up gets none, or it would say it again.
   */
  answer(id: string, output: string, isError: boolean, spoke: boolean): string | undefined {
    const call = this.#open.get(id);
    if (!this.#open.delete(id) || !call) return undefined;
    if (call.name === HANG_UP && spoke) return undefined;
    return toolMessage(call.id, call.name, output, isError);
  }
}
