import fc from "fast-check";
import { expect, it } from "vitest";
import { Framer } from "../../src/audio/framer.js";
import { cutRagged, joinBytes } from "./ragged.js";

it("gives whole frames, in order, and pads the last", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.nat(50)),
      (size, bytes, sizes) => {
        const framer = new Framer(size, 0xff);
        const frames = cutRagged(bytes, sizes).flatMap((chunk) => framer.push(chunk));
        expect(frames.length).toBe(Math.floor(bytes.length / size));
        expect(framer.pendingBytes).toBe(bytes.length % size);
        const last = framer.flush();
        expect(last === undefined).toBe(bytes.length % size === 0);
        if (last) frames.push(last);
        expect(frames.every((frame) => frame.length === size)).toBe(true);
        const padded = new Uint8Array(frames.length * size).fill(0xff);
        padded.set(bytes);
        expect(joinBytes(frames)).toEqual(padded);
        expect(framer.pendingBytes).toBe(0);
      },
    ),
  );
});

it("does not copy aligned frames", () => {
  const chunk = new Uint8Array(320);
  const frames = new Framer(160, 0xff).push(chunk);
  expect(frames.map((frame) => frame.buffer === chunk.buffer && frame.byteOffset)).toEqual([0, 160]);
});

it("never writes to a frame it has given", () => {
  const framer = new Framer(4, 0);
  framer.push(Uint8Array.of(1, 2, 3));
  const [first] = framer.push(Uint8Array.of(4, 5, 6));
  framer.push(Uint8Array.of(7, 8, 9));
  expect([...first]).toEqual([1, 2, 3, 4]);
});

it("drops what waits when cleared", () => {
  const framer = new Framer(4, 0);
  framer.push(Uint8Array.of(1, 2, 3));
  framer.clear();
  expect(framer.pendingBytes).toBe(0);
  expect(framer.flush()).toBeUndefined();
  expect(framer.push(Uint8Array.of(5, 6, 7, 8))).toEqual([Uint8Array.of(5, 6, 7, 8)]);
});
