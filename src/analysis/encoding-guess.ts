/** Which encoding a piece of speech really is in: the one in which it is a smooth wave. */
import type { Encoding } from "../audio/format.js";
import { decodeUlaw } from "../audio/g711.js";
import { pcmSamples } from "../audio/pcm.js";

export type GuessedEncoding = "μ-law" | "A-law" | "PCM16" | "big-endian PCM16";

/** A guess must make the wave so much less rough: A-law read as μ-law is 1.9 times as rough, which is the least of all. */
const LEAST_GAIN = 1.6;
const LEAST_SMOOTHNESS = 0.6;

const DECODERS: Readonly<Record<GuessedEncoding, (bytes: Uint8Array) => Int16Array>> = {
  "μ-law": (bytes) => decodeUlaw(bytes),
  "A-law": (bytes) => {
    const samples = new Int16Array(bytes.length);
    for (let i = 0; i < bytes.length; i++) samples[i] = ALAW[bytes[i]!]!;
    return samples;
  },
  PCM16: pcmSamples,
  "big-endian PCM16": bigEndian,
};
const DECLARED: Readonly<Record<Encoding, GuessedEncoding | undefined>> = {
  g711_ulaw: "μ-law",
  pcm16: "PCM16",
  opus: undefined,
};

export interface EncodingGuess {
  readonly encoding: GuessedEncoding;
  /** Of the speech as it was declared, and as the guess has it: 1 for a slow wave, 0 for noise. */
  readonly declaredSmoothness: number;
  readonly smoothness: number;
}

/**
 * Undefined when nothing fits better than what was declared.
 * @param speech pieces of payloads in which somebody speaks, as they came.
 */
export function guessEncoding(speech: readonly Uint8Array[], declared: Encoding): EncodingGuess | undefined {
  const own = DECLARED[declared];
  if (!own || speech.length === 0) return undefined;
  const declaredSmoothness = smoothnessOf(speech, own);
  let best: EncodingGuess | undefined;
  for (const encoding of Object.keys(DECODERS) as GuessedEncoding[]) {
    const smoothness = smoothnessOf(speech, encoding);
    if (smoothness > (best?.smoothness ?? LEAST_SMOOTHNESS))
      best = { encoding, declaredSmoothness, smoothness };
  }
  if (!best || best.encoding === own) return undefined;
  return 1 - declaredSmoothness > LEAST_GAIN * (1 - best.smoothness) ? best : undefined;
}

/** What payloads are that were said to be Opus: packets of Opus are noise in every plain encoding. */
export function guessPlain(payloads: readonly Uint8Array[]): EncodingGuess | undefined {
  // A wave of one slow tone, as a constant, is no evidence: silence is left out.
  const loud = payloads.filter((bytes) => new Set(bytes).size > LEAST_CODES);
  if (loud.length < LEAST_LOUD) return undefined;
  let best: EncodingGuess | undefined;
  for (const encoding of Object.keys(DECODERS) as GuessedEncoding[]) {
    const smoothness = smoothnessOf(loud, encoding);
    if (smoothness > (best?.smoothness ?? LEAST_SMOOTHNESS))
      best = { encoding, declaredSmoothness: 0, smoothness };
  }
  return best;
}

/** So many different bytes has a payload that is not silence, and so many such payloads are 300 ms. */
const LEAST_CODES = 12;
const LEAST_LOUD = 15;

function smoothnessOf(speech: readonly Uint8Array[], encoding: GuessedEncoding): number {
  let energy = 0;
  let likeness = 0;
  for (const bytes of speech) {
    const samples = DECODERS[encoding](bytes);
    let sum = 0;
    for (let i = 0; i < samples.length; i++) sum += samples[i]!;
    const mean = sum / Math.max(1, samples.length);
    for (let i = 1; i < samples.length; i++) {
      const here = samples[i]! - mean;
      energy += here * here;
      likeness += here * (samples[i - 1]! - mean);
    }
  }
  return energy > 0 ? likeness / energy : 0;
}

function bigEndian(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = (bytes[2 * i]! << 8) | bytes[2 * i + 1]!;
  return samples;
}

/** One A-law code to its 16-bit sample (ITU-T G.711). */
function alaw(code: number): number {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = ((bits & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

const ALAW = Int16Array.from({ length: 256 }, (_, code) => alaw(code));
