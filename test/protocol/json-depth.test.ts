import fc from "fast-check";
import { expect, test } from "vitest";
import { isTooDeep } from "../../src/protocol/json-depth.js";

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
const nested = (depth: number, inner: unknown): unknown =>
  depth === 0 ? inner : depth % 2 ? [nested(depth - 1, inner)] : { a: nested(depth - 1, inner) };
/** Long enough to be looked at. */
const LONG = "x".repeat(5000);

test("64 levels are read, 65 are not, whatever is in the strings between them", () => {
  fc.assert(
    fc.property(fc.json(), fc.integer({ min: 0, max: 90 }), (text, depth) => {
      const value = nested(depth, [JSON.parse(text), text, `\\"[{${LONG}`]);
      expect(isTooDeep(JSON.stringify(value))).toBe(depthOf(value) > 64);
    }),
  );
});

test("a short text is not looked at, brackets in strings count for nothing, and what never ends does not hang", () => {
  expect(isTooDeep("[".repeat(1000))).toBe(false);
  expect(isTooDeep("[".repeat(5000))).toBe(true);
  expect(isTooDeep(JSON.stringify(["[".repeat(5000), '\\"'.repeat(5000)]))).toBe(false);
  expect(isTooDeep(`"${"[".repeat(5000)}`)).toBe(false);
  expect(isTooDeep(`"${"\\".repeat(5001)}`)).toBe(false);
  expect(isTooDeep(`${"]".repeat(5000)}${"[".repeat(5000)}`)).toBe(false);
});
