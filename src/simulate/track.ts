/** A source encoded once, as wire messages of 20 ms each that all calls of a load share. */
import { FRAME_MS, frameBytes, type MediaFormat, silenceByte } from "../audio/format.js";
import { encodeUlaw } from "../audio/g711.js";
import { loadOpus } from "../audio/opus.js";
import { OpusFramer, type OpusFraming } from "../audio/opus-framing.js";
import { Payload } from "../audio/payload.js";
import { createPayloadCodec } from "../audio/payload-codec.js";
import { pcmBytes } from "../audio/pcm.js";
import { SpeechDetector } from "../audio/speech.js";
import { ONSET_MS } from "../call/turns.js";
import { serializeCallerMedia } from "../protocol/serialize.js";
import type { Moment, Script, ScriptMaker } from "./script.js";
import type { Source } from "./source.js";

/** One frame of the caller's audio, ready to send. */
export interface TrackFrame {
  readonly payload: Payload;
  readonly message: string;
  readonly voiced: boolean;
  /** How much audio it is. Default 20. */
  readonly ms?: number;
}

/** Opus: the encoder's memory of the source is gone after this many frames, and silence stays the same packet. */
const OPUS_TAIL_FRAMES = 10;

export class Track implements ScriptMaker {
  readonly format: MediaFormat;
  /** Length of the source, in whole frames. */
  readonly durationMs: number;
  /** False when nothing in it counts as speech: no answer is to be expected. */
  readonly voiced: boolean;
  /** The longest message, in characters. */
  readonly longestMessage: number;
  readonly #moments: readonly Moment[];
  readonly #silence: Moment;
  readonly #framing: OpusFraming;

  private constructor(format: MediaFormat, durationMs: number, frames: TrackFrame[], framing: OpusFraming) {
    this.format = format;
    this.durationMs = durationMs;
    this.voiced = holdsSpeech(frames);
    this.longestMessage = frames.reduce((longest, frame) => Math.max(longest, frame.message.length), 0);
    const moments = frames.map((frame) => ({ frame }));
    this.#silence = moments.pop() as Moment;
    this.#moments = moments;
    this.#framing = framing;
  }

  /** @param framing how Opus packets travel; other formats have no framing. */
  static async encode(source: Source, format: MediaFormat, framing: OpusFraming = "raw"): Promise<Track> {
    const opus = format.encoding === "opus" ? await loadOpus() : undefined;
    const codec = createPayloadCodec(format, { agentRate: 48000, opus });
    const { plain } = codec;
    const samples = source.samplesAt(plain.sampleRate);
    const coded = (pcm: Int16Array) => (plain.encoding === "g711_ulaw" ? encodeUlaw(pcm) : pcmBytes(pcm));
    const bytes = coded(samples);
    const sent = source.background ? coded(mixed(samples, source.background(plain.sampleRate))) : bytes;
    const size = frameBytes(plain);
    const sourceFrames = Math.ceil(bytes.length / size);
    const speech = new SpeechDetector(plain);
    const frames: TrackFrame[] = [];
    for (let k = 0; k < sourceFrames + (opus ? OPUS_TAIL_FRAMES : 1); k++) {
      const frame = Buffer.alloc(size, silenceByte(plain));
      frame.set(bytes.subarray(k * size, (k + 1) * size));
      const voiced = speech.push(frame);
      if (source.background) frame.set(sent.subarray(k * size, (k + 1) * size));
      frames.push(ready(codec.encode(frame), voiced));
    }
    codec.free();
    return new Track(format, sourceFrames * FRAME_MS, frames, framing);
  }

  /** The frames of one call, one after the other, without end: after the source comes silence. */
  start(): Script {
    let k = 0;
    const seal = sealer(this.format, this.#framing);
    const next = seal ? () => ({ frame: seal(this.momentAt(k++).frame) }) : () => this.momentAt(k++);
    return { next, saidAllAt: this.durationMs, expectsAnswer: this.voiced };
  }

  /** The k-th 20 ms, not yet sealed into a container: silence after the last. */
  momentAt(k: number): Moment {
    return this.#moments[k] ?? this.#silence;
  }
}

/** A container is one stream with numbered pages or blocks, so every call writes its own. Undefined where there is none. */
export function sealer(
  format: MediaFormat,
  framing: OpusFraming,
): ((frame: TrackFrame) => TrackFrame) | undefined {
  if (format.encoding !== "opus" || framing === "raw") return undefined;
  const framer = new OpusFramer(framing);
  return ({ payload, voiced }) => ready(Payload.fromBytes(framer.frame(payload.bytes)), voiced);
}

/** The sum of two signals of any length, as long as the first. */
function mixed(samples: Int16Array, background: Int16Array): Int16Array {
  return samples.map((sample, i) =>
    Math.max(-32768, Math.min(32767, sample + background[i % background.length])),
  );
}

/** Whether somebody speaks in it: a click is voiced, but nobody answers a click. The same onset as a turn's. */
function holdsSpeech(frames: readonly TrackFrame[]): boolean {
  let onsetMs = 0;
  return frames.some(({ voiced }) => {
    onsetMs = voiced ? onsetMs + FRAME_MS : Math.max(0, onsetMs - FRAME_MS);
    return onsetMs >= ONSET_MS;
  });
}

function ready(payload: Payload, voiced: boolean): TrackFrame {
  return { payload, message: serializeCallerMedia(payload), voiced };
}
