/**
 * The codec of the vendor's example endpoint, rebuilt fault for fault from what is known of it, to compare with: the nearest
 * sample instead of a filter, and a μ-law encoder that clamps at ±8191 and shifts the lowest segment by one bit too many.
 */

const BIAS = 0x84;
const CLAMP = 0x1fff;

/** 8 kHz → 24 kHz: every sample three times. */
export function up(samples) {
  return Int16Array.from({ length: samples.length * 3 }, (_, i) => samples[Math.floor(i / 3)]);
}

/** 24 kHz → 8 kHz: every third sample of the chunk. What is left over at its end is lost. */
export function down(samples) {
  return Int16Array.from({ length: Math.floor(samples.length / 3) }, (_, i) => samples[i * 3]);
}

/** 16-bit samples to μ-law codes. */
export function encode(samples) {
  return Uint8Array.from(samples, (sample) => {
    // The clamp belongs to a 14-bit encoder, the bias and the shifts to a 16-bit one.
    const magnitude = Math.min(Math.abs(sample), CLAMP) + BIAS;
    const segment = 24 - Math.clz32(magnitude);
    const step = (magnitude >> (segment === 0 ? 4 : segment + 3)) & 0x0f;
    return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
  });
}
