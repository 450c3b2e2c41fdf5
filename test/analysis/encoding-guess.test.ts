import { expect, it } from "vitest";
import { encodingGuess } from "./voices.js";

it("is silent about speech in its own encoding", () => {
  expect(encodingGuess("g711_ulaw", "g711_ulaw")).toBeUndefined();
  expect(encodingGuess("pcm16", "pcm16")).toBeUndefined();
});

it("names the encoding that makes a smooth wave", () => {
  expect(encodingGuess("g711_ulaw", "pcm16")).toMatchObject({ encoding: "PCM16" });
  expect(encodingGuess("pcm16", "g711_ulaw")).toMatchObject({ encoding: "μ-law" });
});

it("knows nothing of Opus, or of nothing", () => {
  expect(encodingGuess("opus", "pcm16")).toBeUndefined();
  expect(encodingGuess("pcm16", undefined)).toBeUndefined();
});
