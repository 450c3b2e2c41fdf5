/** What comes before the agent is ready: kept in bounds and handed over when it is. */
import { bytesPerMs, FRAME_MS, type MediaFormat } from "../audio/format.js";
import type { Payload } from "../audio/payload.js";
import type { KeyPress } from "./effects.js";
import type { LegEvent } from "./leg.js";

/** Older caller audio is of no use to an agent that answers late. */
const MAX_AUDIO_MS = 1000;
/** An Opus stream is kept from its beginning, for no longer than any agent may take to connect. */
const MAX_OPUS_CHUNKS = 2000;
/** Far more than any greeting. */
const MAX_EVENT_BYTES = 4 * 1024 * 1024;

export interface EarlyChunk {
  readonly payload: Payload;
  readonly at: number;
  readonly ms: number;
}

/** Caller audio of the last second; the oldest is dropped. */
export class EarlyAudio {
  #chunks: EarlyChunk[] = [];
  #ms = 0;
  droppedMs = 0;

  push(payload: Payload, at: number, format: MediaFormat): void {
    const isOpus = format.encoding === "opus";
    if (isOpus && this.#chunks.length >= MAX_OPUS_CHUNKS) {
      this.droppedMs += FRAME_MS;
      return;
    }
    const ms = isOpus ? FRAME_MS : payload.bytes.length / bytesPerMs(format);
    this.#chunks.push({ payload, at, ms });
    this.#ms += ms;
    // An Opus stream is read from its beginning: a container's head is in the first chunk.
    while (!isOpus && this.#ms > MAX_AUDIO_MS && this.#chunks.length > 1) {
      const oldest = this.#chunks.shift() as EarlyChunk;
      this.#ms -= oldest.ms;
      this.droppedMs += oldest.ms;
    }
  }

  take(): readonly EarlyChunk[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }
}

/** What an agent said before its connection was announced: a greeting must not be lost. */
export class EarlyEvents {
  #events: LegEvent[] = [];
  #bytes = 0;

  push(event: LegEvent): void {
    if (event.type === "audio") {
      this.#bytes += event.payload.bytes.length;
      if (this.#bytes > MAX_EVENT_BYTES) return;
    }
    this.#events.push(event);
  }

  take(): readonly LegEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

/** All of it. */
export class Early {
  readonly audio = new EarlyAudio();
  readonly events = new EarlyEvents();
  /** Keys pressed early are pressed again, in their order. */
  readonly keys: KeyPress[] = [];
}
