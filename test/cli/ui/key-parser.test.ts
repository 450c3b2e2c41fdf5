import fc from "fast-check";
import { expect, it } from "vitest";
import { KeyParser } from "../../../src/cli/ui/key-parser.js";

const keysOf = (...chunks: string[]) => {
  const parser = new KeyParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
};

it.each([
  ["h", ["h"]],
  ["12#", ["1", "2", "#"]],
  [" ", [" "]],
  ["\x03", ["^C"]],
  ["\x1a", ["^Z"]],
  ["\x1c", ["^\\"]],
  ["\r", ["^M"]],
  ["\x7f", ["^?"]],
  ["é😀", ["é", "😀"]],
])("reads plain keys: %j", (text, keys) => {
  expect(keysOf(text)).toEqual(keys);
});

it.each(["\x1b[A", "\x1b[1;5C", "\x1b[15~", "\x1bOP", "\x1bh", "\x1b", "\x1b[200~", "\x1b[<0;12;7M"])(
  "presses nothing for what is no plain key: %j",
  (text) => {
    expect(keysOf(text)).toEqual([]);
    expect(keysOf(text, "5")).toEqual(["5"]);
  },
);

it("waits for the rest of a sequence, and not after the Escape key", () => {
  expect(keysOf("\x1b[1;", "5A", "h")).toEqual(["h"]);
  expect(keysOf("\x1b", "[5~", "h")).toEqual(["h"]);
  expect(keysOf("\x1b", "h")).toEqual(["h"]);
});

it("reads keys that come as code points: presses, not releases, and not with Alt", () => {
  expect(keysOf("\x1b[104u")).toEqual(["h"]);
  expect(keysOf("\x1b[32;1:1u\x1b[32;1:3u")).toEqual([" "]);
  expect(keysOf("\x1b[99;5u")).toEqual(["^C"]);
  expect(keysOf("\x1b[104;3u\x1b[27;1:3u\x1b[99999999u")).toEqual([]);
  expect(keysOf("\x1b[27u")).toEqual(["^["]);
});

it("gives the same keys in whatever pieces they come, Escape alone apart", () => {
  const piece = fc.constantFrom("h", "1", "*", " ", "\x1b[A", "\x1b[104u", "\x1b[1;5C", "\x03");
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat()), (pieces, cuts) => {
      const text = pieces.join("");
      const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))]
        .filter((place) => text[place - 1] !== "\x1b")
        .sort((a, b) => a - b);
      const chunks = [0, ...places].map((from, k, all) => text.slice(from, all[k + 1]));
      expect(keysOf(...chunks)).toEqual(keysOf(text));
    }),
  );
});

it("never fails, whatever a terminal sends", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" })), (chunks) => {
      for (const key of keysOf(...chunks)) expect(key).not.toBe("");
    }),
  );
});

it("takes an Escape for the key of that name when nothing follows it", () => {
  const parser = new KeyParser();
  expect([parser.push("a\x1b"), parser.isWaiting, parser.flush(), parser.flush()]).toEqual([
    ["a"],
    true,
    ["^["],
    [],
  ]);
  expect([parser.push("\x1b["), parser.isWaiting, parser.flush()]).toEqual([[], false, []]);
  expect(parser.push("Ab")).toEqual(["b"]);
});
