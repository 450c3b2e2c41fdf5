import fc from "fast-check";
import { expect, it } from "vitest";
import { safeText, shortId } from "../../src/report/safe-text.js";

it("leaves ordinary text alone", () => {
  expect(safeText("Grüezi, +94 77 ආයුබෝවන්")).toBe("Grüezi, +94 77 ආයුබෝවන්");
});

it("is never longer than asked, and never controls a terminal", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 400 }),
      fc.integer({ min: 1, max: 100 }),
      (text, length) => {
        const safe = safeText(text, length);
        expect(safe.length).toBeLessThanOrEqual(length);
        expect(safe).not.toMatch(/\p{Cc}/u);
      },
    ),
  );
});

it("shortens long ids to their ends", () => {
  expect(shortId("abc")).toBe("abc");
  expect(shortId("0123456789ab")).toBe("0123456789ab");
  expect(shortId("3f2b7c1e-0000-4000-8000-00000000c0de")).toBe("3f2b…c0de");
});
