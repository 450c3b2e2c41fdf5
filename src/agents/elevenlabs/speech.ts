/** What an ElevenLabs agent sends once the conversation has begun: audio by event, interruptions, transcripts, tools. */
import { Payload } from "../../audio/payload.js";
import type { LegEvent, Speaker } from "../../call/leg.js";
import { HANG_UP } from "../../call/tool-calls.js";
import type { JsonObject } from "../wire/json.js";
import { objectOf } from "../wire/vendor.js";

/** The vendor's own tool with which an agent ends the conversation. */
const END_CALL = "end_call";
/** More unanswered tool calls than this are no conversation. */
const MAX_WAITING = 64;

export class ElevenLabsSpeech {
  readonly #emit: (event: LegEvent) => void;
  readonly #warn: (code: string, message: string) => void;
  readonly #reply: (text: string) => void;
  /** The event at which the caller interrupted: audio up to it is of a reply that is over. */
  #interruptedAt = Number.NEGATIVE_INFINITY;
  #lastEvent = Number.NEGATIVE_INFINITY;
  readonly #waiting = new Set<string>();

  /** @param reply sends a message to the agent. */
  constructor(
    emit: (event: LegEvent) => void,
    warn: (code: string, message: string) => void,
    reply: (text: string) => void,
  ) {
    this.#emit = emit;
    this.#warn = warn;
    this.#reply = reply;
  }

  read(message: JsonObject): void {
    switch (message.type) {
      case "audio":
        this.#audio(objectOf(message.audio_event));
        break;
      case "interruption":
        this.#interrupted(objectOf(message.interruption_event).event_id);
        break;
      case "ping":
        this.#ping(objectOf(message.ping_event).event_id);
        break;
      case "user_transcript":
        this.#transcript("caller", objectOf(message.user_transcription_event).user_transcript);
        break;
      case "agent_response":
        this.#transcript("agent", objectOf(message.agent_response_event).agent_response);
        break;
      case "client_tool_call":
        this.#toolCall(objectOf(message.client_tool_call));
        break;
      case "agent_tool_response":
        this.#vendorsTool(objectOf(message.agent_tool_response));
        break;
      default:
      // Corrections, scores, parts of texts: an agent sends what its settings name, and none of it changes the call.
    }
  }

  /** True once for every tool call that the agent waits for. */
  awaitsResult(id: string): boolean {
    return this.#waiting.delete(id);
  }

  #audio({ audio_base_64: data, event_id: id }: JsonObject): void {
    if (typeof id === "number") {
      if (this.#isStale(id)) return;
      this.#lastEvent = id;
    }
    if (typeof data !== "string") return;
    const bytes = Buffer.from(data, "base64");
    if (bytes.length > 0) this.#emit({ type: "audio", payload: Payload.fromBytes(bytes) });
  }

  /** The vendor's clients disagree whether the event of the interruption itself is still heard; here it is not. */
  #isStale(event: number): boolean {
    return event <= this.#interruptedAt;
  }

  #interrupted(event: unknown): void {
    this.#interruptedAt = typeof event === "number" ? event : this.#lastEvent;
    this.#emit({ type: "interrupted" });
  }

  #ping(event: unknown): void {
    if (typeof event === "number") this.#reply(`{"type":"pong","event_id":${event}}`);
  }

  #transcript(who: Speaker, text: unknown): void {
    const said = typeof text === "string" ? text.trim() : "";
    if (said) this.#emit({ type: "transcript", who, text: said });
  }

  #toolCall({ tool_call_id: id, tool_name: name, parameters }: JsonObject): void {
    if (typeof id !== "string" || typeof name !== "string") {
      this.#warn("agent-tool", "the agent called a tool without its name or id; it was ignored");
      return;
    }
    if (this.#waiting.size >= MAX_WAITING) return;
    this.#waiting.add(id);
    this.#emit({ type: "tool-call", id, name, args: objectOf(parameters) });
  }

  /** The agent wants the call to end: it does when the caller has heard the goodbye. The vendor waits for no answer. */
  #vendorsTool({ tool_name: name, tool_call_id: id, is_error: failed, is_called: called }: JsonObject): void {
    if (name !== END_CALL || failed === true || called === false) return;
    this.#emit({ type: "tool-call", id: String(id ?? END_CALL), name: HANG_UP, args: {} });
  }
}
