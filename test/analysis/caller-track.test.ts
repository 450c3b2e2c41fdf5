import { expect, it } from "vitest";
import { CallerTrack } from "../../src/analysis/caller-track.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { Payload } from "../../src/audio/payload.js";
import { createPayloadCodec } from "../../src/audio/payload-codec.js";
import { voice } from "../audio/voice.js";
import { ULAW } from "./made-call.js";

it("takes what arrives for just said, keeps it back to back in jitter, and leaves a gap where time went missing", () => {
  const caller = new CallerTrack(ULAW, createPayloadCodec(ULAW, { agentRate: 8000 }));
  const voiced = encodeUlaw(voice(8000, 2000));
  for (let i = 0; i < 100; i++) {
    const at = 20 * (i + 1) + (i % 3) * 15 + (i >= 50 ? 1000 : 0);
    caller.hear(Payload.fromBytes(voiced.subarray(i * 160, (i + 1) * 160)), at);
  }
  caller.finish(4000);
  expect(caller.spans.spans.map(({ from, to }) => [Math.round(from), Math.round(to)])).toEqual([
    [0, 1000],
    [2000, 3000],
  ]);
});
