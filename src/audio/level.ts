/** How loud plain audio is, in dBFS: decibels relative to a constant sample of full scale, 32768. */
import type { MediaFormat } from "./format.js";
import { decodeUlaw } from "./g711.js";
import { pcmSamples } from "./pcm.js";

const FULL_SCALE = 32768;

const ULAW_MAGNITUDE = Float64Array.from(
  decodeUlaw(Uint8Array.from({ length: 256 }, (_, code) => code)),
  Math.abs,
);
const ULAW_SQUARE = ULAW_MAGNITUDE.map((magnitude) => magnitude * magnitude);

/** The mean square of samples, from 0 to 1 = full scale. Of no samples: 0. */
export function meanSquare(samples: Int16Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i] * samples[i];
  return samples.length === 0 ? 0 : sum / samples.length / FULL_SCALE ** 2;
}

/** The same of μ-law codes. */
export function meanSquareUlaw(codes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < codes.length; i++) sum += ULAW_SQUARE[codes[i]];
  return codes.length === 0 ? 0 : sum / codes.length / FULL_SCALE ** 2;
}

/**
 * The RMS level of plain audio in dBFS: 0 for a square wave of full scale, -3.01 for a sine, -Infinity for silence and for
 * no audio at all. An odd last byte of PCM is left out.
 * @throws RangeError for Opus.
 */
export function levelDbfs(chunk: Uint8Array, format: MediaFormat): number {
  refuseOpus(format);
  return 10 * Math.log10(format.encoding === "pcm16" ? meanSquare(pcmSamples(chunk)) : meanSquareUlaw(chunk));
}

/** The level of the largest sample in dBFS, -Infinity for silence. Else like `levelDbfs`. */
export function peakDbfs(chunk: Uint8Array, format: MediaFormat): number {
  refuseOpus(format);
  let peak = 0;
  if (format.encoding === "pcm16")
    for (const sample of pcmSamples(chunk)) peak = Math.max(peak, Math.abs(sample));
  else for (const code of chunk) peak = Math.max(peak, ULAW_MAGNITUDE[code]);
  return 20 * Math.log10(peak / FULL_SCALE);
}

function refuseOpus(format: MediaFormat): void {
  if (format.encoding === "opus")
    throw new RangeError("Opus must be decoded before its level can be measured");
}
