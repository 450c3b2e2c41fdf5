import { describe, expect, it } from "vitest";
import type { CallEvent } from "../../src/call/events.js";
import { ManualClock } from "../../src/clock.js";
import { plain, type Style } from "../../src/report/style.js";
import { type TerminalOptions, TerminalReporter } from "../../src/report/terminal.js";
import { ended, MIDDLE, started } from "./events.js";
import { Kept } from "./output.js";

const NOON = new Date(2026, 0, 1, 12, 59, 3).getTime();

function setUp(options: Partial<TerminalOptions> = {}) {
  const clock = new ManualClock(NOON);
  const [out, err] = [new Kept(), new Kept()];
  const reporter = new TerminalReporter({
    out,
    err,
    clock,
    style: plain,
    level: "normal",
    showPersonal: false,
    ...options,
  });
  const play = (...events: CallEvent[]) => {
    const observe = reporter.call();
    for (const event of events) observe(event);
  };
  return { clock, out, err, reporter, play };
}

describe("terminal lines", () => {
  it("tell a whole call", () => {
    const { clock, out, err, reporter } = setUp();
    const observe = reporter.call();
    for (const event of [started(), ...MIDDLE]) observe(event);
    clock.advance(12_000);
    observe(ended());
    reporter.recorded("abc", "recordings/x");
    expect(out.lines).toEqual([
      "12:59:03 → abc started  g711_ulaw/8000  +94 77 *** **12 → +94 11 *** **00",
      "12:59:03   abc greeting  first audio 80 ms",
      "12:59:03   abc turn 1  first audio 312 ms",
      "12:59:03   abc barge-in  heard 1.2 s  dropped 8.8 s",
      "12:59:03   abc key  ***",
      "12:59:15 ← abc ended  caller hung up  12.3 s  3 turns  first audio 312 ms",
      "12:59:15   abc recorded  recordings/x",
    ]);
    expect(err.text).toBe("");
  });

  it("say why a call failed and what was lost", () => {
    const { out, play } = setUp();
    const end = {
      ...ended({ firstAudioMs: [], turns: 1, droppedMs: 400, durationMs: 900 }),
      reason: "agent-unreachable",
      detail: "ECONNREFUSED",
    } as const;
    play(started(), end);
    expect(out.lines[1]).toBe(
      "12:59:03 ← abc ended  agent could not be reached: ECONNREFUSED  900 ms  1 turn  400 ms of audio lost",
    );
  });

  it("show transcripts when verbose, in words only when asked to", () => {
    const transcript = MIDDLE.at(-1)!;
    const masked = setUp({ level: "verbose" });
    masked.play(started(), transcript);
    expect(masked.out.lines[1]).toBe("12:59:03   abc caller  ***");
    const shown = setUp({ level: "verbose", showPersonal: true });
    shown.play(started(), transcript);
    expect(shown.out.lines[0]).toContain("+94771234512 → +94112345600");
    expect(shown.out.lines[1]).toBe("12:59:03   abc caller  my pin is 1234");
  });

  it("show only failures, warnings and the summary when quiet", () => {
    const { out, err, reporter, play } = setUp({ level: "quiet" });
    reporter.listening({ url: "ws://x", agent: "echo" });
    play(started(), ...MIDDLE, { at: 1, type: "warning", code: "slow", message: "too slow" }, ended());
    play(started("bad"), { ...ended(), reason: "agent-failed", detail: "" });
    reporter.summary({ calls: 2 });
    expect(out.lines).toEqual([
      "12:59:03 ← bad ended  agent failed  12.3 s  3 turns  first audio 312 ms",
      "2 calls",
    ]);
    expect(err.lines).toEqual(["12:59:03 ! abc warning  too slow  (slow)"]);
  });

  it("say a fault once for each call, and how often at its end", () => {
    const { err, play } = setUp();
    const fault = { at: 1, type: "fault", code: "malformed-json", detail: "not JSON" } as const;
    play(started(), fault, fault, fault, ended());
    expect(err.lines).toEqual([
      "12:59:03 ! abc warning  not JSON  (malformed-json)",
      "12:59:03 ! abc warning  not JSON  (malformed-json)  (x3)",
    ]);
  });

  it("cannot be taken over by what a caller sends", () => {
    const { out, err, play } = setUp({ showPersonal: true, level: "verbose" });
    const evil = "\u001b]0;owned\u0007\u009b2J\r\n\u202e";
    const info = {
      ...(started() as CallEvent & { type: "call-started" }).info,
      callId: evil.repeat(9),
      caller: evil,
    };
    play(
      { at: 0, type: "call-started", agent: "echo", raw: {}, info },
      { at: 1, type: "dtmf", digit: evil },
      { at: 1, type: "transcript", who: "caller", text: evil, spokenAt: 1 },
      { at: 1, type: "warning", code: "odd", message: evil },
      { ...ended(), reason: "agent-failed", detail: evil.repeat(1000) },
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
    expect((out.text + err.text).replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(out.lines).toHaveLength(4);
    for (const line of out.lines) expect(line.length).toBeLessThan(400);
  });

  it("colour only through the style, and say the same with it", () => {
    const marked: Style = Object.fromEntries(
      Object.keys(plain).map((name) => [name, (text: string) => `<${name}>${text}</${name}>`]),
    ) as unknown as Style;
    const [bare, coloured] = [setUp(), setUp({ style: marked })];
    for (const { reporter, play } of [bare, coloured]) {
      reporter.listening({ url: "ws://x", agent: "echo" });
      play(started(), ...MIDDLE, ended());
      reporter.summary({ calls: 1, failed: 1, firstAudioMs: { p50: null } });
    }
    expect(coloured.out.text).toContain("<good>→</good>");
    expect(coloured.out.text.replace(/<\/?[a-z]+>/g, "")).toBe(bare.out.text);
  });
});

it("carries warnings of no call", () => {
  const { err, reporter } = setUp();
  reporter.warning("no-auth", "anyone may call");
  expect(err.text).toBe("warning: anyone may call (no-auth)\n");
});
