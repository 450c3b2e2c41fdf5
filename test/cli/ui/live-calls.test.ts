import { expect, it } from "vitest";
import { PORTAL_FORMATS } from "../../../src/audio/format.js";
import { encodeUlaw } from "../../../src/audio/g711.js";
import { loadOpus } from "../../../src/audio/opus.js";
import { Payload } from "../../../src/audio/payload.js";
import { sine } from "../../../src/audio/signal.js";
import type { CallNote, CallSummary, EndReason } from "../../../src/call/events.js";
import { LiveCalls } from "../../../src/cli/ui/live-calls.js";
import { liveSummary } from "../../../src/cli/ui/live-summary.js";
import { ManualClock } from "../../../src/clock.js";
import { plain } from "../../../src/report/style.js";

const summary: CallSummary = {
  durationMs: 1,
  turns: 0,
  firstAudioMs: [],
  framesIn: 0,
  framesOut: 0,
  droppedMs: 0,
  talkOverMs: 0,
  bargeIns: 0,
};

function setUp() {
  const clock = new ManualClock();
  const calls = new LiveCalls(clock, loadOpus);
  const start = (callId: string, format: keyof typeof PORTAL_FORMATS = "g711_ulaw") => {
    const hungUp: string[] = [];
    const observer = calls.watch(() => hungUp.push(callId));
    const note = (event: CallNote) => observer({ ...event, at: 0 });
    const ids = {
      callId,
      otherLegCallId: "b",
      accountId: "c",
      caller: "+12025550101",
      callee: "+12025550199",
    };
    note({ type: "call-started", info: { ...ids, format: PORTAL_FORMATS[format] }, agent: "echo", raw: {} });
    const speak = (type: "speech-started" | "speech-ended") => note({ type, who: "caller", lastVoicedAt: 0 });
    const end = (reason: EndReason) => note({ type: "call-ended", reason, detail: "", summary });
    return { note, speak, end, hungUp };
  };
  const shown = (most: number) => calls.busiest(most).map((call) => call.at(clock.now()).callId);
  return { clock, calls, start, shown };
}

it("shows the busiest calls, and keeps their lines where they are", () => {
  const { clock, calls, start, shown } = setUp();
  const [a, b, c] = ["a", "b", "c"].map((name) => start(name));
  expect(shown(3)).toEqual(["a", "b", "c"]);
  clock.advance(10_000);
  c?.speak("speech-started");
  a?.speak("speech-started");
  expect(shown(2)).toEqual(["a", "c"]);
  // Silence for a moment is no reason to go.
  a?.speak("speech-ended");
  clock.advance(3000);
  b?.speak("speech-started");
  expect(shown(2)).toEqual(["a", "c"]);
  clock.advance(3000);
  expect(shown(2)).toEqual(["b", "c"]);
  b?.end("caller-hung-up");
  expect([shown(2), calls.count]).toEqual([["a", "c"], 2]);
  calls.running[1]?.hangUp();
  expect(c?.hungUp).toEqual(["c"]);
});

it("measures what has passed when somebody looks, in every format", async () => {
  const opus = await loadOpus();
  const { clock, calls, start } = setUp();
  const [ulaw, pcm, packets] = [start("u"), start("p", "pcm16"), start("o", "opus")];
  // Loaded with the first Opus call.
  await new Promise((resolve) => setImmediate(resolve));
  const encoder = opus.createEncoder(48_000);
  for (let k = 0; k < 20; k++) {
    ulaw.note({ type: "caller-audio", payload: Payload.fromBytes(encodeUlaw(sine(400, -10, 20, 8000))) });
    const samples = sine(400, -10, 20, 24_000);
    pcm.note({ type: "caller-audio", payload: Payload.fromBytes(new Uint8Array(samples.buffer)) });
    const packet = Payload.fromBytes(encoder.encode(sine(400, -10, 20, 48_000)));
    packets.note({ type: "agent-audio", payload: packet, heardAt: 0 });
    if (k % 5 === 0) for (const call of calls.running) call.at(clock.now());
  }
  encoder.free();
  const [u, p, o] = calls.running.map((call) => call.at(clock.now()));
  for (const level of [u?.callerLevel, p?.callerLevel, o?.agentLevel]) {
    expect(level?.rmsDbfs).toBeGreaterThan(-17);
    expect(level?.rmsDbfs).toBeLessThan(-9);
  }
  expect([u?.agentLevel.rmsDbfs, u?.framesIn, o?.framesOut, o?.isConnected]).toEqual([
    -Infinity,
    20,
    20,
    true,
  ]);
  for (const one of [ulaw, pcm, packets]) one.end("caller-hung-up");
});

it("sums up all calls", () => {
  const { calls, start } = setUp();
  expect(liveSummary(calls.totals, plain)).toEqual(["No calls."]);
  const one = start("a");
  for (const firstAudioMs of [300, 300, 300, 900]) one.note({ type: "turn", firstAudioMs });
  one.note({ type: "barge-in", heardMs: 1, droppedMs: 1 });
  one.end("caller-hung-up");
  start("b").end("agent-unreachable");
  const lines = liveSummary(calls.totals, plain);
  expect(lines[0]).toBe("2 calls  4 turns  1 barge-in  1 failed");
  expect(lines[1]).toMatch(/^first audio {2}p50 \d+ ms {2}p95 \d+ ms$/);
  expect(lines[2]).toBe("failed       1 × agent could not be reached");
});
