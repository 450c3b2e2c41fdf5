/** A bad network that can be had again: the same seed gives the same run, down to the byte and the millisecond. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Bridge, folder, serve, simulate } from "./bridge.js";
import { bytes, savedCall, voice, wav } from "./sound.js";

const NETWORK = "jitter=30ms,burst=200ms,burst-every=1s,stall=500ms,stall-every=2s,loss=2%";
let server: Bridge;
let said: string;
beforeAll(async () => {
  server = await serve(["--agent-option", "pause=200"]);
  said = wav(voice(300, 700), 24000);
});

/** One run on a bad network, as the caller recorded it. */
async function run(...more: string[]) {
  const out = folder();
  const call = ["--url", server.url, "--wav", said, "--hang-up-after", "4s", "--record", out];
  const caller = simulate([...call, "--network", NETWORK, ...more]);
  expect(await caller.exit).toBe(0);
  const saved = await savedCall(out);
  const lines = readFileSync(join(saved.folder, "events.jsonl"), "utf8").trim().split("\n");
  const media = lines.map((line) => JSON.parse(line)).filter(({ file }) => file === "caller.bin");
  const planned = media.map(({ plannedT }) => plannedT as number);
  const lateMs = media.map(({ t, plannedT }) => (t - plannedT) / 1000);
  return { caller, callId: saved.call.callId, payloads: bytes(saved.caller), planned, lateMs };
}

describe.concurrent("--network", () => {
  it("with one seed is the same run twice, and with another seed another", async () => {
    const [a, b, c] = await Promise.all([run("--seed", "42"), run("--seed", "42"), run("--seed", "43")]);
    expect(a.payloads.length).toBeGreaterThan(180);
    expect(a.payloads.length).toBeLessThan(200);
    expect(b.payloads).toEqual(a.payloads);
    expect(b.planned).toEqual(a.planned);
    expect(b.callId).toBe(a.callId);
    expect(c.planned).not.toEqual(a.planned);
    expect(c.callId).not.toBe(a.callId);
    // Held back, then delivered together; and the plan's delay is not counted as ours.
    expect(a.planned.filter((at, k) => k > 0 && at === a.planned[k - 1]).length).toBeGreaterThan(20);
    expect(Math.max(...a.planned.map((at, k) => at / 1000 - 20 * k))).toBeGreaterThan(300);
    for (const { lateMs } of [a, b, c]) expect(lateMs.every((ms) => ms >= 0)).toBe(true);
    // Four seconds are 200 frames: what is missing is said.
    expect(a.caller.all("summary")).toMatchObject([{ ok: 1, missingMs: (200 - a.payloads.length) * 20 }]);
  });

  it("draws a seed and tells it, and with that the run comes again", async () => {
    const drawn = await run();
    const [{ seed }] = drawn.caller.all("network");
    expect(drawn.caller.all("network")).toMatchObject([
      { jitterMs: 30, burstMs: 200, stallMs: 500, loss: 0.02 },
    ]);
    const again = await run("--seed", String(seed));
    expect(again.planned).toEqual(drawn.planned);
    expect(again.payloads).toEqual(drawn.payloads);
  });

  it("gives every call of a load a plan and ids of its own", async () => {
    const out = folder();
    const load = ["--calls", "4", "--concurrency", "4", "--seed", "7", "--network", NETWORK, "--record", out];
    const caller = simulate(["--url", server.url, "--wav", said, ...load]);
    expect(await caller.exit).toBe(0);
    const ids = caller.all("call-started").map(({ callId }) => callId);
    expect(new Set(ids).size).toBe(4);
  });

  it("that is misspelled is refused with what was meant", async () => {
    const caller = simulate(["--network", "jiter=30ms"]);
    expect(await caller.exit).toBe(2);
    expect(caller.output).toContain("--network jitter=30ms");
  });
});
