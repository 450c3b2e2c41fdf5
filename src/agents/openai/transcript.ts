/** What was said in one session of OpenAI's Realtime protocol: each item's words once, whole, and when they were begun. */
import type { LegEvent } from "../../call/leg.js";
import type { JsonObject } from "../wire/json.js";
import type { History } from "./history.js";

export interface TranscriptOptions {
  readonly history: History;
  readonly audioBeforeMs: () => number;
  readonly emit: (event: LegEvent) => void;
}

const MAX_ITEMS = 100;
const MAX_TEXT = 20_000;

export class Transcript {
  readonly #options: TranscriptOptions;
  /** Words of the agent's items whose end has not come. */
  readonly #unfinished = new Map<string, string>();
  /** When the caller began what became an item. */
  readonly #begunAt = new Map<string, number>();

  constructor(options: TranscriptOptions) {
    this.#options = options;
  }

  read(event: JsonObject): void {
    const id = String(event.item_id);
    switch (event.type) {
      case "input_audio_buffer.speech_started":
        if (typeof event.audio_start_ms === "number") {
          remember(this.#begunAt, id, event.audio_start_ms + this.#options.audioBeforeMs());
        }
        this.#options.history.begin(id, "caller");
        break;
      case "input_audio_buffer.committed":
        this.#options.history.begin(id, "caller");
        break;
      case "conversation.item.input_audio_transcription.completed":
        // xAI says this more than once, with more of the words each time.
        if (event.status !== "in_progress") this.#callerSaid(id, event.transcript);
        break;
      case "response.output_audio_transcript.delta":
      case "response.audio_transcript.delta":
        this.#agentSays(id, event.delta);
        break;
      case "response.output_audio_transcript.done":
      case "response.audio_transcript.done":
        this.#agentSaid(id, event.transcript);
        break;
      case "response.done":
        // A reply that was cut short may lack the end of its transcript.
        for (const unfinished of this.#unfinished.keys()) this.#agentSaid(unfinished, undefined);
        break;
    }
  }

  #callerSaid(id: string, transcript: unknown): void {
    const audioMs = this.#begunAt.get(id);
    this.#begunAt.delete(id);
    const text = trimmed(transcript);
    if (!text) return;
    this.#options.history.say(id, "caller", text);
    this.#options.emit({
      type: "transcript",
      who: "caller",
      text,
      ...(audioMs !== undefined && { audioMs }),
    });
  }

  #agentSays(id: string, delta: unknown): void {
    const said = this.#unfinished.get(id);
    if (said === undefined) this.#options.history.begin(id, "agent");
    if (typeof delta !== "string" || (said?.length ?? 0) > MAX_TEXT) return;
    remember(this.#unfinished, id, (said ?? "") + delta);
  }

  #agentSaid(id: string, transcript: unknown): void {
    const text = trimmed(transcript) || trimmed(this.#unfinished.get(id));
    this.#unfinished.delete(id);
    if (!text) return;
    this.#options.history.say(id, "agent", text);
    this.#options.emit({ type: "transcript", who: "agent", text });
  }
}

function trimmed(text: unknown): string {
  return typeof text === "string" ? text.trim().slice(0, MAX_TEXT) : "";
}

function remember<T>(map: Map<string, T>, id: string, value: T): void {
  map.set(id, value);
  if (map.size <= MAX_ITEMS) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    break;
  }
}
