/** G.711 μ-law by table: exact to ITU-T G.711 (as ITU-T G.191 computes it) for all 65,536 samples and 256 codes. */

/** G.711 μ-law sees 14 bits of a sample: one code for each value of `(sample >> 2) & 0x3fff`. 16 KB, so that it stays in cache. */
const ENCODE = new Uint8Array(1 << 14);
const DECODE = new Int16Array(256);

for (let bits = 0; bits < ENCODE.length; bits++) ENCODE[bits] = compress((bits << 18) >> 18);
for (let code = 0; code < DECODE.length; code++) DECODE[code] = expand(code);

/** One 14-bit sample to its code. Negative values are taken as one's complement, as G.191 does. */
function compress(sample: number): number {
  const biased = Math.min((sample < 0 ? ~sample : sample) + 33, 0x1fff);
  const segment = 26 - Math.clz32(biased);
  const step = (biased >> (segment + 1)) & 0x0f;
  return (sample < 0 ? 0x7f : 0xff) ^ ((segment << 4) | step);
}

/** One code to the 16-bit sample in the middle of its interval. */
function expand(code: number): number {
  const inverted = code ^ 0xff;
  const segment = (inverted >> 4) & 7;
  const step = inverted & 0x0f;
  const magnitude = (((step << 1) + 33) << (segment + 2)) - 132;
  return code & 0x80 ? magnitude : -magnitude;
}

/**
 * 16-bit samples to μ-law codes, one byte a sample. Silence (0) becomes 0xFF.
 * @param out where to write, at least as long as `samples`; a new array when absent.
 * @returns `out`.
 */
export function encodeUlaw(
  samples: Int16Array,
  out: Uint8Array = new Uint8Array(samples.length),
): Uint8Array {
  for (let i = 0; i < samples.length; i++) out[i] = ENCODE[(samples[i] >> 2) & 0x3fff];
  return out;
}

/**
 * μ-law codes to 16-bit samples between -32124 and 32124.
 * @param out where to write, at least as long as `codes`; a new array when absent.
 * @returns `out`.
 */
export function decodeUlaw(codes: Uint8Array, out: Int16Array = new Int16Array(codes.length)): Int16Array {
  for (let i = 0; i < codes.length; i++) out[i] = DECODE[codes[i]];
  return out;
}
