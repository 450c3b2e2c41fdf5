import { expect, it } from "vitest";
import { spellCount, spellDbfs, spellMs, spellShare } from "../../src/analysis/spell.js";

it("spells times, shares, levels and counts as people read them", () => {
  expect([0, 340.4, 1234, 59_940, 125_000].map(spellMs)).toEqual([
    "0 ms",
    "340 ms",
    "1.2 s",
    "59.9 s",
    "2 min 5 s",
  ]);
  expect([0.004, 0.125, 1].map(spellShare)).toEqual(["0.4 %", "13 %", "100 %"]);
  expect(spellDbfs(-22.6)).toBe("-23 dBFS");
  expect([1, 3].map((count) => spellCount(count, "hole"))).toEqual(["1 hole", "3 holes"]);
});
