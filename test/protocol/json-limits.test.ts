import fc from "fast-check";
import { expect, test } from "vitest";
import { tooMuchOf } from "../../src/protocol/json-limits.js";

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
      expect(tooMuchOf(JSON.stringify(value))).toBe(depthOf(value) > 64 ? "deep" : undefined);
    }),
  );
});

test("a short text is not looked at, brackets in strings count for nothing, and what never ends does not hang", () => {
  expect(tooMuchOf("[".repeat(1000))).toBeUndefined();
  expect(tooMuchOf("[".repeat(5000))).toBe("deep");
  expect(tooMuchOf(JSON.stringify(["[".repeat(5000), '\\"'.repeat(5000)]))).toBeUndefined();
  expect(tooMuchOf(`"${"[".repeat(5000)}`)).toBeUndefined();
  expect(tooMuchOf(`"${"\\".repeat(5001)}`)).toBeUndefined();
  expect(tooMuchOf(`${"]".repeat(5000)}${"[".repeat(5000)}`)).toBeUndefined();
});

test.each([
  ["keys", `{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":0`).join()}}`],
  ["empty objects", `[${"{},".repeat(25_000)}{}]`],
  ["numbers", `[${"1,".repeat(40_000)}1]`],
  ["digits", "1".repeat(70_000)],
  ["blanks", " ".repeat(70_000)],
  ["empty strings", `[${'"",'.repeat(40_000)}""]`],
  ["escaped quotes", `["${'\\"'.repeat(70_000)}"]`],
])("what has far too many %s is not parsed", (_, text) => {
  expect(tooMuchOf(text)).toBe("long");
});

test("a message may be as long as it likes within its strings, and have thousands of values", () => {
  expect(tooMuchOf(JSON.stringify({ type: "audio", data: "A".repeat(4_000_000) }))).toBeUndefined();
  const words = Array.from({ length: 1000 }, (_, i) => ({
    word: `w${i}`,
    start: i / 10,
    end: i / 10 + 0.05,
  }));
  expect(tooMuchOf(JSON.stringify({ words }))).toBeUndefined();
});
