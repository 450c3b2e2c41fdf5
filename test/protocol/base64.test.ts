import fc from "fast-check";
import { expect, it } from "vitest";
import { readBase64 } from "../../src/protocol/base64.js";

it("gives standard base64 for the same bytes in every spelling", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
      const standard = Buffer.from(bytes).toString("base64");
      const urlSafe = Buffer.from(bytes).toString("base64url");
      for (const text of [
        standard,
        urlSafe,
        standard.replaceAll("=", ""),
        urlSafe.padEnd(standard.length, "="),
      ]) {
        expect(readBase64(text)?.base64).toBe(standard);
        expect(readBase64(text)?.bytes).toEqual(Buffer.from(bytes));
      }
    }),
  );
});

it("accepts nothing that would decode to other bytes than it says", () => {
  const unit = fc.constantFrom("A", "b", "0", "+", "/", "-", "_", "=", " ", "\n", "é");
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
      const standard = readBase64(text)?.base64;
      if (standard === undefined) return;
      expect(standard).toMatch(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
      expect(Buffer.from(standard, "base64")).toEqual(Buffer.from(text, "base64"));
    }),
    { numRuns: 1000 },
  );
});
