import { describe, expect, it } from "vitest";
import { decodeUlaw, encodeUlaw } from "../../src/audio/g711.js";

/** `ulaw_compress` of ITU-T G.191, one sample, as written there. */
function ulawCompress(sample: number): number {
  let absolute = sample < 0 ? (~sample >> 2) + 33 : (sample >> 2) + 33;
  if (absolute > 0x1fff) absolute = 0x1fff;
  let segment = 1;
  for (let i = absolute >> 6; i !== 0; i >>= 1) segment++;
  const highNibble = 0x08 - segment;
  const lowNibble = 0x0f - ((absolute >> segment) & 0x0f);
  const code = (highNibble << 4) | lowNibble;
  return sample >= 0 ? code | 0x80 : code;
}

/** `ulaw_expand` of ITU-T G.191, one code, as written there. */
function ulawExpand(code: number): number {
  const sign = code < 0x80 ? -1 : 1;
  let mantissa = ~code;
  const exponent = (mantissa >> 4) & 0x07;
  const segment = exponent + 1;
  mantissa &= 0x0f;
  const step = 4 << segment;
  return sign * ((0x80 << exponent) + step * mantissa + step / 2 - 4 * 33);
}

const everySample = Int16Array.from({ length: 65536 }, (_, i) => i - 32768);
const everyCode = Uint8Array.from({ length: 256 }, (_, code) => code);

describe("μ-law", () => {
  it("encodes all 65,536 samples as ITU-T G.191 does", () => {
    expect(encodeUlaw(everySample)).toEqual(Uint8Array.from(everySample, ulawCompress));
  });

  it("decodes all 256 codes as ITU-T G.191 does", () => {
    expect(decodeUlaw(everyCode)).toEqual(Int16Array.from(everyCode, ulawExpand));
  });

  it("keeps every code through decoding and encoding, but for negative zero", () => {
    const expected = everyCode.map((code) => (code === 0x7f ? 0xff : code));
    expect(encodeUlaw(decodeUlaw(everyCode))).toEqual(expected);
  });

  it("makes silence of silence", () => {
    expect(encodeUlaw(Int16Array.of(0))[0]).toBe(0xff);
    expect(decodeUlaw(Uint8Array.of(0xff))[0]).toBe(0);
  });

  it("writes where it is told to", () => {
    const codes = new Uint8Array(4).fill(7);
    expect(encodeUlaw(Int16Array.of(0, -32768), codes)).toBe(codes);
    expect([...codes]).toEqual([0xff, 0x00, 7, 7]);
    const samples = new Int16Array(3).fill(7);
    expect(decodeUlaw(Uint8Array.of(0x80, 0x00), samples)).toBe(samples);
    expect([...samples]).toEqual([32124, -32124, 7]);
  });
});
