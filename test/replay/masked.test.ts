import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskNumber } from "../../src/call/mask.js";
import { redaction } from "../../src/recording/redact.js";
import { filledMessage, filledNumber } from "../../src/replay/masked.js";

describe("a masked number can be called again", () => {
  test.each([
    ["+94771234512", "+94770000012"],
    ["+12025550101", "+12000000001"],
    ["1001", "000"],
    ["", ""],
  ])("%s", (number, filled) => {
    expect(filledNumber(maskNumber(number))).toBe(filled);
  });

  test("any number: as long as it was, and masked it looks the same", () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 9, maxLength: 15 });
    fc.assert(
      fc.property(fc.constantFrom("", "+"), digits, (plus, list) => {
        const number = plus + list.join("");
        const filled = filledNumber(maskNumber(number));
        expect(filled).toMatch(/^\+?\d+$/);
        expect(filled.length).toBe(number.length);
        expect(maskNumber(filled)).toBe(maskNumber(number));
      }),
    );
  });
});

test("a start message as it was recorded becomes one that can be sent", () => {
  const start = {
    event: "start",
    start: {
      callId: "1234567890",
      callerIdNumber: "+94771234512",
      calleeIdNumber: 1001,
      note: "for +94771234512, please",
      token: "planted",
      tags: ["+12025550101", { displayName: "x" }, null, 3],
    },
  };
  expect(filledMessage(redaction(false).message(start))).toEqual({
    event: "start",
    start: {
      callId: "1234567890",
      callerIdNumber: "+94770000012",
      calleeIdNumber: "000",
      note: "for +94770000012, please",
      token: "***",
      tags: ["+12000000001", { displayName: "000" }, null, 3],
    },
  });
});

test("what is not masked stays, whatever it is", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      if (JSON.stringify(value).includes("*")) return;
      expect(filledMessage(value)).toEqual(value);
    }),
  );
});
