/**
 * What stands between the payloads of one SmartPBX call and plain audio (μ-law or PCM).
 * For μ-law and PCM it is the identity; for Opus it finds the framing, decodes, encodes, and frames the answer in kind.
 */
import { type MediaFormat, pcm16, type SampleRate } from "./format.js";
import type { OpusDecoder, OpusEncoder, OpusModule } from "./opus.js";
import { OpusFramer, type OpusFraming, OpusUnframer } from "./opus-framing.js";
import { Payload } from "./payload.js";
import { pcmSamples } from "./pcm.js";

export interface PayloadCodec {
  /** What `decode` gives and `encode` takes: never Opus. */
  readonly plain: MediaFormat;
  /** False while a caller's Opus framing is not known yet; answers wait for it. */
  readonly framingKnown: boolean;
  /** One received payload, of any length, as plain audio. May be empty. A damaged payload gives what could be read. */
  decode(payload: Payload): Uint8Array;
  /** Exactly one 20 ms frame of plain audio as one payload, without container framing. */
  encode(frame: Uint8Array): Payload;
  /** The last step before a frame leaves: wraps it in the caller's container framing. Called once per sent frame, in order. */
  seal(frame: Payload): Payload;
  /** Releases codec memory. The codec must not be used afterwards. */
  free(): void;
}

export interface PayloadCodecOptions {
  /** The rate of an Opus call's plain audio: the agent's own, because libopus resamples at no cost. */
  readonly agentRate: SampleRate;
  /** libopus, loaded; needed for Opus only. */
  readonly opus?: OpusModule;
  /** The framing of an Opus call, when it is not to be told from the call's first bytes. */
  readonly opusFraming?: OpusFraming;
}

/**
 * The codec for the payloads of one call in `format`.
 * @throws RangeError for an Opus call without `options.opus`.
 */
export function createPayloadCodec(format: MediaFormat, options: PayloadCodecOptions): PayloadCodec {
  if (format.encoding !== "opus") return new PlainPayloadCodec(format);
  if (!options.opus) throw new RangeError("an Opus call needs the Opus module");
  return new OpusPayloadCodec(options.opus, options.agentRate, options.opusFraming);
}

class PlainPayloadCodec implements PayloadCodec {
  readonly framingKnown = true;

  constructor(readonly plain: MediaFormat) {}

  decode(payload: Payload): Uint8Array {
    return payload.bytes;
  }

  encode(frame: Uint8Array): Payload {
    return Payload.fromBytes(frame);
  }

  seal(frame: Payload): Payload {
    return frame;
  }

  free(): void {}
}

/** A payload of a few hostile bytes can claim minutes of audio; an honest one never holds this much. */
const MAX_PAYLOAD_MS = 5_000;

class OpusPayloadCodec implements PayloadCodec {
  readonly plain: MediaFormat;
  readonly #decoder: OpusDecoder;
  readonly #encoder: OpusEncoder;
  readonly #unframer: OpusUnframer;
  #framer: OpusFramer | undefined;

  constructor(opus: OpusModule, agentRate: SampleRate, framing: OpusFraming | undefined) {
    this.plain = pcm16(agentRate);
    this.#decoder = opus.createDecoder(agentRate);
    this.#encoder = opus.createEncoder(agentRate);
    this.#unframer = new OpusUnframer(framing);
  }

  get framingKnown(): boolean {
    return this.#unframer.framing !== undefined;
  }

  decode(payload: Payload): Uint8Array {
    const pieces: Uint8Array[] = [];
    let left = (this.plain.sampleRate / 1000) * MAX_PAYLOAD_MS;
    for (const packet of this.#unframer.push(payload.bytes)) {
      if (left <= 0) break;
      const samples = this.#decoder.decode(packet);
      left -= samples.length;
      pieces.push(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  encode(frame: Uint8Array): Payload {
    return Payload.fromBytes(this.#encoder.encode(pcmSamples(frame)));
  }

  seal(frame: Payload): Payload {
    this.#framer ??= new OpusFramer(this.#unframer.framing ?? "raw");
    return Payload.fromBytes(this.#framer.frame(frame.bytes));
  }

  free(): void {
    this.#decoder.free();
    this.#encoder.free();
  }
}
