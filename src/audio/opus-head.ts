/** The Opus identification header, which Ogg and WebM streams both carry (RFC 7845 section 5.1). */

/** Samples at 48 kHz that the encoder adds in front: 6.5 ms, at whatever rate it is fed. */
export const PRE_SKIP = 312;

const INPUT_RATE = 48000;

/** Version 1, mono, no gain, channel mapping family 0. Read only. */
export const OPUS_HEAD: Uint8Array = Uint8Array.of(
  ...Buffer.from("OpusHead"),
  1,
  1,
  PRE_SKIP & 0xff,
  PRE_SKIP >> 8,
  INPUT_RATE & 0xff,
  INPUT_RATE >> 8,
  0,
  0,
  0,
  0,
  0,
);
