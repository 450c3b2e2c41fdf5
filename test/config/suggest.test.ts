import fc from "fast-check";
import { expect, it } from "vitest";
import { nearest } from "../../src/config/suggest.js";

it.each([
  ["serv", "serve"],
  ["prot", "port"],
  ["agnet", "agent"],
  ["MAXCALLS", "maxCalls"],
])("takes %s for %s", (word, meant) => {
  expect(nearest(word, ["serve", "port", "agent", "maxCalls", "record"])).toBe(meant);
});

it("suggests nothing for a word unlike all others", () => {
  expect(nearest("banana", ["serve", "port", "agent"])).toBeUndefined();
  expect(nearest("x".repeat(100_000), ["serve"])).toBeUndefined();
});

it("finds every known word, and every word with two neighbours exchanged", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{4,12}$/), fc.nat(), (word, at) => {
      const index = at % (word.length - 1);
      const swapped = word.slice(0, index) + word[index + 1] + word[index] + word.slice(index + 2);
      expect(nearest(word, [word])).toBe(word);
      expect(nearest(swapped, [word])).toBe(word);
    }),
  );
});
