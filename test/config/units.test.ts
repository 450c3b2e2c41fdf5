import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BadValue } from "../../src/config/bad-value.js";
import {
  parseBytes,
  parseDuration,
  parseFrequency,
  parseInteger,
  parseRate,
} from "../../src/config/units.js";

function refusal(parse: () => unknown): { message: string; instead: string | undefined } {
  try {
    parse();
  } catch (error) {
    if (error instanceof BadValue) return { message: error.message, instead: error.instead };
    throw error;
  }
  throw new Error("was accepted");
}

describe("durations", () => {
  it("are read in ms, s and m", () => {
    expect(parseDuration("60ms")).toBe(60);
    expect(parseDuration("1.5s")).toBe(1500);
    expect(parseDuration("60m")).toBe(3_600_000);
    expect(parseDuration("0")).toBe(0);
  });

  it("are the same in every unit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400 }), (seconds) => {
        expect(parseDuration(`${seconds}s`)).toBe(parseDuration(`${seconds * 1000}ms`));
      }),
    );
  });

  it.each([
    ["30", '"30" has no unit (ms, s or m)', "30s"],
    ["1h", '"1h" is not a duration in ms, s or m', "60m"],
    ["5 min", '"5 min" is not a duration in ms, s or m', "5m"],
    ["10sec", '"10sec" is not a duration in ms, s or m', "10s"],
    ["soon", '"soon" is not a duration', "30s"],
    ["-1s", '"-1s" is not a duration', "30s"],
    ["2000m", "2000m is not between 0ms and 1440m", "1440m"],
  ])("refuse %s", (text, message, instead) => {
    expect(refusal(() => parseDuration(text))).toEqual({ message, instead });
  });

  it("keep to their bounds", () => {
    expect(refusal(() => parseDuration("3s", { min: 0, max: 2000 }))).toEqual({
      message: "3s is not between 0ms and 2s",
      instead: "2s",
    });
  });
});

it("reads sizes", () => {
  expect(parseBytes("256KiB", {})).toBe(262_144);
  expect(parseBytes("1mib", {})).toBe(1_048_576);
  expect(parseBytes("512B", {})).toBe(512);
  expect(refusal(() => parseBytes("256k", {})).instead).toBe("256KiB");
  expect(refusal(() => parseBytes("2 MB", {})).instead).toBe("2MiB");
  expect(refusal(() => parseBytes("big", {}))).toEqual({
    message: '"big" is not a size in B, KiB or MiB',
    instead: "256KiB",
  });
  expect(refusal(() => parseBytes("1B", { min: 1024 })).instead).toBe("1KiB");
});

it("reads frequencies, rates and whole numbers", () => {
  expect(parseFrequency("440", {})).toBe(440);
  expect(parseFrequency("440Hz", {})).toBe(440);
  expect(refusal(() => parseFrequency("loud", {})).message).toBe('"loud" is not a frequency in Hz');
  expect(parseRate("0.5/s")).toBe(0.5);
  expect(refusal(() => parseRate("20"))).toEqual({
    message: '"20" is not a number a second above 0',
    instead: "20/s",
  });
  expect(refusal(() => parseRate("0/s")).instead).toBe("5/s");
  expect(parseInteger("8080", { max: 65535 })).toBe(8080);
  expect(refusal(() => parseInteger("8o8o", { default: "8080" }))).toEqual({
    message: '"8o8o" is not a whole number',
    instead: "8080",
  });
  expect(refusal(() => parseInteger("70000", { max: 65535 })).message).toBe(
    "70000 is not between 0 and 65535",
  );
});
