import { expect, it } from "vitest";
import { parseDtmf } from "../../src/config/dtmf.js";

it("reads keys and times, in the order of the times", () => {
  expect(parseDtmf("#@3.5s, 1@2s,d@0")).toEqual([
    { digit: "D", atMs: 0 },
    { digit: "1", atMs: 2000 },
    { digit: "#", atMs: 3500 },
  ]);
});

it.each(["", "1", "E@1s", "12@1s", "1@2s,"])("refuses %j", (text) => {
  expect(() => parseDtmf(text)).toThrow("a key press is one of 0-9 * # A-D, an @ and a time");
});

it("refuses a time without a unit", () => {
  expect(() => parseDtmf("1@2")).toThrow('"2" has no unit');
});
