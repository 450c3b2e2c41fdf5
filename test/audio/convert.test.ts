import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createConverter } from "../../src/audio/convert.js";
import {
  formatName,
  frameBytes,
  type MediaFormat,
  PORTAL_FORMATS,
  pcm16,
  silenceByte,
} from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { pcmBytes, pcmSamples } from "../../src/audio/pcm.js";
import { sine } from "../../src/audio/signal.js";
import { cutRagged, joinBytes } from "./ragged.js";

const ulaw = PORTAL_FORMATS.g711_ulaw;
const formats: MediaFormat[] = [ulaw, pcm16(8000), pcm16(16000), pcm16(24000), pcm16(48000)];
const pairs = formats.flatMap((from) =>
  formats.map((to) => ({ from, to, name: `${formatName(from)} to ${formatName(to)}` })),
);

function convertAll(from: MediaFormat, to: MediaFormat, chunks: Uint8Array[]): Uint8Array {
  const converter = createConverter(from, to);
  return joinBytes([...chunks.map((chunk) => converter.convert(chunk)), converter.flush()]);
}

describe.each(pairs)("$name", ({ from, to }) => {
  it("gives the same bytes in any chunking, at any address", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        fc.array(fc.nat(99), { maxLength: 30 }),
        (bytes, sizes) => {
          const unaligned = new Uint8Array(bytes.length + 1).subarray(1);
          unaligned.set(bytes);
          expect(convertAll(from, to, cutRagged(unaligned, sizes))).toEqual(convertAll(from, to, [bytes]));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("makes a frame of silence of a frame of silence", () => {
    const converter = createConverter(from, to);
    const frame = new Uint8Array(frameBytes(from)).fill(silenceByte(from));
    const expected = new Uint8Array(frameBytes(to)).fill(silenceByte(to));
    for (let i = 0; i < 3; i++) expect(new Uint8Array(converter.convert(frame))).toEqual(expected);
  });

  it("never writes to what it has given", () => {
    const converter = createConverter(from, to);
    const chunk = new Uint8Array(frameBytes(from)).fill(0x35);
    const first = converter.convert(chunk);
    const copy = first.slice();
    for (let i = 0; i < 3; i++) converter.convert(new Uint8Array(frameBytes(from)).fill(0x77));
    converter.flush();
    expect(first).toEqual(copy);
  });

  it("starts anew after a flush", () => {
    const converter = createConverter(from, to);
    const chunk = new Uint8Array(333).map((_, i) => i * 7);
    const first = [converter.convert(chunk), converter.flush()];
    expect([converter.convert(chunk), converter.flush()]).toEqual(first);
  });
});

it("lets a format through to itself untouched", () => {
  for (const format of formats) {
    const converter = createConverter(format, format);
    const chunk = new Uint8Array(frameBytes(format)).fill(3);
    expect(converter.identity).toBe(true);
    expect(converter.convert(chunk)).toBe(chunk);
    expect(converter.flush().length).toBe(0);
  }
  expect(createConverter(ulaw, pcm16(8000)).identity).toBe(false);
});

it("completes a sample that was cut in two, also where nothing is converted", () => {
  const converter = createConverter(pcm16(24000), pcm16(24000));
  expect([...converter.convert(Uint8Array.of(1, 2, 3))]).toEqual([1, 2]);
  expect([...converter.convert(Uint8Array.of(4))]).toEqual([3, 4]);
});

it("codes at 8 kHz without touching the samples", () => {
  const samples = sine(1000, -3, 20, 8000);
  expect(createConverter(pcm16(8000), ulaw).convert(pcmBytes(samples))).toEqual(encodeUlaw(samples));
  expect([...pcmSamples(createConverter(ulaw, pcm16(8000)).convert(Uint8Array.of(0x80, 0xff)))]).toEqual([
    32124, 0,
  ]);
});

it("refuses Opus and impossible μ-law", () => {
  expect(() => createConverter(PORTAL_FORMATS.opus, ulaw)).toThrow(RangeError);
  expect(() => createConverter(ulaw, PORTAL_FORMATS.opus)).toThrow(RangeError);
  expect(() => createConverter({ encoding: "g711_ulaw", sampleRate: 16000 }, ulaw)).toThrow(RangeError);
});
