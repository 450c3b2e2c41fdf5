/** Playbooks: what a caller does, and when, in time that stands still until it is moved. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Track } from "../../src/simulate/track.js";
import { LOUD, mediaOf, QUIET, Stage, says } from "./stage.js";

let nothing: Track;
/** Speaks for 200 ms; the source ends at 300 ms. */
let speech: Track;
beforeAll(async () => {
  nothing = await says(0, 100);
  speech = await says(200, 300);
});

describe("sending", () => {
  test("frames keep their times for ten minutes, to the millisecond", () => {
    const stage = new Stage({ track: nothing, hangUpAfterMs: 600_000 }).open().untilEnd();
    const times = stage.timesOf("media");
    expect(times.length).toBe(30_000);
    expect(times.every((at, k) => at === 20 * k)).toBe(true);
    expect(stage.lateness.max).toBe(0);
    expect(stage.caller.summary).toMatchObject({ durationMs: 600_000, framesIn: 30_000, framesOut: 0 });
  });

  test("frames that are late are sent at once, and the next ones at their own times again", () => {
    const stage = new Stage({ track: nothing, hangUpAfterMs: 200 }).open().until(40);
    stage.wake(107).untilEnd();
    expect(stage.timesOf("media")).toEqual([0, 20, 40, 107, 107, 107, 120, 140, 160, 180]);
    expect(stage.lateness.max).toBe(47);
    expect(stage.lateness.count).toBe(10);
  });

  test("what is overdue happens in the order in which it was due", () => {
    const keys = [{ digit: "5", atMs: 50 }];
    const stage = new Stage({ track: nothing, keys, hangUpAfterMs: 90 }).open().wake(1000);
    expect(stage.done.map(([, what]) => what)).toEqual([
      ...["start", "media", "media", "media", "dtmf", "media", "media", "hangup", "close 1000"],
    ]);
  });

  test("keys are pressed at their times, in any order given", () => {
    const keys = [
      { digit: "#", atMs: 3500 },
      { digit: "1", atMs: 2000 },
    ];
    const stage = new Stage({ track: nothing, keys, hangUpAfterMs: 4000 }).open().untilEnd();
    expect(stage.timesOf("dtmf")).toEqual([2000, 3500]);
    const pressed = stage.sent.filter((text) => text.includes("dtmf")).map((text) => JSON.parse(text).dtmf);
    expect(pressed).toEqual([
      { callId: "call-1", otherLegCallId: "leg-2", digit: "1" },
      { callId: "call-1", otherLegCallId: "leg-2", digit: "#" },
    ]);
    expect(stage.eventsOf("dtmf").map(({ at, digit }) => [at, digit])).toEqual([
      [2000, "1"],
      [3500, "#"],
    ]);
  });

  test("frames that the socket cannot take are dropped and counted, and it is said once", () => {
    const stage = new Stage({ track: nothing, hangUpAfterMs: 200 }).open();
    stage.congested = true;
    stage.until(99);
    stage.congested = false;
    stage.untilEnd();
    expect(stage.timesOf("media")).toEqual([0, 100, 120, 140, 160, 180]);
    expect(stage.caller.summary?.droppedMs).toBe(80);
    expect(stage.eventsOf("warning").map(({ code }) => code)).toEqual(["congested"]);
  });
});

describe("profiles", () => {
  test.each([
    ["readme", ["start", "media", "media", "close 1000"]],
    ["v06", ["start", "media", "media", "hangup", "close 1000"]],
    ["v07", ["connected", "start", "media", "media", "hangup", "close 1000"]],
  ] as const)("%s: its messages in their order", (profileName, expected) => {
    const stage = new Stage({ track: nothing, profileName, hangUpAfterMs: 40 }).open().untilEnd();
    expect(stage.done.map(([, what]) => what)).toEqual(expected);
  });

  test("where the document knows no dtmf, the key is not sent and that is said", () => {
    const keys = [{ digit: "1", atMs: 20 }];
    const stage = new Stage({ track: nothing, keys, profileName: "readme", hangUpAfterMs: 60 });
    stage.open().untilEnd();
    expect(stage.timesOf("dtmf")).toEqual([]);
    expect(stage.eventsOf("warning").map(({ code }) => code)).toEqual(["no-dtmf"]);
  });

  test("the call's events begin with start as it was sent", () => {
    const stage = new Stage({ track: nothing, profileName: "v07" }).open();
    expect(stage.events.slice(0, 2)).toMatchObject([
      { type: "call-started", at: 0, agent: "the stage", raw: JSON.parse(stage.sent[1]) },
      { type: "agent-ready", at: 0 },
    ]);
  });
});

