import { expect, it } from "vitest";
import { personal } from "../../src/report/personal.js";

it("masks numbers, words and digits", () => {
  const { number, words, digit } = personal(false);
  expect([number("+94771234512"), words("my pin is 1234"), digit("7")]).toEqual([
    "+94 77 *** **12",
    "***",
    "***",
  ]);
});

it("shows them when asked to", () => {
  const { number, words, digit } = personal(true);
  expect([number("+94771234512"), words("my pin"), digit("*")]).toEqual(["+94771234512", "my pin", "*"]);
});
