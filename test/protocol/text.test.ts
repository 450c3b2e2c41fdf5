import fc from "fast-check";
import { expect, it } from "vitest";
import { closeReason, isCleanId, printable } from "../../src/protocol/text.js";

it("leaves printing text alone", () => {
  expect(printable("ගෙදර, 家, 🏠", 64)).toBe("ගෙදර, 家, 🏠");
});

it("removes what would act on a terminal or reorder a line", () => {
  expect(printable("a\u001b[2J\r\n\u202eb\u2028\u0000\ud800c", 64)).toBe("a[2Jbc");
});

it("never grows, never exceeds the limit and never cuts a character in two", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.integer({ min: 1, max: 20 }),
      (text, maxLength) => {
        const shown = printable(text, maxLength);
        expect(shown.length).toBeLessThanOrEqual(maxLength);
        expect(shown).not.toMatch(/[\p{C}]/u);
      },
    ),
  );
  expect(printable("🏠🏠", 3)).toBe("🏠");
});

it("lets an id be anything but long or controlling", () => {
  expect(isCleanId("../../x 🏠")).toBe(true);
  expect(isCleanId("x".repeat(256))).toBe(true);
  for (const id of ["x".repeat(257), "a\u0000", "a\u007f", "a\u0085", "\udc00"])
    expect(isCleanId(id)).toBe(false);
});

it("a close reason fits into its frame and ends with a whole character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
      const reason = closeReason(text);
      expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
      expect(text.startsWith(reason)).toBe(true);
      if (Buffer.byteLength(text) <= 123) expect(reason).toBe(text);
    }),
  );
});
