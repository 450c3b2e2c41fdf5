import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { down } from "../../../bench/vendor-codec.js";
import { encodeUlaw } from "../../../src/audio/g711.js";
import { resampleAll } from "../../../src/audio/resample-offline.js";
import { readWav } from "../../../src/audio/wav.js";
import { analysed, found } from "../made-call.js";

const { samples } = readWav(readFileSync(new URL("../../../src/simulate/sample-voice.wav", import.meta.url)));

/** The sample voice brought to 8 kHz in this way, as what the agent says: its second sentence hisses. */
const said = (voice: Int16Array) => ({
  agent: [[3400, 5400]] as const,
  coded: (_: Int16Array, at: number) => {
    const start = (at - 3400 + 6726) * 8;
    return encodeUlaw(voice.slice(start, start + 160));
  },
});

it("every third sample is no way to get from 24 to 8 kHz", () => {
  const { findings } = analysed({ ...said(down(samples)), caller: [[1000, 2700]] });
  expect(findings).toMatchObject([{ code: "agent-aliased", severity: "warning" }]);
});

it("says nothing of what went through a filter", () => {
  const voice = resampleAll(samples, 24000, 8000);
  expect(found({ ...said(voice), caller: [[1000, 2700]] })).toEqual([]);
});
