/** The function calls of a Realtime conversation: which wait for an answer, and which answers want a reply. */
import { HANG_UP } from "../../call/tool-calls.js";
import { type JsonObject, parseObject } from "../wire/json.js";

interface OpenCall {
  readonly name: string;
  readonly responseId: string;
  /** Whether the model is to go on when it has the answer. */
  wantsReply: boolean;
}

export interface FunctionCall {
  readonly id: string;
  readonly name: string;
  /** JSON text as the model wrote it. */
  readonly text: string;
  /** Undefined when the model wrote no JSON object. */
  readonly args: JsonObject | undefined;
}

/** Far more than come before a call that was told twice. */
const MAX_KNOWN = 1000;

/** Outlives a session: what was asked for in one may be answered in the next. */
export class OpenCalls {
  readonly #open = new Map<string, OpenCall>();
  readonly #known = new Set<string>();

  /** Whether answers are still due. */
  get pending(): boolean {
    return this.#open.size > 0;
  }

  /** A finished function call of a response, or undefined for anything else and for one that was told before. */
  read(item: JsonObject, responseId: string): FunctionCall | undefined {
    const { type, call_id: id, name, arguments: given, status } = item;
    if (type !== "function_call" || status === "incomplete" || status === "in_progress") return undefined;
    if (typeof id !== "string" || id === "" || typeof name !== "string" || name === "") return undefined;
    if (this.#known.has(id)) return undefined;
    this.#known.add(id);
    if (this.#known.size > MAX_KNOWN) this.#known.delete(this.#known.values().next().value as string);
    this.#open.set(id, { name, responseId, wantsReply: name !== HANG_UP });
    const text = typeof given === "string" ? given : "";
    return { id, name, text: text || "{}", args: parseObject(text || "{}") };
  }

  /** The caller spoke over this response: the next reply will be to them. */
  interrupted(responseId: string): void {
    for (const call of this.#open.values()) if (call.responseId === responseId) call.wantsReply = false;
  }

  /** @returns whether a reply is wanted, or undefined when no answer is. */
  answered(id: string): boolean | undefined {
    const call = this.#open.get(id);
    this.#open.delete(id);
    return call?.wantsReply;
  }
}
