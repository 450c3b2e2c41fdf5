import { expect, it } from "vitest";
import { Holes } from "../../src/analysis/holes.js";

function holesOf(frames: readonly (readonly [from: number, voiced: boolean])[]) {
  const holes = new Holes();
  for (const [from, voiced] of frames) holes.push(from, from + 20, voiced);
  return holes.spans;
}

it("is a gap with voice on both sides of it", () => {
  expect(
    holesOf([
      [0, true],
      [100, true],
    ]),
  ).toEqual([{ from: 20, to: 100 }]);
  expect(
    holesOf([
      [0, true],
      [100, false],
      [120, true],
    ]),
  ).toEqual([{ from: 20, to: 100 }]);
});

it("is none when there is no voice near, or the gap is too short or too long", () => {
  expect(
    holesOf([
      [0, true],
      [20, false],
      [40, false],
      [140, true],
    ]),
  ).toEqual([]);
  expect(
    holesOf([
      [0, true],
      [100, false],
      [120, false],
      [140, true],
    ]),
  ).toEqual([]);
  expect(
    holesOf([
      [0, true],
      [35, true],
    ]),
  ).toEqual([]);
  expect(
    holesOf([
      [0, true],
      [700, true],
    ]),
  ).toEqual([]);
});
