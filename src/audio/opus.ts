/** Opus (RFC 6716) encoding and decoding of mono speech, by libopus in WebAssembly. */
import { FRAME_MS, type SampleRate } from "./format.js";

/** The rates libopus works at. It resamples inside, so either side of a stream may use any of them. */
export type OpusRate = SampleRate | 12000;

export interface OpusEncoder {
  /**
   * One 20 ms frame of mono PCM as one packet, a copy that stays valid.
   * @throws RangeError when `samples` is not exactly 20 ms long.
   */
  encode(samples: Int16Array): Uint8Array;
  /** Releases the encoder's memory. Calling it again is harmless; encoding afterwards throws. */
  free(): void;
}

export interface OpusDecoder {
  /**
   * One packet of 2.5-120 ms as mono PCM, a copy; stereo is mixed down. Never throws on what a peer sent: a packet that
   * cannot be decoded is concealed for as long as the last good one was, so that the stream keeps its time, and an empty
   * one gives no samples.
   */
  decode(packet: Uint8Array): Int16Array;
  /**
   * What stands in for `ms` of lost audio: a fading continuation of what came before.
   * @param ms a multiple of 2.5 from 2.5 to 120.
   * @throws RangeError for any other `ms`.
   */
  conceal(ms: number): Int16Array;
  /** Releases the decoder's memory. Calling it again is harmless; decoding afterwards throws. */
  free(): void;
}

/** libopus, loaded. An encoder and a decoder hold about 50 KB together until they are freed: nothing else frees them. */
export interface OpusModule {
  createEncoder(sampleRate: OpusRate): OpusEncoder;
  createDecoder(sampleRate: OpusRate): OpusDecoder;
}

/**
 * No packet is longer than 48 frames of 1275 bytes and their lengths (RFC 6716 section 3.4), padding apart. Framing and
 * decoding both treat what is longer than this as damage.
 */
export const MAX_PACKET_BYTES = 0xffff;

const MAX_PACKET_MS = 120;
/** A 20 ms packet has one frame (RFC 6716 section 3.2.1), or two of 10 ms. */
const MAX_ENCODED_BYTES = 2 * 1276;

const APPLICATION_VOIP = 2048;
const ENCODER_SETTINGS: readonly (readonly [request: number, value: number])[] = [
  [4002, 24_000], // bitrate, bit/s
  [4010, 5], // complexity, 0-10
  [4012, 1], // in-band FEC: the next packet carries a rough copy of this one
  [4014, 5], // the loss to prepare for, %
];

/** The parts of the compiled library used here. Pointers are byte offsets; results below zero are libopus errors. */
interface Libopus {
  /** Views of the whole memory, replaced when it grows: never keep them. */
  readonly HEAPU8: Uint8Array;
  readonly HEAP16: Int16Array;
  _malloc(bytes: number): number;
  _oc_create_encoder(rate: number, channels: number, application: number, error: number): number;
  _oc_encoder_ctl(encoder: number, request: number, value: number): number;
  _oc_encode(encoder: number, pcm: number, samples: number, packet: number, capacity: number): number;
  _oc_destroy_encoder(encoder: number): void;
  _oc_create_decoder(rate: number, channels: number, error: number): number;
  _oc_decode(
    decoder: number,
    packet: number,
    bytes: number,
    pcm: number,
    capacity: number,
    fec: 0 | 1,
  ): number;
  _oc_destroy_decoder(decoder: number): void;
}

/** Every call into the library is synchronous, so all codecs can share one place for what goes in and out. */
interface Scratch {
  readonly error: number;
  readonly pcm: number;
  readonly packet: number;
}

let loading: Promise<OpusModule> | undefined;

/** Loads libopus once per process, in about 20 ms. Rejects when the package is broken. */
export function loadOpus(): Promise<OpusModule> {
  loading ??= load();
  return loading;
}

async function load(): Promise<OpusModule> {
  // The package's own interface creates codecs asynchronously, but a call needs its codec before its next message. The
  // compiled library underneath has no such wait; its names are ours to rely on because the version is pinned exactly.
  const library = new URL("./generated/libopus.generated.mjs", import.meta.resolve("libopus-wasm"));
  const { default: instantiate } = await import(library.href);
  const libopus: Libopus = await instantiate();
  const scratch = {
    error: allocate(libopus, 4),
    pcm: allocate(libopus, samplesIn(MAX_PACKET_MS, 48000) * 2),
    packet: allocate(libopus, MAX_PACKET_BYTES),
  };
  return {
    createEncoder: (sampleRate) => new Encoder(libopus, scratch, sampleRate),
    createDecoder: (sampleRate) => new Decoder(libopus, scratch, sampleRate),
  };
}

