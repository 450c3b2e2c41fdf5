/** One side's sound for the page: in pieces of some seconds, each packed by itself, and its outline. */
import { gzipSync } from "node:zlib";
import { encodeAdpcm } from "../../audio/adpcm.js";
import type { SampleRate } from "../../audio/format.js";
import { encodeUlaw } from "../../audio/g711.js";
import { pcmBytes } from "../../audio/pcm.js";
import { Resampler } from "../../audio/resample.js";
import type { AudioFile } from "../../recording/format.js";
import { placeAudio, soundRate } from "../../recording/place-audio.js";
import type { Recording } from "../../recording/reader.js";
import type { PageDocument } from "./page-document.js";

export const PIECE_MS = 5000;
export const PEAK_MS = 10;

export interface SoundPlan {
  readonly codec: PageDocument["sound"]["codec"];
  readonly rateHz: SampleRate;
  readonly note: string;
}

/** What the sound may take before it is packed; in the page, as base64, it is a third more at most. */
const MOST_BYTES = 28_000_000;
const BITS = { pcm16: 16, ulaw: 8, adpcm: 4 } as const;

/** The best sound that leaves the page small enough. @param audioMs of both sides together. */
export function soundPlan(recording: Recording, audioMs: number): SoundPlan {
  const { format } = recording.call;
  const rateHz = soundRate(format);
  const isUlaw = format.encoding === "g711_ulaw";
  const whole = {
    codec: isUlaw ? "ulaw" : "pcm16",
    rateHz,
    note: isUlaw
      ? "The sound is in this page as it was on the wire."
      : `The sound is in this page with 16 bits at ${rateHz} Hz, as it was decoded.`,
  } as const;
  const smaller = (["ulaw", "adpcm"] as const).flatMap((codec) =>
    ([24000, 16000, 8000] as const).flatMap((rate) =>
      rate <= rateHz && BITS[codec] * rate < BITS[whole.codec] * rateHz ? [{ codec, rateHz: rate }] : [],
    ),
  );
  const plans = [whole, ...smaller.sort((a, b) => BITS[b.codec] * b.rateHz - BITS[a.codec] * a.rateHz)];
  const size = ({ codec, rateHz }: { codec: keyof typeof BITS; rateHz: number }) =>
    (audioMs * BITS[codec] * rateHz) / 8000;
  const plan = plans.find((plan) => size(plan) <= MOST_BYTES) ?? plans[plans.length - 1];
  if (plan === whole) return whole;
  return {
    ...plan,
    note: `To keep this page small its sound has ${BITS[plan.codec]} bits a sample at ${plan.rateHz} Hz: the call was long. The recording has all of it.`,
  };
}

export interface Piece {
  readonly index: number;
  /** gzip. */
  readonly bytes: Uint8Array;
  /** How far in the call this is. */
  readonly atMs: number;
}

export class SideSound {
  readonly #recording: Recording;
  readonly #file: AudioFile;
  readonly #plan: SoundPlan;
  readonly #rate: SampleRate;
  readonly #resampler: Resampler | undefined;
  #peaks = new Int8Array(1 << 16);
  #peakBytes = 0;

  constructor(recording: Recording, file: AudioFile, plan: SoundPlan) {
    this.#recording = recording;
    this.#file = file;
    this.#plan = plan;
    this.#rate = soundRate(recording.call.format);
    this.#resampler = this.#rate === plan.rateHz ? undefined : new Resampler(this.#rate, plan.rateHz);
  }

  /** The lowest and highest sample of every `PEAK_MS`, as signed bytes. Whole when all pieces were taken. */
  get peaks(): Uint8Array {
    return new Uint8Array(this.#peaks.buffer, 0, this.#peakBytes);
  }

  /** Where nothing sounds there is none. */
  async *pieces(): AsyncGenerator<Piece> {
    const size = (this.#rate / 1000) * PIECE_MS;
    const samples = new Int16Array(size);
    let index = 0;
    let filled = 0;
    for await (const run of placeAudio(this.#recording, this.#file)) {
      for (let taken = 0; taken < run.samples.length; ) {
        const at = run.position + taken;
        if (Math.floor(at / size) !== index) {
          if (filled > 0) yield* this.#pack(samples, filled, index);
          if (Math.floor(at / size) > index + 1) this.#resampler?.reset();
          index = Math.floor(at / size);
          filled = 0;
          samples.fill(0);
        }
        const offset = at - index * size;
        const count = Math.min(size - offset, run.samples.length - taken);
        samples.set(run.samples.subarray(taken, taken + count), offset);
        filled = offset + count;
        taken += count;
      }
    }
    if (filled > 0) yield* this.#pack(samples, filled, index);
  }

  *#pack(samples: Int16Array, filled: number, index: number): Generator<Piece> {
    this.#outline(samples, filled, index);
    const plain = this.#resampled(samples.subarray(0, filled));
    if (plain.every((sample) => sample === 0)) return;
    const { codec } = this.#plan;
    const bytes =
      codec === "ulaw" ? encodeUlaw(plain) : codec === "adpcm" ? encodeAdpcm(plain) : pcmBytes(plain);
    yield { index, bytes: gzipSync(bytes), atMs: index * PIECE_MS };
  }

  #resampled(samples: Int16Array): Int16Array {
    return this.#resampler ? this.#resampler.process(samples) : samples;
  }

  #outline(samples: Int16Array, filled: number, index: number): void {
    const bin = (this.#rate / 1000) * PEAK_MS;
    const first = index * (PIECE_MS / PEAK_MS);
    const end = first + Math.ceil(filled / bin);
    if (2 * end > this.#peaks.length) {
      const longer = new Int8Array(4 * end);
      longer.set(this.#peaks);
      this.#peaks = longer;
    }
    for (let i = first; i < end; i++) {
      let [low, high] = [0, 0];
      for (let at = (i - first) * bin; at < Math.min(filled, (i - first + 1) * bin); at++) {
        const sample = samples[at];
        if (sample < low) low = sample;
        else if (sample > high) high = sample;
      }
      this.#peaks[2 * i] = -root(-low);
      this.#peaks[2 * i + 1] = root(high);
    }
    this.#peakBytes = 2 * end;
  }
}

/** So that quiet sound has an outline too. */
function root(sample: number): number {
  return Math.ceil(Math.sqrt(sample / 32768) * 127);
}
