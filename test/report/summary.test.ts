import { expect, it } from "vitest";
import { plain } from "../../src/report/style.js";
import { summaryLines } from "../../src/report/summary.js";

it("lines up any plain data", () => {
  const summary = {
    calls: 3,
    ok: 2,
    failed: 1,
    firstAudioMs: { p50: 312, p95: 900.4, p99: 1200, max: 1200 },
    senderLatenessMs: { p50: 0.21, p99: 1.5, max: 3 },
    greetingMs: null,
    talkOverMs: { p50: null, max: null },
    failures: {},
    complaints: [],
    reasons: { "caller-hung-up": 2 },
    out: "reply.wav",
    files: ["a.wav", "b.wav"],
    nothing: undefined,
  };
  expect(summaryLines(summary, plain)).toEqual([
    "3 calls  2 ok  1 failed",
    "first audio      p50 312 ms  p95 900 ms  p99 1.2 s  max 1.2 s",
    "sender lateness  p50 0.2 ms  p99 1.5 ms  max 3 ms",
    "greeting         none",
    "talk over        none",
    "reasons          caller hung up 2",
    "out              reply.wav",
    "files            a.wav, b.wav",
  ]);
});

it("says one call, and nothing for nothing", () => {
  expect(summaryLines({ calls: 1 }, plain)).toEqual(["1 call"]);
  expect(summaryLines({}, plain)).toEqual([]);
});
