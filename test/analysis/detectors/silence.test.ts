import { expect, it } from "vitest";
import { analysed, found, PCM } from "../made-call.js";

it("an agent that sends nothing was never heard, and the silence explains that nothing was answered", () => {
  expect(found({ agent: [] })).toEqual(["agent-never-heard"]);
});

it("digital silence is told from audio that is only soft", () => {
  expect(found({ coded: () => new Uint8Array(160).fill(0xff) })).toEqual(["agent-digital-silence"]);
  expect(found({ format: PCM, coded: () => new Uint8Array(960) })).toEqual(["agent-digital-silence"]);
  const soft = analysed({
    format: PCM,
    coded: (samples) => Uint8Array.from(new Uint8Array(samples.map((s) => s >> 8).buffer)),
  });
  expect(soft.findings.map(({ code }) => code)).toEqual(["agent-never-voiced"]);
  expect(soft.findings[0].seen).toMatch(/peaks at -\d+ dBFS/);
});

it("0x00 is not silence in μ-law", () => {
  expect(found({ coded: () => new Uint8Array(160) })).toContain("agent-zero-bytes");
  expect(found({ format: PCM, filled: true })).toEqual([]);
});

it("a caller who says nothing, or sends nothing, is said to; one who only presses keys is not", () => {
  expect(found({ caller: [], agent: [[1000, 2000]] })).toEqual(["caller-silent"]);
  expect(
    found({ caller: [], agent: [[1000, 2000]], notes: [{ at: 3000, type: "dtmf", digit: "1" }] }),
  ).toEqual([]);
});
