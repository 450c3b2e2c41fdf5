/** A caller whose words come from outside while the call goes on: what a microphone hears, encoded frame by frame. */
import { FRAME_MS, frameBytes, type MediaFormat } from "../audio/format.js";
import { encodeUlaw } from "../audio/g711.js";
import { loadOpus, type OpusModule } from "../audio/opus.js";
import { OpusFramer, type OpusFraming } from "../audio/opus-framing.js";
import { Payload } from "../audio/payload.js";
import { createPayloadCodec, type PayloadCodec } from "../audio/payload-codec.js";
import { pcmBytes } from "../audio/pcm.js";
import { Resampler } from "../audio/resample.js";
import { SpeechDetector } from "../audio/speech.js";
import { serializeCallerMedia } from "../protocol/serialize.js";
import type { Moment, Script, ScriptMaker } from "./script.js";
import type { TrackFrame } from "./track.js";

/** The rate of what a live caller says and hears here. */
export const LIVE_RATE_HZ = 48_000;
/** Samples of one frame of it. */
export const LIVE_FRAME_SAMPLES = (LIVE_RATE_HZ / 1000) * FRAME_MS;
/** More than any of our Opus packets, in bytes. */
const LONGEST_OPUS_PACKET = 1500;

/** Asked for every 20 ms: the next 20 ms of mono samples at 48 kHz. */
export type Speak = (at: number) => Int16Array;

export class LiveVoice implements ScriptMaker {
  readonly format: MediaFormat;
  readonly longestMessage: number;
  readonly hearsAt = LIVE_RATE_HZ;
  readonly isLive = true;
  readonly #speak: Speak;
  readonly #framing: OpusFraming;
  readonly #opus: OpusModule | undefined;

  private constructor(speak: Speak, format: MediaFormat, framing: OpusFraming, opus: OpusModule | undefined) {
    this.#speak = speak;
    this.format = format;
    this.#framing = framing;
    this.#opus = opus;
    const bytes = opus ? LONGEST_OPUS_PACKET : frameBytes(format);
    this.longestMessage = serializeCallerMedia(Payload.fromBytes(new Uint8Array(bytes))).length;
  }

  /** @param framing how Opus packets travel; other formats have no framing. */
  static async open(speak: Speak, format: MediaFormat, framing: OpusFraming = "raw"): Promise<LiveVoice> {
    const opus = format.encoding === "opus" ? await loadOpus() : undefined;
    return new LiveVoice(speak, format, framing, opus);
  }

  /** One call; a voice speaks in one call at a time. It is the caller who ends it: there is no natural end. */
  start(): Script {
    const codec = createPayloadCodec(this.format, { agentRate: LIVE_RATE_HZ, opus: this.#opus });
    const encoder = new FrameEncoder(codec, this.#opus ? new OpusFramer(this.#framing) : undefined);
    const speak = this.#speak;
    return {
      saidAllAt: Number.POSITIVE_INFINITY,
      expectsAnswer: true,
      next: (at): Moment => ({ frame: encoder.encode(speak(at)) }),
      observe: ({ type }) => {
        if (type === "call-ended") codec.free();
      },
    };
  }
}

/** Samples at 48 kHz → the call's wire. */
class FrameEncoder {
  readonly #codec: PayloadCodec;
  readonly #framer: OpusFramer | undefined;
  readonly #resampler: Resampler;
  readonly #speech: SpeechDetector;

  constructor(codec: PayloadCodec, framer: OpusFramer | undefined) {
    this.#codec = codec;
    this.#framer = framer;
    this.#resampler = new Resampler(LIVE_RATE_HZ, codec.plain.sampleRate);
    this.#speech = new SpeechDetector(codec.plain);
  }

  encode(samples: Int16Array): TrackFrame {
    const { plain } = this.#codec;
    const converted = this.#resampler.process(samples);
    const bytes = plain.encoding === "g711_ulaw" ? encodeUlaw(converted) : pcmBytes(converted);
    const voiced = this.#speech.push(bytes);
    const packet = this.#codec.encode(bytes);
    const payload = this.#framer ? Payload.fromBytes(this.#framer.frame(packet.bytes)) : packet;
    return { payload, message: serializeCallerMedia(payload), voiced };
  }
}
