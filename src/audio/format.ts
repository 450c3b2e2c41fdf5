/** The media formats a call can use, and the arithmetic of bytes and milliseconds that follows from them. */

export type Encoding = "g711_ulaw" | "pcm16" | "opus";
export type SampleRate = 8000 | 16000 | 24000 | 48000;

/** One direction's audio: mono, in one encoding, at one sample rate in Hz. */
export interface MediaFormat {
  readonly encoding: Encoding;
  readonly sampleRate: SampleRate;
}

/** One frame is one ptime: 20 ms, the reference cadence of the SmartPBX wire. */
export const FRAME_MS = 20;

export const SAMPLE_RATES: readonly SampleRate[] = [8000, 16000, 24000, 48000];
export const ENCODINGS: readonly Encoding[] = ["g711_ulaw", "pcm16", "opus"];

/** The three encoding and sample-rate pairs that the SmartPBX portal offers. */
export const PORTAL_FORMATS: Readonly<Record<Encoding, MediaFormat>> = {
  pcm16: { encoding: "pcm16", sampleRate: 24000 },
  g711_ulaw: { encoding: "g711_ulaw", sampleRate: 8000 },
  opus: { encoding: "opus", sampleRate: 48000 },
};

export function sameFormat(a: MediaFormat, b: MediaFormat): boolean {
  return a.encoding === b.encoding && a.sampleRate === b.sampleRate;
}

/** `g711_ulaw/8000`, the spelling used in messages to people. */
export function formatName(format: MediaFormat): string {
  return `${format.encoding}/${format.sampleRate}`;
}

export function pcm16(sampleRate: SampleRate): MediaFormat {
  return { encoding: "pcm16", sampleRate };
}

export function isSampleRate(value: number): value is SampleRate {
  return (SAMPLE_RATES as readonly number[]).includes(value);
}

/**
 * Bytes of one millisecond of audio in a format whose size is constant.
 * @throws RangeError for Opus, whose packets have no constant size.
 */
export function bytesPerMs(format: MediaFormat): number {
  if (format.encoding === "opus") throw new RangeError("Opus audio has no constant number of bytes per ms");
  return (format.sampleRate / 1000) * (format.encoding === "pcm16" ? 2 : 1);
}

/** Bytes of one 20 ms frame: 160 for μ-law, 960 for pcm16 at 24 kHz. */
export function frameBytes(format: MediaFormat): number {
  return bytesPerMs(format) * FRAME_MS;
}

/** The byte that digital silence is made of: 0xFF in μ-law (ITU-T G.711 positive zero), 0 in PCM. */
export function silenceByte(format: MediaFormat): number {
  return format.encoding === "g711_ulaw" ? 0xff : 0;
}