class Encoder implements OpusEncoder {
  readonly #libopus: Libopus;
  readonly #scratch: Scratch;
  readonly #frameSamples: number;
  #state: number;

  constructor(libopus: Libopus, scratch: Scratch, sampleRate: OpusRate) {
    this.#libopus = libopus;
    this.#scratch = scratch;
    this.#frameSamples = samplesIn(FRAME_MS, sampleRate);
    this.#state = created(libopus._oc_create_encoder(sampleRate, 1, APPLICATION_VOIP, scratch.error));
    for (const [request, value] of ENCODER_SETTINGS) libopus._oc_encoder_ctl(this.#state, request, value);
  }

  encode(samples: Int16Array): Uint8Array {
    const state = live(this.#state);
    if (samples.length !== this.#frameSamples) {
      throw new RangeError(`a frame has ${this.#frameSamples} samples, not ${samples.length}`);
    }
    const { pcm, packet } = this.#scratch;
    this.#libopus.HEAP16.set(samples, pcm / 2);
    const bytes = this.#libopus._oc_encode(state, pcm, samples.length, packet, MAX_ENCODED_BYTES);
    if (bytes < 0) throw new Error(`libopus could not encode a frame (${bytes})`);
    return this.#libopus.HEAPU8.slice(packet, packet + bytes);
  }

  free(): void {
    if (this.#state !== 0) this.#libopus._oc_destroy_encoder(this.#state);
    this.#state = 0;
  }
}

class Decoder implements OpusDecoder {
  readonly #libopus: Libopus;
  readonly #scratch: Scratch;
  readonly #sampleRate: OpusRate;
  #lastSamples: number;
  #state: number;

  constructor(libopus: Libopus, scratch: Scratch, sampleRate: OpusRate) {
    this.#libopus = libopus;
    this.#scratch = scratch;
    this.#sampleRate = sampleRate;
    this.#lastSamples = samplesIn(FRAME_MS, sampleRate);
    this.#state = created(libopus._oc_create_decoder(sampleRate, 1, scratch.error));
  }

  decode(packet: Uint8Array): Int16Array {
    live(this.#state);
    if (packet.length === 0) return new Int16Array(0);
    if (packet.length > MAX_PACKET_BYTES) return this.#decode(0, this.#lastSamples);
    this.#libopus.HEAPU8.set(packet, this.#scratch.packet);
    const samples = this.#decode(packet.length, samplesIn(MAX_PACKET_MS, this.#sampleRate));
    if (samples.length === 0) return this.#decode(0, this.#lastSamples);
    this.#lastSamples = samples.length;
    return samples;
  }

  conceal(ms: number): Int16Array {
    live(this.#state);
    if (!(ms > 0 && ms <= MAX_PACKET_MS && Number.isInteger(ms / 2.5))) {
      throw new RangeError(`cannot conceal ${ms} ms: not a multiple of 2.5 up to ${MAX_PACKET_MS}`);
    }
    return this.#decode(0, samplesIn(ms, this.#sampleRate));
  }

  free(): void {
    if (this.#state !== 0) this.#libopus._oc_destroy_decoder(this.#state);
    this.#state = 0;
  }

  /** Decodes the packet of `bytes` bytes in the scratch, or conceals `capacity` samples when there are none. */
  #decode(bytes: number, capacity: number): Int16Array {
    const { pcm, packet } = this.#scratch;
    const samples = this.#libopus._oc_decode(this.#state, bytes === 0 ? 0 : packet, bytes, pcm, capacity, 0);
    return this.#libopus.HEAP16.slice(pcm / 2, pcm / 2 + Math.max(0, samples));
  }
}

function samplesIn(ms: number, sampleRate: OpusRate): number {
  return (sampleRate / 1000) * ms;
}

function allocate(libopus: Libopus, bytes: number): number {
  return created(libopus._malloc(bytes));
}

function created(pointer: number): number {
  if (pointer === 0) throw new Error("libopus is out of memory");
  return pointer;
}

function live(state: number): number {
  if (state === 0) throw new Error("this Opus codec has been freed");
  return state;
}
