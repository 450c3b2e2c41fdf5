import { expect, it } from "vitest";
import { PayloadFacts } from "../../src/analysis/payload-facts.js";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { PCM, ULAW } from "./made-call.js";

function factsOf(
  format: ConstructorParameters<typeof PayloadFacts>[0],
  payloads: readonly (number | string)[],
) {
  const facts = new PayloadFacts(format);
  payloads.forEach((payload, i) => {
    facts.add(typeof payload === "string" ? Buffer.from(payload) : new Uint8Array(payload), i * 20);
  });
  return facts;
}

it("counts sizes that are no frames, and samples cut in two", () => {
  expect(factsOf(PCM, [960, 1920, 961, 100, 0])).toMatchObject({
    count: 5,
    uneven: 2,
    odd: 1,
    empty: 1,
    largestBytes: 1920,
  });
  expect(factsOf(ULAW, [160, 133])).toMatchObject({ uneven: 1, odd: 0, bytes: 293 });
  expect(factsOf(PORTAL_FORMATS.opus, [61, 62, 1])).toMatchObject({ uneven: 0, odd: 0 });
});

it("knows the headers of files", () => {
  expect(factsOf(ULAW, [160, "RIFF....WAVE", "OggS"]).header).toEqual({ name: "WAV", at: 20 });
  expect(factsOf(PCM, ["OggS"]).header?.name).toBe("Ogg");
  expect(factsOf(PCM, ["RIF", "Ogg", ""]).header).toBeUndefined();
});
