/** Calls of a test: by scenario, by sound, to an agent, to a URL, on real and on manual time. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toneDbfs } from "../../src/audio/signal.js";
import { ManualClock, placeCall } from "../../src/testing.js";

describe("on a manual clock", () => {
  it("a scenario with an agent is played faster than it is spoken, the same each time", async () => {
    const run = () => placeCall("conversation", { agent: "echo", clock: new ManualClock() });
    const before = performance.now();
    const [call, again] = await Promise.all([run(), run()]);
    console.log(
      performance.now() - before,
      call.summary,
      call.firstAudioMs,
      call.detail,
      call.verdicts,
      call.analysis,
      call.heard.durationMs,
    );
    expect(call.ok).toBe(true);
    expect(call.firstAudioMs).toEqual(again.firstAudioMs);
  });
});
