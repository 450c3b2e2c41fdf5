import fc from "fast-check";
import { expect, it } from "vitest";
import { pcmBytes, pcmSamples, WholeSamples } from "../../src/audio/pcm.js";
import { cutRagged, joinBytes } from "./ragged.js";

it("reads little-endian samples at any address", () => {
  const memory = Buffer.from([9, 0x34, 0x12, 0xff, 0xff, 7]);
  expect([...pcmSamples(memory.subarray(1))]).toEqual([0x1234, -1]);
  expect([...pcmSamples(Buffer.from(memory.subarray(1, 5)))]).toEqual([0x1234, -1]);
});

it("gives the bytes of just these samples", () => {
  const samples = Int16Array.of(1, 0x1234, -1, 2).subarray(1, 3);
  expect([...pcmBytes(samples)]).toEqual([0x34, 0x12, 0xff, 0xff]);
});

it("cuts at whole samples in any chunking, and loses at most the last half", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.array(fc.nat(9)), (bytes, sizes) => {
      const whole = new WholeSamples();
      const pieces = cutRagged(bytes, sizes).map((chunk) => whole.take(chunk));
      expect(pieces.every((piece) => piece.length % 2 === 0)).toBe(true);
      expect(joinBytes(pieces)).toEqual(bytes.subarray(0, bytes.length & ~1));
    }),
  );
});

it("does not copy what is whole already", () => {
  const chunk = new Uint8Array(4);
  expect(new WholeSamples().take(chunk)).toBe(chunk);
});

it("forgets a waiting byte when told to", () => {
  const whole = new WholeSamples();
  whole.take(Uint8Array.of(1));
  whole.reset();
  expect([...whole.take(Uint8Array.of(2, 3))]).toEqual([2, 3]);
});
