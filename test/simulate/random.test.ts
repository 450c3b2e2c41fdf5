/** Seeded numbers: the same for the same name, and spread as random numbers are. */
import { expect, it } from "vitest";
import { seededRandom, seededUuid } from "../../src/simulate/random.js";

const take = (count: number, random: () => number) => Array.from({ length: count }, random);

it("is the same for the same name, for good", () => {
  expect(take(100, seededRandom(7, "jitter"))).toEqual(take(100, seededRandom(7, "jitter")));
  // The very numbers: another release or computer must not change a run.
  expect(take(3, seededRandom(42, 0, "jitter")).map((x) => Math.floor(x * 1e6))).toEqual([
    265560, 216007, 834105,
  ]);
});

it("is another stream for another name", () => {
  for (const other of [
    [8, "jitter"],
    [7, "loss"],
    [7, 0, "jitter"],
  ] as const) {
    const [a, b] = [take(1000, seededRandom(7, "jitter")), take(1000, seededRandom(...other))];
    expect(a.filter((x, k) => x === b[k])).toEqual([]);
  }
});

it("is spread evenly, and does not follow itself", () => {
  const numbers = take(100_000, seededRandom(1));
  const tenths = new Array(10).fill(0);
  for (const x of numbers) tenths[Math.floor(x * 10)]++;
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const product = numbers.slice(1).reduce((sum, x, k) => sum + (x - mean) * (numbers[k] - mean), 0);
  expect(Math.abs(product / numbers.length / (1 / 12))).toBeLessThan(0.02);
});

it("makes ids in the shape of UUIDs", () => {
  const id = seededUuid(seededRandom(42, 0, "callId"));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(seededUuid(seededRandom(42, 0, "callId"))).toBe(id);
  expect(seededUuid(seededRandom(42, 1, "callId"))).not.toBe(id);
});
