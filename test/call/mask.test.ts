import fc from "fast-check";
import { expect, it } from "vitest";
import { maskNumber } from "../../src/call/mask.js";

it.each([
  ["+94771234512", "+94 77 *** **12"],
  ["+94 77 123-4512", "+94 77 *** **12"],
  ["0771234512", "07 71 *** *12"],
  ["+44123456789", "+44 12 *** **89"],
  ["+12025550199", "+1 20 *** ***99"],
  ["+123456789", "+1 23 *** *89"],
  ["12345678", "***"],
  ["100", "***"],
  ["sip:alice@example.com", "***"],
  ["anonymous", "***"],
  ["1234567890123456", "***"],
  ["", ""],
])("shows %s as %s", (number, shown) => {
  expect(maskNumber(number)).toBe(shown);
});

it("hides at least three digits, whatever the number", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\+?\d{1,20}$/), (number) => {
      const shown = maskNumber(number);
      expect(shown).toContain("***");
      expect(shown.replace(/\D/g, "").length).toBeLessThanOrEqual(
        Math.max(0, number.replace("+", "").length - 3),
      );
    }),
  );
});
