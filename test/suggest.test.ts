import { describe, expect, it } from "vitest";
import { suggest } from "../src/suggest.js";

describe("suggest", () => {
  const kinds = ["echo", "adk", "smartpbx", "websocket"];

  it.each([
    ["ecoh", "echo"],
    ["Echo", "echo"],
    ["smartpx", "smartpbx"],
    ["web-sokcet", "websocket"],
    ["akd", "adk"],
  ])("finds for %s the word %s", (word, meant) => {
    expect(suggest(word, kinds)).toBe(meant);
  });

  it.each(["", "openai", "ab", "x".repeat(100_000)])("finds nothing for what is not near (%#)", (word) => {
    expect(suggest(word, kinds)).toBeUndefined();
  });
});
