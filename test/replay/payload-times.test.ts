import fc from "fast-check";
import { expect, test } from "vitest";
import { startsOf } from "../../src/replay/payload-times.js";

const frames = (at: readonly number[]) => startsOf({ at, ms: at.map(() => 20) });

test("frames that come in time, or a little late, are back to back", () => {
  expect(frames([20, 45, 58, 100, 101])).toEqual([0, 20, 40, 60, 80]);
});

test("a stall that a burst makes up for is no pause", () => {
  const at = [20, 40, ...Array.from({ length: 25 }, () => 540), 560, 580];
  expect(frames(at)).toEqual(at.map((_, k) => k * 20));
});

test("silence that was not sent is a pause", () => {
  expect(frames([20, 40, 540, 560, 580])).toEqual([0, 20, 520, 540, 560]);
});

test("what is far too early begins anew", () => {
  const at = Array.from({ length: 100 }, () => 20);
  const starts = frames(at);
  expect(Math.max(...starts.map((start, k) => start - at[k]))).toBeLessThanOrEqual(1000);
});

test("any times: starts never go back, and stay near to when the audio came", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.constantFrom(0, 10, 20, 60)), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (list) => {
      let now = 0;
      const at = list.map(([after]) => (now += after));
      const ms = list.map(([, length]) => length);
      const starts = startsOf({ at, ms });
      starts.forEach((start, k) => {
        expect(start - (at[k] - ms[k])).toBeLessThanOrEqual(1000);
        expect(at[k] - ms[k] - start).toBeLessThanOrEqual(1000);
      });
    }),
  );
});
