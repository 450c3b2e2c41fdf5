/** What an Ultravox agent sends: audio in order, its state, transcripts in pieces, and tool invocations. */
import { Payload } from "../../audio/payload.js";
import type { LegEvent } from "../../call/leg.js";
import type { JsonObject } from "../wire/json.js";
import { objectOf } from "../wire/vendor.js";

/** Utterances that are still being written, and the length that one may have: far more than speech has. */
const MAX_UNFINISHED = 16;
const MAX_TEXT = 64 * 1024;
/** More unanswered tool calls than this are no conversation. */
const MAX_WAITING = 64;

export class UltravoxSpeech {
  readonly #emit: (event: LegEvent) => void;
  readonly #warn: (code: string, message: string) => void;
  #speaking = false;
  /** Texts that are not final yet, by role and place in the call. */
  readonly #unfinished = new Map<string, string>();
  /** The names of the tools that wait for an answer, by invocation. */
  readonly #waiting = new Map<string, string>();

  constructor(emit: (event: LegEvent) => void, warn: (code: string, message: string) => void) {
    this.#emit = emit;
    this.#warn = warn;
  }

  audio(bytes: Buffer): void {
    if (bytes.length > 0) this.#emit({ type: "audio", payload: Payload.fromBytes(bytes) });
  }

  read(message: JsonObject): void {
    switch (message.type) {
      case "playback_clear_buffer":
        // What comes after this in the same socket is new: nothing of the old reply can still arrive.
        this.#emit({ type: "interrupted" });
        break;
      case "state":
        this.#state(message.state);
        break;
      case "transcript":
        this.#transcript(message);
        break;
      case "client_tool_invocation":
        this.#invocation(message);
        break;
      default:
      // Pongs, debugging, the vendor's events: none of it changes the call.
    }
  }

  /** The name of a tool that waits for an answer, once. */
  answered(id: string): string | undefined {
    const name = this.#waiting.get(id);
    this.#waiting.delete(id);
    return name;
  }

  #state(state: unknown): void {
    const speaking = state === "speaking";
    if (this.#speaking && !speaking) this.#emit({ type: "turn-ended" });
    this.#speaking = speaking;
  }

  #transcript({ role, medium, text, delta, final, ordinal }: JsonObject): void {
    // The keys that we wrote into the conversation come back as a text of the user's.
    if (role !== "agent" && medium === "text") return;
    const who = role === "agent" ? "agent" : "caller";
    const utterance = `${who} ${ordinal}`;
    const earlier = this.#unfinished.get(utterance) ?? "";
    const whole = typeof text === "string" ? text : typeof delta === "string" ? earlier + delta : earlier;
    if (final === true) {
      this.#unfinished.delete(utterance);
      const said = whole.trim();
      if (said) this.#emit({ type: "transcript", who, text: said });
      return;
    }
    this.#unfinished.set(utterance, whole.slice(0, MAX_TEXT));
    const [oldest] = this.#unfinished.keys();
    if (this.#unfinished.size > MAX_UNFINISHED) this.#unfinished.delete(oldest);
  }

  #invocation({ invocationId: id, toolName: name, parameters }: JsonObject): void {
    if (typeof id !== "string" || typeof name !== "string") {
      this.#warn("agent-tool", "the agent called a tool without its name or id; it was ignored");
      return;
    }
    if (this.#waiting.size >= MAX_WAITING) return;
    this.#waiting.set(id, name);
    this.#emit({ type: "tool-call", id, name, args: objectOf(parameters) });
  }
}
