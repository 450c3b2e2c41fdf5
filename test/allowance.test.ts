import { expect, test } from "vitest";
import { Allowance } from "../src/allowance.js";

test("so much a second goes on for ever, and a burst is taken at once", () => {
  const allowance = new Allowance(100);
  for (let now = 0; now < 10_000; now += 10) expect(allowance.take(10, now)).toBeLessThanOrEqual(0);
  expect(allowance.take(100, 20_000)).toBe(0);
  expect(allowance.take(30, 20_000)).toBe(30);
  expect(allowance.owedMs(20_010)).toBe(20);
  expect(allowance.owedMs(20_040)).toBe(-10);
});

test("a long pause saves up no more than one burst", () => {
  const allowance = new Allowance(100);
  expect(allowance.take(101, 1e9)).toBe(1);
});
