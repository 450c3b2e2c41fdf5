/** Who measured whom. */
import { expect, test } from "vitest";
import { LoopWatch, trust } from "../../src/simulate/trust.js";

const free = { p50: 0.1, p99: 2, max: 40 };

test("a generator that kept its times is believed", () => {
  expect(trust(4.9, free)).toEqual({ eventLoopDelayMs: free, trustworthy: true });
  expect(trust(undefined, free).trustworthy).toBe(true);
});

test("one that was late is not, with the reason", () => {
  expect(trust(31.4, free)).toEqual({
    eventLoopDelayMs: free,
    trustworthy: false,
    untrustworthyBecause:
      "its own frames left 31 ms late at the 99th percentile, more than 20 ms: the generator was the bottleneck",
  });
  expect(trust(1, { ...free, p99: 80 }).untrustworthyBecause).toMatch(/^its timers fired 80 ms late/);
});

test("a blocked event loop is seen", async () => {
  const watch = new LoopWatch();
  await new Promise((resolve) => setTimeout(resolve, 30));
  const end = performance.now() + 150;
  while (performance.now() < end);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const delay = watch.stop();
  expect(delay.max).toBeGreaterThan(100);
  expect(delay.p50).toBeGreaterThanOrEqual(0);
  expect(delay.p99).toBeLessThanOrEqual(delay.max * 1.01);
});
