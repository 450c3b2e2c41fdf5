import { expect, it } from "vitest";
import { encodeUlaw } from "../../../src/audio/g711.js";
import { analysed, encoded, found, PCM } from "../made-call.js";

it("samples cut in two are an error", () => {
  const coded = (samples: Int16Array) => encoded(PCM)(samples).subarray(0, 959);
  expect(found({ format: PCM, coded })).toContain("agent-odd-samples");
});

it("sizes that are no frames are worth a look, but not the last of each reply", () => {
  expect(found({ coded: (samples) => encodeUlaw(samples).subarray(0, 133) })).toContain(
    "agent-uneven-frames",
  );
  const coded = (samples: Int16Array, at: number) => encodeUlaw(samples).subarray(0, at === 5080 ? 77 : 160);
  expect(found({ coded })).toEqual([]);
  const { seen } = analysed({ coded: (s) => encodeUlaw(s).subarray(0, 133) }).findings.find(
    ({ code }) => code === "agent-uneven-frames",
  )!;
  expect(seen).toBe("100 % of the agent's payloads are not whole frames of 160 bytes; the largest has 133.");
});
