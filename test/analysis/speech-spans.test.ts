import { expect, it } from "vitest";
import { SpeechSpans } from "../../src/analysis/speech-spans.js";

/** v: 20 ms voiced, -: 20 ms unvoiced, a space: 20 ms without any frame. */
function spansOf(frames: string): SpeechSpans {
  const spans = new SpeechSpans();
  [...frames].forEach((frame, i) => {
    if (frame !== " ") spans.push(i * 20, (i + 1) * 20, frame === "v", 0.01, i * 20, 0);
  });
  return spans;
}
const quiet = "-".repeat(15);

it.each([
  ["60 ms of voice are speech", "--vvv--", [[40, 100]]],
  ["less is a click", `--vv${quiet}vv--`, []],
  ["clicks together are not speech when quiet is between them", "vv--vv--vv--vv", []],
  ["a short pause is part of speech", "vvv-------vvv", [[0, 260]]],
  [
    "300 ms of quiet end it",
    `vvv${quiet}vvv`,
    [
      [0, 60],
      [360, 420],
    ],
  ],
  [
    "so do 300 ms without audio",
    `vvv${" ".repeat(15)}vvv`,
    [
      [0, 60],
      [360, 420],
    ],
  ],
] as const)("%s", (_, frames, spans) => {
  expect(spansOf(frames).spans.map(({ from, to }) => [from, to])).toEqual(spans);
});

it("knows of each how much was voiced, how loud it was, and when it was sent", () => {
  expect(spansOf("-vvv--v").spans).toEqual([
    { from: 20, to: 140, voicedMs: 80, level: expect.closeTo(0.01), sentAt: 20, burstAt: 0 },
  ]);
  expect(spansOf("-vvv--v").voiced).toEqual([
    { from: 20, to: 80 },
    { from: 120, to: 140 },
  ]);
});
