import { expect, it } from "vitest";
import { cutText, textWidth } from "../../src/report/text-width.js";

it.each([
  ["Built-in", 8],
  ["▮▯·–…→", 6],
  ["マイク", 6],
  ["e\u0301", 1],
  ["🎤", 2],
  ["", 0],
])("measures %s", (text, width) => {
  expect(textWidth(text)).toBe(width);
});

it("cuts at whole characters", () => {
  expect(cutText("microphone", 10, "…")).toBe("microphone");
  expect(cutText("microphone", 6, "…")).toBe("micro…");
  expect(cutText("マイク", 4, "…")).toBe("マ…");
  expect(cutText("mic", 0, "…")).toBe("");
});
