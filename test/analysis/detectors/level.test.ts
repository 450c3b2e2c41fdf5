import { expect, it } from "vitest";
import { encodeUlaw } from "../../../src/audio/g711.js";
import { pcmBytes } from "../../../src/audio/pcm.js";
import { analysed, found, PCM } from "../made-call.js";

const scaled =
  (factor: number, offset = 0) =>
  (samples: Int16Array) =>
    samples.map((sample) => Math.max(-32768, Math.min(32767, sample * factor + offset)));

it.each([
  ["clipped", 12, 0, ["agent-clipped"]],
  ["loud enough", 1, 0, []],
  ["too quiet", 0.06, 0, ["agent-too-quiet"]],
  ["off the middle", 0.7, 3000, ["agent-dc-offset"]],
] as const)("%s", (_, factor, offset, codes) => {
  const change = scaled(factor, offset);
  expect(found({ coded: (samples) => encodeUlaw(change(samples)) })).toEqual(codes);
  expect(found({ format: PCM, coded: (samples) => pcmBytes(change(samples)) })).toEqual(codes);
});

it("is said of the caller too, with the numbers", () => {
  const [finding] = analysed({ callerCoded: (samples) => encodeUlaw(scaled(12)(samples)) }).findings;
  expect(finding).toMatchObject({ code: "caller-clipped", side: "caller", severity: "error" });
  expect(finding.seen).toMatch(/full scale in .* s, \d+ % of the caller's speech/);
});