describe("ending", () => {
  test("the caller hangs up 1.5 s after the end of the answer", () => {
    const stage = new Stage({ track: speech }).open();
    for (let at = 700; at < 900; at += 20) stage.arrives(at, LOUD);
    for (let at = 900; at < 1200; at += 20) stage.arrives(at, QUIET);
    stage.untilEnd();
    expect(stage.timesOf("close 1000")).toEqual([2400]);
    expect(stage.caller.outcome).toMatchObject({ ok: true, reason: "hung-up" });
    expect(stage.eventsOf("call-ended")).toMatchObject([{ at: 2400, reason: "caller-hung-up" }]);
  });

  test("an answer in advance of its time is heard to its end", () => {
    const stage = new Stage({ track: speech }).open();
    stage.until(700);
    for (let i = 0; i < 100; i++) stage.arrives(700, LOUD);
    stage.untilEnd();
    expect(stage.timesOf("close 1000")).toEqual([700 + 2000 + 1500]);
  });

  test("a greeting is no answer: the caller waits 10 s after all is said", () => {
    const late = new Stage({ track: speech }).open();
    for (let at = 0; at < 100; at += 20) late.arrives(at, LOUD);
    late.untilEnd();
    expect(late.timesOf("close 1000")).toEqual([10_300]);
    expect(late.caller.outcome?.ok).toBe(true);
    expect(late.caller.summary?.greetingMs).toBe(0);
  });

  test("no agent audio, or only silence, is a failure", () => {
    const dumb = new Stage({ track: speech }).open().untilEnd();
    expect(dumb.timesOf("close 1000")).toEqual([10_300]);
    expect(dumb.caller.outcome).toMatchObject({ ok: false, reason: "no-agent-audio" });

    const silent = new Stage({ track: speech }).open();
    for (let at = 0; at < 2000; at += 20) silent.arrives(at, QUIET);
    silent.untilEnd();
    expect(silent.caller.outcome).toMatchObject({ ok: false, reason: "agent-silent" });
  });

  test("a caller who says nothing expects nothing, but lets the agent finish", () => {
    expect(new Stage({ track: nothing }).open().untilEnd().caller.outcome).toMatchObject({
      ok: true,
      reason: "hung-up",
    });
    const greeted = new Stage({ track: nothing }).open();
    for (let at = 0; at < 100; at += 20) greeted.arrives(at, LOUD);
    greeted.untilEnd();
    expect(greeted.timesOf("close 1000")).toEqual([1600]);
  });

  test("an agent that never stops is left a minute after all is said", () => {
    const stage = new Stage({ track: speech }).open();
    for (let at = 300; !stage.caller.outcome; at += 20) stage.arrives(at, LOUD);
    expect(stage.timesOf("close 1000")).toEqual([60_300]);
  });

  test("keys are answered too: the wait begins with the last one", () => {
    const stage = new Stage({ track: nothing, keys: [{ digit: "1", atMs: 1000 }] }).open().untilEnd();
    expect(stage.timesOf("close 1000")).toEqual([11_000]);
  });

  test("told to hang up, the caller does so whatever is going on", () => {
    const stage = new Stage({ track: speech, hangUpAfterMs: 250 }).open();
    stage.arrives(200, LOUD).untilEnd();
    expect(stage.done.slice(-2)).toEqual([
      [250, "hangup"],
      [250, "close 1000"],
    ]);
    expect(stage.caller.outcome).toMatchObject({ ok: true, reason: "hung-up" });
  });

  test("told to drop, the caller says nothing more", () => {
    const stage = new Stage({ track: speech, dropAfterMs: 250 }).open().untilEnd();
    expect(stage.done.slice(-2)).toEqual([
      [240, "media"],
      [250, "drop"],
    ]);
    expect(stage.caller.outcome).toMatchObject({ ok: true, reason: "dropped" });
    expect(stage.eventsOf("call-ended")).toMatchObject([{ reason: "caller-lost" }]);
  });

  test("interrupted, the caller hangs up in good order", () => {
    const stage = new Stage({ track: speech }).open().until(100);
    stage.caller.interrupt(110);
    expect(stage.done.slice(-2).map(([, what]) => what)).toEqual(["hangup", "close 1000"]);
    expect(stage.caller.outcome).toMatchObject({ ok: false, reason: "interrupted" });
    expect(stage.caller.summary?.durationMs).toBe(110);
    expect(stage.caller.dueAt).toBe(Number.POSITIVE_INFINITY);
  });

  test("an agent may hang up: in good order after having spoken, else it failed", () => {
    const polite = new Stage({ track: speech }).open();
    for (let at = 200; at < 300; at += 20) polite.arrives(at, LOUD);
    polite.caller.closed(1000, "bye", 400);
    expect(polite.caller.outcome).toMatchObject({ ok: true, reason: "agent-ended" });

    const mute = new Stage({ track: speech }).open().until(100);
    mute.caller.closed(1000, "", 100);
    expect(mute.caller.outcome).toMatchObject({ ok: false, reason: "no-agent-audio" });

    const broken = new Stage({ track: speech }).open().until(100);
    broken.caller.closed(1011, "agent\u001b[2J failed", 100);
    expect(broken.caller.outcome).toMatchObject({ ok: false, reason: "agent-failed" });
    expect(broken.caller.outcome?.detail).toContain("1011");
    expect(broken.caller.outcome?.detail).not.toContain("\u001b");
    expect(broken.eventsOf("call-ended")).toMatchObject([{ reason: "agent-failed" }]);
  });

  test("what comes after the end changes nothing", () => {
    const stage = new Stage({ track: nothing, hangUpAfterMs: 20 }).open().untilEnd();
    const { length } = stage.events;
    stage.caller.receive(LOUD, 30);
    stage.caller.receiveBinary(30);
    stage.caller.closed(1000, "", 30);
    stage.caller.lost("late", 30);
    stage.caller.interrupt(30);
    stage.wake(1000);
    expect(stage.events.length).toBe(length);
    expect(stage.caller.outcome?.reason).toBe("hung-up");
  });
});

