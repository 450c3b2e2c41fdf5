/** What a caller in a test says: a file, a tone, silence, a bundled sentence, or samples made by the test. */

import { resampleAll } from "../audio/resample-offline.js";
import { silence, sine } from "../audio/signal.js";
import { readWav } from "../audio/wav.js";
import type { ClipName } from "../simulate/scenario/scenario.js";
import { loadSource, type Source } from "../simulate/source.js";

/**
 * - `wav`: the path of a WAV file, or its bytes; any common rate, mixed to mono.
 * - `tone`: a sine of so many Hz at -9 dBFS, for `ms` (default 1000).
 * - `silence`: so many milliseconds of it.
 * - `clip`: a sentence of the bundled voice. hello: “Hello, is anybody there?” · hours: “Please tell me your opening hours.”
 * - `samples`: mono, at `rate` Hz.
 */
export type CallerWords =
  | { readonly wav: string | Uint8Array }
  | { readonly tone: number; readonly ms?: number }
  | { readonly silence: number }
  | { readonly clip: ClipName }
  | { readonly samples: Int16Array; readonly rate: number };

const TONE_DBFS = -9;
const TONE_MS = 1000;

/** @throws BridgeError `cannot-read` or `bad-wav`. TypeError for what is none of these. */
export async function sourceOf(words: CallerWords): Promise<Source> {
  if ("clip" in words) return loadSource({ type: "sample-voice", clip: words.clip });
  if ("wav" in words) {
    if (typeof words.wav === "string") return loadSource({ type: "wav", path: words.wav });
    const { samples, sampleRate } = readWav(words.wav);
    return recorded(samples, sampleRate);
  }
  if ("samples" in words) return recorded(words.samples, words.rate);
  if ("silence" in words) return { name: "silence", samplesAt: (rate) => silence(words.silence, rate) };
  if ("tone" in words) {
    const { tone: hz, ms = TONE_MS } = words;
    return { name: `tone of ${hz} Hz`, samplesAt: (rate) => sine(hz, TONE_DBFS, ms, rate) };
  }
  throw new TypeError("what the caller says is one of wav, tone, silence, clip, and samples with rate");
}

function recorded(samples: Int16Array, sampleRate: number): Source {
  return { name: "samples", samplesAt: (rate) => resampleAll(samples, sampleRate, rate) };
}
