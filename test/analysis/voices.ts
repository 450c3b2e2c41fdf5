/** A made-up voice in one encoding that is said to be another. */
import { type EncodingGuess, guessEncoding } from "../../src/analysis/encoding-guess.js";
import type { Encoding } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import { voice } from "../audio/voice.js";

export function encodingGuess(
  declared: Encoding,
  real: "g711_ulaw" | "pcm16" | undefined,
): EncodingGuess | undefined {
  const samples = voice(8000, 2000);
  const speech = real === undefined ? [] : [real === "pcm16" ? pcmBytes(samples) : encodeUlaw(samples)];
  return guessEncoding(speech, declared);
}