describe("hearing", () => {
  test("first-audio latency: from the end of the last voiced frame to the arrival of the answer", () => {
    const stage = new Stage({ track: speech }).open();
    stage.arrives(753, LOUD);
    for (let at = 773; at < 900; at += 20) stage.arrives(at, LOUD);
    stage.untilEnd();
    // Frame 0 is complete at 0 ms, so the tenth and last voiced one is at 180 ms.
    expect(stage.caller.summary?.firstAudioMs).toEqual([573]);
    expect(stage.eventsOf("turn").map(({ firstAudioMs }) => firstAudioMs)).toEqual([573]);
  });

  test("both speak: talk-over counts what is heard of it", () => {
    const stage = new Stage({ track: speech, hangUpAfterMs: 400 }).open();
    for (let at = 10; at < 100; at += 20) stage.arrives(at, LOUD);
    stage.untilEnd();
    expect(stage.caller.summary?.talkOverMs).toBeCloseTo(100, 6);
  });

  test("agent audio is noted with the time at which it is heard", () => {
    const stage = new Stage({ track: nothing, hangUpAfterMs: 400 }).open();
    for (const at of [100, 100, 130, 155]) stage.arrives(at, LOUD);
    stage.arrives(300, LOUD).untilEnd();
    const noted = stage.eventsOf("agent-audio").map(({ at, heardAt }) => [at, heardAt]);
    expect(noted).toEqual([
      [100, 100],
      [100, 120],
      [130, 140],
      [155, 160],
      [300, 300],
    ]);
    expect(stage.heard.map(({ heardAt }) => heardAt)).toEqual([100, 120, 140, 160, 300]);
  });

  test("media without ids is silence on a real PBX, so it is here", () => {
    const stage = new Stage({ track: speech }).open();
    for (let at = 400; at < 800; at += 20) stage.arrives(at, LOUD.replace('"accountId":"account-3",', ""));
    stage.untilEnd();
    expect(stage.heard).toEqual([]);
    expect(stage.caller.outcome).toMatchObject({
      ok: false,
      reason: "no-agent-audio",
      detail: expect.stringContaining("a real PBX"),
    });
    expect(stage.eventsOf("warning")).toMatchObject([
      { at: 400, code: "missing-ids", message: expect.stringContaining("without accountId") },
    ]);
    expect(stage.caller.complaints).toEqual({ "missing-ids": 20 });
  });

  test("nonsense is a warning and never an exception", () => {
    const stage = new Stage({ track: nothing, hangUpAfterMs: 100 }).open();
    for (const text of ["", "{", "[]", "null", '{"event":"clear"}', '{"event":"media"}', "\u0000"]) {
      stage.arrives(10, text);
    }
    stage.caller.receiveBinary(20);
    stage.untilEnd();
    expect(stage.caller.outcome?.ok).toBe(true);
    expect(Object.keys(stage.caller.complaints).sort()).toEqual([
      ...["bad-payload", "binary-frame", "malformed-json", "no-event", "not-media"],
    ]);
  });

  test("a flood is refused beyond a minute, counted, and said once", () => {
    const stage = new Stage({ track: nothing, hangUpAfterMs: 1000 }).open();
    const tenSeconds = mediaOf(new Uint8Array(80_000).fill(0xff));
    for (let i = 0; i < 10; i++) stage.arrives(100, tenSeconds);
    stage.untilEnd();
    expect(stage.heard.length).toBe(3000);
    expect(stage.caller.summary?.droppedMs).toBe(40_000);
    expect(stage.eventsOf("warning").map(({ code }) => code)).toEqual(["flood"]);
  });
});
