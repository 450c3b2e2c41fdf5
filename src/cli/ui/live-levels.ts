/** How loud one side of a running call is: its last frames are kept as they pass, and measured when somebody looks. */
import type { MediaFormat } from "../../audio/format.js";
import type { OpusDecoder, OpusModule } from "../../audio/opus.js";
import { OpusUnframer } from "../../audio/opus-framing.js";
import type { Payload } from "../../audio/payload.js";
import { plainSamples } from "../../audio/plain-samples.js";
import { type Level, Meter } from "./meter.js";

/** What passes between two looks, at ten a second; Opus costs more to open, and three packets tell enough. */
const KEPT = { plain: 5, opus: 3 } as const;
/** Enough to tell how loud speech is. */
const OPUS_RATE_HZ = 8000;

export class SideLevel {
  readonly #format: MediaFormat;
  readonly #opus: () => OpusModule | undefined;
  readonly #unframer: OpusUnframer | undefined;
  readonly #meter = new Meter();
  #kept: (Payload | Uint8Array)[] = [];
  #next = 0;
  #decoder: OpusDecoder | undefined;

  /** @param opus libopus, once it is loaded: without it an Opus call shows no level. */
  constructor(format: MediaFormat, opus: () => OpusModule | undefined) {
    this.#format = format;
    this.#opus = opus;
    if (format.encoding === "opus") this.#unframer = new OpusUnframer();
  }

  /** A payload passes: nothing is decoded here. */
  push(payload: Payload): void {
    if (!this.#unframer) this.#keep(payload, KEPT.plain);
    else for (const packet of this.#unframer.push(payload.bytes)) this.#keep(packet, KEPT.opus);
  }

  /** @param now in ms of any one clock. */
  read(now: number): Level {
    const kept = this.#kept;
    this.#kept = [];
    this.#next = 0;
    for (const audio of kept) {
      const samples = this.#samples(audio);
      if (samples.length > 0) this.#meter.push(samples, now);
    }
    return this.#meter.read(now);
  }

  /** Releases codec memory. */
  end(): void {
    this.#kept = [];
    this.#decoder?.free();
    this.#decoder = undefined;
  }

  #keep(audio: Payload | Uint8Array, most: number): void {
    this.#kept[this.#next++ % most] = audio;
  }

  #samples(audio: Payload | Uint8Array): Int16Array {
    if (audio instanceof Uint8Array) {
      this.#decoder ??= this.#opus()?.createDecoder(OPUS_RATE_HZ);
      return this.#decoder?.decode(audio) ?? new Int16Array(0);
    }
    const { bytes } = audio;
    return plainSamples(bytes, this.#format);
  }
}
