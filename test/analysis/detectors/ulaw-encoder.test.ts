import { expect, it } from "vitest";
import { encode } from "../../../bench/vendor-codec.js";
import { encodeUlaw } from "../../../src/audio/g711.js";
import { analysed, found } from "../made-call.js";

it("the encoder of the vendor's example cuts loud speech off, and has another code for silence", () => {
  const [first, ...others] = analysed({ coded: (samples) => encode(samples), filled: true }).findings;
  expect(first).toMatchObject({ code: "agent-ulaw-encoder", severity: "error" });
  expect(first?.seen).toMatch(/cut off at 8316 of 32124 in \d+ % .* 0xF7, which is not silence/);
  expect(others).toEqual([]);
});

it("where nothing is loud, the silence alone tells", () => {
  const coded = (samples: Int16Array) => encode(samples.map((sample) => sample / 5));
  expect(found({ coded, filled: true })).toEqual(["agent-odd-silence"]);
});

it("says nothing of speech at any level, nor of a tone", () => {
  for (const gain of [1, 0.7, 0.3])
    expect(found({ coded: (samples) => encodeUlaw(samples.map((s) => s * gain)), filled: true })).toEqual([]);
  const tone = (_: Int16Array, at: number) =>
    encodeUlaw(
      Int16Array.from({ length: 160 }, (_, i) => 8000 * Math.sin((2 * Math.PI * 200 * (at * 8 + i)) / 8000)),
    );
  expect(found({ coded: tone })).toEqual([]);
});
