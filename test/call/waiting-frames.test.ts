import fc from "fast-check";
import { expect, test } from "vitest";
import { WaitingFrames } from "../../src/call/waiting-frames.js";

const FRAME_BYTES = 4;
const bytesOf = (number: number) =>
  Uint8Array.of(number & 0xff, (number >> 8) & 0xff, 7, 7).subarray(0, FRAME_BYTES);

test("behaves as a list does, whatever is added, taken and dropped", () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: fc.constant("add" as const), count: fc.nat({ max: 20 }) }) },
    { weight: 5, arbitrary: fc.record({ type: fc.constant("take" as const), count: fc.nat({ max: 20 }) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("clear" as const), count: fc.constant(0) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const frames = new WaitingFrames(FRAME_BYTES);
      let list: number[] = [];
      let number = 0;
      for (const { type, count } of steps) {
        if (type === "clear") {
          frames.clear();
          list = [];
        }
        for (let i = 0; i < count; i++) {
          if (type === "add") {
            frames.add(
              bytesOf(number),
              number % 2 === 0,
              number,
              number % 3 === 0 ? undefined : `${number % 5}`,
            );
            list.push(number++);
          } else {
            const expected = list.shift();
            const first = frames.first;
            const taken = frames.take();
            expect(taken).toBe(first);
            expect(taken?.reply).toBe(expected);
            if (expected === undefined) continue;
            expect([...taken!.bytes]).toEqual([...bytesOf(expected)]);
            expect(taken!.voiced).toBe(expected % 2 === 0);
            expect(taken!.itemId).toBe(expected % 3 === 0 ? undefined : `${expected % 5}`);
          }
        }
        expect(frames.length).toBe(list.length);
        const ids = list.filter((one) => one % 3 !== 0).map((one) => `${one % 5}`);
        expect([...frames.itemIds()]).toEqual([...new Set(ids)]);
      }
    }),
    { numRuns: 200 },
  );
});

test("keeps a copy of what is added, and not more memory than what ever waited at once needs", () => {
  const frames = new WaitingFrames(FRAME_BYTES);
  const bytes = Uint8Array.of(1, 2, 3, 4);
  frames.add(bytes, true, 1, undefined);
  bytes.fill(0);
  expect([...frames.take()!.bytes]).toEqual([1, 2, 3, 4]);
  const seen = new Set<ArrayBufferLike>();
  for (let i = 0; i < 10_000; i++) {
    frames.add(bytesOf(i), false, i, undefined);
    seen.add(frames.take()!.bytes.buffer);
  }
  expect(seen.size).toBe(1);
});
