/** What a Deepgram agent says once its settings are applied: audio without ids, texts, turns and function calls. */
import { Payload } from "../../audio/payload.js";
import type { LegEvent } from "../../call/leg.js";
import { type JsonObject, parseObject } from "../wire/json.js";
import { objectOf, wordsOf } from "../wire/vendor.js";

/** Audio that comes this long after an interruption is of a new reply, whatever was or was not said in between. */
const LATE_MS = 2000;
/** More unanswered function calls than this are no conversation. */
const MAX_WAITING = 64;

export class DeepgramSpeech {
  readonly #emit: (event: LegEvent) => void;
  readonly #warn: (code: string, message: string) => void;
  /** Since when audio may still be of the reply that was interrupted. Audio has no id here. */
  #droppingSince: number | undefined;
  /** The names of the functions that wait for an answer, by id. */
  readonly #waiting = new Map<string, string>();

  constructor(emit: (event: LegEvent) => void, warn: (code: string, message: string) => void) {
    this.#emit = emit;
    this.#warn = warn;
  }

  audio(bytes: Buffer): void {
    if (this.#droppingSince !== undefined) {
      if (performance.now() - this.#droppingSince < LATE_MS) return;
      this.#droppingSince = undefined;
    }
    if (bytes.length > 0) this.#emit({ type: "audio", payload: Payload.fromBytes(bytes) });
  }

  read(message: JsonObject): void {
    switch (message.type) {
      case "UserStartedSpeaking":
        this.#droppingSince = performance.now();
        this.#emit({ type: "interrupted" });
        break;
      case "AgentStartedSpeaking":
        this.#droppingSince = undefined;
        break;
      case "AgentAudioDone":
        this.#audioDone();
        break;
      case "ConversationText":
        this.#text(message);
        break;
      case "FunctionCallRequest":
        for (const call of listOf(message.functions)) this.#call(call);
        break;
      case "FunctionCallCancelled":
        this.#cancelled(listOf(message.functions));
        break;
      case "Warning":
        this.#warn("agent-warning", `Deepgram warns: ${wordsOf(message.description) || "no reason given"}`);
        break;
      case "InjectionRefused":
        this.#warn("agent-injection", "Deepgram did not take a key press, because somebody was speaking");
        break;
      default:
      // Thinking, latency reports, history: none of it changes the call.
    }
  }

  /** The name of a function that waits for an answer, once. */
  answered(id: string): string | undefined {
    const name = this.#waiting.get(id);
    this.#waiting.delete(id);
    return name;
  }

  /** Either the reply is complete, or the rest of an interrupted one has come. */
  #audioDone(): void {
    if (this.#droppingSince === undefined) this.#emit({ type: "turn-ended" });
    this.#droppingSince = undefined;
  }

  #text({ role, content }: JsonObject): void {
    if (role === "assistant") this.#droppingSince = undefined;
    const text = typeof content === "string" ? content.trim() : "";
    if (text) this.#emit({ type: "transcript", who: role === "user" ? "caller" : "agent", text });
  }

  #call({ id, name, arguments: args, client_side: ours }: JsonObject): void {
    if (ours === false) return;
    if (typeof id !== "string" || typeof name !== "string") {
      this.#warn("agent-tool", "the agent called a function without its name or id; it was ignored");
      return;
    }
    if (this.#waiting.size >= MAX_WAITING) return;
    this.#waiting.set(id, name);
    this.#emit({
      type: "tool-call",
      id,
      name,
      args: (typeof args === "string" && parseObject(args)) || objectOf(args),
    });
  }

  #cancelled(calls: readonly JsonObject[]): void {
    const ids = calls.map(({ id }) => String(id)).filter((id) => this.#waiting.delete(id));
    if (ids.length > 0) this.#emit({ type: "tool-cancelled", ids });
  }
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}
