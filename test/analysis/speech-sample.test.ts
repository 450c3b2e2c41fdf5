import { expect, it } from "vitest";
import { SpeechSample } from "../../src/analysis/speech-sample.js";
import { ULAW } from "./made-call.js";

it("keeps voiced frames, those that follow each other as one piece, up to four seconds", () => {
  const sample = new SpeechSample(ULAW);
  const frame = new Uint8Array(160).fill(7);
  sample.push(frame, true);
  sample.push(frame, true);
  sample.push(frame, false);
  frame.fill(8);
  for (let i = 0; i < 400; i++) sample.push(frame, true);
  expect(sample.pieces.map(({ length }) => length)).toEqual([320, 32_000 - 320]);
  expect(sample.pieces[0][0]).toBe(7);
});
