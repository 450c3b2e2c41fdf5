/** Agent → caller: chunks of any size in the agent's format become 20 ms frames in the caller's. */
import { type Converter, createConverter } from "../audio/convert.js";
import { bytesPerMs, frameBytes, type MediaFormat, silenceByte } from "../audio/format.js";
import { Framer } from "../audio/framer.js";
import { Payload } from "../audio/payload.js";
import { SpeechDetector } from "../audio/speech.js";

export interface AgentFrame {
  readonly bytes: Uint8Array;
  readonly voiced: boolean;
}

export class AgentAudio {
  readonly #speaks: MediaFormat;
  readonly #plain: MediaFormat;
  readonly #framer: Framer;
  readonly #speech: SpeechDetector;
  #converter: Converter;

  /** @param plain the caller's format, or for an Opus call the PCM that is encoded when a frame leaves. */
  constructor(speaks: MediaFormat, plain: MediaFormat) {
    this.#speaks = speaks;
    this.#plain = plain;
    this.#framer = new Framer(frameBytes(plain), silenceByte(plain));
    this.#speech = new SpeechDetector(plain);
    this.#converter = createConverter(speaks, plain);
  }

  /** Milliseconds of audio in a chunk from the agent. */
  durationMs(payload: Payload): number {
    return payload.bytes.length / bytesPerMs(this.#speaks);
  }

  /** The first `ms` of a chunk from the agent. */
  head(payload: Payload, ms: number): Payload {
    return Payload.fromBytes(payload.bytes.subarray(0, ms * bytesPerMs(this.#speaks)));
  }

  /** What comes after the first `ms` of a chunk from the agent. */
  tail(payload: Payload, ms: number): Payload {
    return Payload.fromBytes(payload.bytes.subarray(ms * bytesPerMs(this.#speaks)));
  }

  /** True while a part of a frame waits for the rest of it. */
  get pending(): boolean {
    return this.#framer.pendingBytes > 0;
  }

  push(payload: Payload): AgentFrame[] {
    return this.#frames(this.#framer.push(this.#converter.convert(payload.bytes)));
  }

  /** The end of a burst: the converter's tail and the last frame, padded with silence. */
  flush(): AgentFrame[] {
    const frames = this.#framer.push(this.#converter.flush());
    const last = this.#framer.flush();
    if (last) frames.push(last);
    return this.#frames(frames);
  }

  /** Forgets what is under way. @returns the milliseconds forgotten. */
  clear(): number {
    const droppedMs = this.#framer.pendingBytes / bytesPerMs(this.#plain);
    this.#framer.clear();
    this.#converter = createConverter(this.#speaks, this.#plain);
    return droppedMs;
  }

  #frames(frames: readonly Uint8Array[]): AgentFrame[] {
    return frames.map((bytes) => ({ bytes, voiced: this.#speech.push(bytes) }));
  }
}
