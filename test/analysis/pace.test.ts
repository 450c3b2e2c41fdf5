import { expect, it } from "vitest";
import { Pace } from "../../src/analysis/pace.js";

function paceOf(frameMs: number, everyMs: number, count = 100, from = 0): Pace {
  const pace = new Pace();
  for (let i = 0; i < count; i++) pace.add(frameMs, from + i * everyMs);
  return pace;
}

it("is the audio that comes in the time in which it comes", () => {
  expect(paceOf(20, 20).value).toBe(1);
  expect(paceOf(20, 60).value).toBeCloseTo(1 / 3);
  expect(paceOf(20, 10)).toMatchObject({ value: 2, elapsedMs: 990 });
});

it("knows nothing of short streams, and leaves out the time between streams", () => {
  expect(paceOf(20, 10, 30)).toMatchObject({ value: 1, elapsedMs: 0 });
  const pace = paceOf(20, 20);
  for (let i = 0; i < 100; i++) pace.add(20, 10_000 + i * 20);
  expect(pace).toMatchObject({ value: 1, elapsedMs: 3960 });
});
