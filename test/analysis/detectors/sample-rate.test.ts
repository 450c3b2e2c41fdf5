import { expect, it } from "vitest";
import { encodeUlaw } from "../../../src/audio/g711.js";
import { pcmBytes } from "../../../src/audio/pcm.js";
import { analysed, found, PCM, ULAW } from "../made-call.js";

it("8 kHz in a 24 kHz call is too high, and comes at a third of the pace", () => {
  const [first] = analysed({ format: PCM, agentRate: 8000, coded: (samples) => pcmBytes(samples) }).findings;
  expect(first).toMatchObject({ code: "agent-wrong-rate", severity: "error" });
  expect(first.seen).toContain("it is audio of 8000 Hz");
});

it("24 kHz in an 8 kHz call is too low, and comes three times as fast as it is heard", () => {
  const [first] = analysed({
    format: ULAW,
    agentRate: 24000,
    coded: (samples) => encodeUlaw(samples),
  }).findings;
  expect(first).toMatchObject({ code: "agent-wrong-rate", severity: "error" });
  expect(first.seen).toContain("it is audio of 24000 Hz");
});

it("without a pace that tells, it is a warning", () => {
  const sentAt = (at: number) => at - (at % 1000);
  const [first] = analysed({ format: PCM, agentRate: 8000, coded: (s) => pcmBytes(s), sentAt }).findings;
  expect(first).toMatchObject({ code: "agent-wrong-rate" });
});

it("a steady tone of any height is no voice", () => {
  const tone = (hz: number) => (_: Int16Array, at: number) =>
    encodeUlaw(
      Int16Array.from({ length: 160 }, (_, i) => 8000 * Math.sin((2 * Math.PI * hz * (at * 8 + i)) / 8000)),
    );
  expect(found({ coded: tone(440) })).toEqual([]);
  expect(found({ coded: tone(50) })).toEqual([]);
});
