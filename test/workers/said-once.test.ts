import { expect, test } from "vitest";
import { ManualClock } from "../../src/clock.js";
import { saidOnce } from "../../src/workers/said-once.js";

test("the same words are told once a minute, others at once, and no number of them fills the memory", () => {
  const clock = new ManualClock();
  const told: string[] = [];
  const warn = saidOnce((code, message) => told.push(`${code} ${message}`), clock);
  for (let worker = 0; worker < 4; worker++) warn("a", "same");
  warn("a", "other");
  warn("b", "same");
  expect(told).toEqual(["a same", "a other", "b same"]);
  clock.advance(60_000);
  warn("a", "same");
  expect(told).toHaveLength(4);
  for (let i = 0; i < 1000; i++) warn("c", String(i));
  expect(told).toHaveLength(1004);
});
