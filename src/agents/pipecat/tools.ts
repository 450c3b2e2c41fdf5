/** Tool calls of a Pipecat bot: its model's function calls over RTVI, and those that its own code asks for. */
import type { LegEvent, ToolArguments } from "../../call/leg.js";
import { HANG_UP } from "../../call/tool-calls.js";
import { isCleanId } from "../../protocol/text.js";
import { type JsonObject, parseObject } from "../wire/json.js";

export interface PipecatToolsOptions {
  readonly tools: readonly { readonly name: string }[];
  readonly emit: (event: LegEvent) => void;
  readonly send: (type: string, data: JsonObject) => void;
}

interface Pending {
  readonly name: string;
  readonly args: ToolArguments;
  /** How the answer goes back. A bare `hang_up` wants none. */
  readonly answer: "function-call" | "client-message" | "none";
}

/** Calls that are never answered must not gather. The oldest is forgotten. */
const MAX_PENDING = 64;

export class PipecatTools {
  readonly #options: PipecatToolsOptions;
  readonly #pending = new Map<string, Pending>();
  #bareCalls = 0;

  constructor(options: PipecatToolsOptions) {
    this.#options = options;
  }

  /** One RTVI message. What is no tool call is left alone. */
  read(type: string, data: JsonObject): void {
    switch (type) {
      // Older bots send this where they leave the function to the client.
      case "llm-function-call":
        this.#functionCall(data, data.args);
        break;
      // Told of every function that the model calls, those that the bot runs itself among them: ours are those we offer.
      case "llm-function-call-in-progress":
        if (this.#options.tools.some(({ name }) => name === data.function_name)) {
          this.#functionCall(data, data.arguments);
        }
        break;
      case "llm-function-call-stopped":
        this.#stopped(data.tool_call_id);
        break;
      case "server-message":
        this.#serverMessage(data);
        break;
    }
  }

  result(id: string, output: string, isError: boolean): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending?.answer === "client-message") {
      this.#options.send("client-message", { t: "tool-result", d: { id, output, isError } });
    } else if (pending?.answer === "function-call") {
      this.#options.send("llm-function-call-result", {
        function_name: pending.name,
        tool_call_id: id,
        arguments: pending.args,
        // An object or a text, nothing else.
        result: isError ? { error: output } : (parseObject(output) ?? output),
      });
    }
  }

  #functionCall({ tool_call_id: id, function_name: name }: JsonObject, args: unknown): void {
    this.#call(id, name, args, "function-call");
  }

  /** The agreed shape of a `server-message`: `{"type":"tool-call","id","name","args"}`, or `{"type":"hang_up"}`. */
  #serverMessage({ type, id, name, args }: JsonObject): void {
    if (type === HANG_UP) this.#call(`server-message-${++this.#bareCalls}`, HANG_UP, {}, "none");
    else if (type === "tool-call") this.#call(id, name, args, "client-message");
  }

  #call(id: unknown, name: unknown, args: unknown, answer: Pending["answer"]): void {
    if (typeof id !== "string" || id === "" || !isCleanId(id) || this.#pending.has(id)) return;
    if (typeof name !== "string" || name === "" || !isCleanId(name)) return;
    const given = isArguments(args) ? args : {};
    this.#pending.set(id, { name, args: given, answer });
    if (this.#pending.size > MAX_PENDING) this.#pending.delete(this.#pending.keys().next().value as string);
    this.#options.emit({ type: "tool-call", id, name, args: given });
  }

  /** Cancelled, or answered by the bot's own code: either way it takes no answer from us. */
  #stopped(id: unknown): void {
    if (typeof id !== "string" || !this.#pending.delete(id)) return;
    this.#options.emit({ type: "tool-cancelled", ids: [id] });
  }
}

function isArguments(value: unknown): value is ToolArguments {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
