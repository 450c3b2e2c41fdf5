import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/clock.js";
import { JsonlReporter, jsonLine } from "../../src/report/jsonl.js";
import { ended, MIDDLE, started } from "./events.js";
import { Kept } from "./output.js";

function setUp(showPersonal = false) {
  const clock = new ManualClock();
  clock.advance(500);
  const out = new Kept();
  const reporter = new JsonlReporter(out, clock, { showPersonal });
  return { clock, reporter, documents: () => out.lines.map((line) => JSON.parse(line)) };
}

describe("JSON lines", () => {
  it("tell a whole call", () => {
    const { clock, reporter, documents } = setUp();
    reporter.listening({ url: "ws://127.0.0.1:8080/media-stream", agent: "echo" });
    clock.advance(1000.4);
    const observe = reporter.call();
    for (const event of [started(), ...MIDDLE, ended()]) observe(event);
    reporter.recorded("abc", "recordings/x");
    const at = { version: 1, t: 1000, callId: "abc" };
    expect(documents()).toEqual([
      { version: 1, type: "listening", t: 0, url: "ws://127.0.0.1:8080/media-stream", agent: "echo" },
      {
        ...at,
        type: "call-started",
        agent: "echo",
        format: { encoding: "g711_ulaw", sampleRate: 8000 },
        caller: "+94 77 *** **12",
        callee: "+94 11 *** **00",
      },
      { ...at, type: "greeting", greetingMs: 80 },
      { ...at, type: "turn", firstAudioMs: 312 },
      { ...at, type: "barge-in", heardMs: 1200, droppedMs: 8800 },
      { ...at, type: "dtmf", digit: "***" },
      { ...at, type: "transcript", who: "caller", text: "***" },
      {
        ...at,
        type: "call-ended",
        reason: "caller-hung-up",
        detail: "",
        durationMs: 12_345.7,
        turns: 3,
        firstAudioMs: { p50: 312, max: 900 },
        greetingMs: 80,
        framesIn: 617,
        framesOut: 400,
        dropped: 0,
        droppedMs: 0,
        talkOverMs: 140,
        bargeIns: 1,
      },
      { ...at, type: "recorded", folder: "recordings/x" },
    ]);
  });

  it("show personal data only when asked to", () => {
    const { reporter, documents } = setUp(true);
    const observe = reporter.call();
    for (const event of [started(), ...MIDDLE]) observe(event);
    const byType = Object.fromEntries(documents().map((document) => [document.type, document]));
    expect(byType["call-started"]).toMatchObject({ caller: "+94771234512", callee: "+94112345600" });
    expect(byType.dtmf.digit).toBe("7");
    expect(byType.transcript.text).toBe("my pin is 1234");
  });

  it("say null where there was no latency, and count dropped frames", () => {
    const { reporter, documents } = setUp();
    const observe = reporter.call();
    observe(started());
    observe(ended({ firstAudioMs: [], greetingMs: undefined, droppedMs: 100 }));
    expect(documents()[1]).toMatchObject({
      firstAudioMs: { p50: null, max: null },
      greetingMs: null,
      dropped: 5,
      droppedMs: 100,
    });
  });

  it("say a fault once for each call, and how often at its end", () => {
    const { reporter, documents } = setUp();
    const [one, two] = [reporter.call(), reporter.call()];
    one(started("one"));
    two(started("two"));
    for (let times = 0; times < 3; times++)
      one({ at: 1, type: "fault", code: "malformed-json", detail: "not JSON" });
    two({ at: 1, type: "fault", code: "malformed-json", detail: "not JSON" });
    one({ at: 2, type: "warning", code: "congested", message: "slow" });
    one(ended());
    two(ended());
    const warning = { version: 1, t: 0, type: "warning" };
    const bad = { ...warning, code: "malformed-json", message: "not JSON" };
    expect(documents().filter(({ type }) => type === "warning")).toEqual([
      { ...bad, callId: "one" },
      { ...bad, callId: "two" },
      { ...warning, callId: "one", code: "congested", message: "slow" },
      { ...bad, callId: "one", count: 3 },
    ]);
  });

  it("keep what concerns only recordings to themselves", () => {
    const { reporter, documents } = setUp();
    const observe = reporter.call();
    observe({ at: 1, type: "speech-started", who: "caller" });
    observe({ at: 1, type: "agent-leg-audio", dir: "in", bytes: 1 });
    observe({ at: 1, type: "turn-ended" });
    expect(documents()).toEqual([]);
  });

  it("end with a summary, and carry warnings of no call", () => {
    const { reporter, documents } = setUp();
    reporter.warning("no-auth", "anyone may call");
    reporter.summary({ calls: 1, ok: 1, failed: 0 });
    expect(documents()).toEqual([
      { version: 1, type: "warning", t: 0, code: "no-auth", message: "anyone may call" },
      { version: 1, type: "summary", t: 0, calls: 1, ok: 1, failed: 0 },
    ]);
  });

  it("stay one line without control characters, whatever a call is named", () => {
    const line = jsonLine({ callId: "a\nb\u001b[2J\u009b2J\u007f" });
    expect(line).toBe('{"version":1,"callId":"a\\nb\\u001b[2J\\u009b2J\\u007f"}\n');
    expect(JSON.parse(line).callId).toBe("a\nb\u001b[2J\u009b2J\u007f");
  });
});
