import { describe, expect, test } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import { Call } from "../../src/call/call.js";
import type { Fault } from "../../src/protocol/messages.js";
import { infoOf, Playbook, SETTINGS } from "./playbook.js";

const ULAW = PORTAL_FORMATS.g711_ulaw;
const SILENCE = new Uint8Array(160).fill(0xff);
const fault = (code: Fault["code"]): Fault => ({ type: "fault", code, detail: "made up" });

function ended(book: Playbook) {
  const [event] = book.noted("call-ended");
  return event && { at: event.at, reason: event.reason, code: book.of("closeCaller")[0]?.args[0] };
}

describe("the beginning", () => {
  test("start connects the agent; nothing before it does", () => {
    const book = new Playbook().at(5, { type: "pbx", message: { type: "connected" } });
    expect(book.effects).toEqual([]);
    book.start(10);
    expect(book.of("connectAgent")[0]).toMatchObject({ at: 10, args: [infoOf(), { event: "start" }] });
    expect(book.noted("call-started")).toMatchObject([{ at: 10, agent: "test" }]);
  });

  test("no start within the time ends the call, to the millisecond", () => {
    expect(ended(new Playbook().until(20_000))).toEqual({ at: 10_000, reason: "no-start", code: 1008 });
  });

  test("audio and keys before start are faults and go nowhere", () => {
    const book = new Playbook()
      .callerSays(1, SILENCE)
      .at(2, { type: "pbx", message: { type: "dtmf", digit: "1", raw: {} } });
    expect(book.noted("fault").map(({ code }) => code)).toEqual(["media-before-start", "media-before-start"]);
    expect(book.effects).toEqual([]);
  });

  test("a second start of the same call is a fault, of another call the end", () => {
    const same = new Playbook().start(0).start(5);
    expect(same.noted("fault")).toMatchObject([{ code: "second-start" }]);
    expect(same.of("connectAgent")).toHaveLength(1);
    const other = new Playbook().start(0).start(5, { ...infoOf(), callId: "other" });
    expect(ended(other)).toEqual({ at: 5, reason: "protocol-fault", code: 1008 });
  });

  test("a format we cannot speak, or a start we cannot use, ends the call", () => {
    const format = new Playbook().at(1, { type: "pbx", message: fault("unsupported-format") });
    expect(ended(format)).toEqual({ at: 1, reason: "unsupported-format", code: 1008 });
    const start = new Playbook().at(1, { type: "pbx", message: fault("bad-start") });
    expect(ended(start)).toEqual({ at: 1, reason: "protocol-fault", code: 1008 });
  });

  test("an agent that cannot be reached ends the call with the reason", () => {
    const book = new Playbook().start(0).at(50, { type: "agent-unreachable", reason: "nobody there" });
    expect(ended(book)).toEqual({ at: 50, reason: "agent-unreachable", code: 1011 });
    expect(book.noted("call-ended")[0].detail).toBe("nobody there");
  });
});

describe("before the agent is ready", () => {
  test("the last second of the caller waits, older audio is dropped and counted", () => {
    const book = new Playbook().start(0);
    for (let i = 0; i < 100; i++)
      book.callerSays(
        20 + i * 20,
        SILENCE.map(() => i),
      );
    book.ready(2100, ULAW);
    const heard = book.payloads("sendToAgent").map((payload) => payload.bytes[0]);
    expect(heard).toEqual(Array.from({ length: 50 }, (_, i) => 50 + i));
    book.at(2200, { type: "pbx-closed", code: 1000 });
    expect(book.noted("call-ended")[0].summary.droppedMs).toBe(1000);
  });

  test("a greeting, keys and the agent's end are not lost", () => {
    const book = new Playbook()
      .start(0)
      .at(10, { type: "pbx", message: { type: "dtmf", digit: "7", durationMs: 90, raw: {} } });
    book
      .agentSays(
        20,
        SILENCE.map(() => 3),
      )
      .at(30, { type: "agent", event: { type: "closed", failed: false, reason: "" } });
    expect(book.of("sendToCaller")).toEqual([]);
    book.ready(40, ULAW);
    expect(book.payloads("sendToCaller").map((payload) => payload.bytes[0])).toEqual([3]);
    expect(book.of("sendDtmfToAgent")[0].args).toMatchObject([{ digit: "7", durationMs: 90 }]);
    book.until(500);
    expect(ended(book)).toEqual({ at: 60, reason: "agent-ended", code: 1000 });
  });
});

describe("keys and hang-up", () => {
  test("a key reaches the agent, also with another leg's id, which is shown once", () => {
    const book = Playbook.running(ULAW);
    for (const at of [10, 20])
      book.at(at, { type: "pbx", message: { type: "dtmf", digit: "5", callId: "x", raw: {} } });
    expect(book.of("sendDtmfToAgent")).toHaveLength(2);
    expect(book.noted("warning").map(({ code }) => code)).toEqual(["dtmf-other-leg"]);
  });

  test("a key that names the other leg is in order", () => {
    const book = Playbook.running(ULAW).at(10, {
      type: "pbx",
      message: { type: "dtmf", digit: "5", callId: "leg-2", raw: {} },
    });
    expect(book.noted("warning")).toEqual([]);
  });

  test("hangup reaches the agent as it came, then both sides are closed", () => {
    const raw = { event: "hangup", hangup: { reason: "NORMAL" } };
    const book = Playbook.running(ULAW).at(99, {
      type: "pbx",
      message: { type: "hangup", reason: "NORMAL", raw },
    });
    expect(book.of("sendHangupToAgent")[0].args).toEqual([raw]);
    expect(book.of("closeAgent")[0].args[0]).toBe(1000);
    expect(ended(book)).toEqual({ at: 99, reason: "caller-hung-up", code: 1000 });
  });

  test.each([
    [1000, "caller-hung-up"],
    [1005, "caller-hung-up"],
    [1006, "caller-lost"],
    [1009, "message-too-big"],
  ])("a socket closed with %i ends the call as %s", (code, reason) => {
    const book = Playbook.running(ULAW).at(7, { type: "pbx-closed", code });
    expect(ended(book)?.reason).toBe(reason);
    expect(book.of("closeAgent")).toHaveLength(1);
  });
});

describe("a peer that does not speak the protocol", () => {
  test("faults are noted and do not disturb the call, until there are too many", () => {
    const book = Playbook.running(ULAW);
    for (let i = 0; i < 50; i++) book.at(10, { type: "pbx", message: fault("malformed-json") });
    expect(ended(book)).toBeUndefined();
    book.at(11, { type: "pbx", message: fault("malformed-json") });
    expect(ended(book)).toEqual({ at: 11, reason: "protocol-fault", code: 1008 });
  });

  test("unknown events never end a call and are shown once for each name, up to a bound", () => {
    const book = Playbook.running(ULAW);
    for (let i = 0; i < 500; i++)
      book.at(10, { type: "pbx", message: { type: "unknown", event: `e${i % 100}` } });
    expect(ended(book)).toBeUndefined();
    expect(book.noted("warning")).toHaveLength(20);
  });
});

describe("limits", () => {
  test("nothing from the PBX for too long", () => {
    const book = Playbook.running(ULAW).callerSays(5000, SILENCE).until(200_000);
    expect(ended(book)).toMatchObject({ reason: "caller-silent", code: 1008 });
    expect(ended(book)?.at).toBeGreaterThanOrEqual(95_000);
    expect(ended(book)?.at).toBeLessThanOrEqual(95_200);
  });

  test("the longest duration, to the millisecond", () => {
    const book = Playbook.running(ULAW, ULAW, { maxDurationMs: 10_000 }).until(20_000);
    expect(ended(book)).toEqual({ at: 10_000, reason: "too-long", code: 1008 });
  });

  test("whoever runs the bridge hangs up", () => {
    const book = Playbook.running(ULAW).at(77, { type: "hang-up" });
    expect(ended(book)).toEqual({ at: 77, reason: "agent-ended", code: 1000 });
  });

  test("a process that goes away", () => {
    const book = Playbook.running(ULAW).at(77, { type: "shut-down" });
    expect(ended(book)).toEqual({ at: 77, reason: "shutting-down", code: 1001 });
  });
});

describe("the agent's end", () => {
  test("in good order: the caller hears the rest first", () => {
    const book = Playbook.running(ULAW).agentSays(100, new Uint8Array(8000).fill(1));
    book.at(110, { type: "agent", event: { type: "closed", failed: false, reason: "done" } }).until(5000);
    expect(ended(book)).toEqual({ at: 1100, reason: "agent-ended", code: 1000 });
    expect(book.bytes("sendToCaller")).toHaveLength(8000);
  });

  test("with nothing left to hear it is at once", () => {
    const book = Playbook.running(ULAW).at(10, {
      type: "agent",
      event: { type: "closed", failed: false, reason: "" },
    });
    expect(ended(book)).toEqual({ at: 10, reason: "agent-ended", code: 1000 });
  });

  test("a failure is told with 1011", () => {
    const book = Playbook.running(ULAW).at(10, {
      type: "agent",
      event: { type: "closed", failed: true, reason: "it crashed" },
    });
    expect(ended(book)).toEqual({ at: 10, reason: "agent-failed", code: 1011 });
  });
});

test("an ended call does nothing more, whatever comes", () => {
  const book = Playbook.running(ULAW).at(10, { type: "pbx-closed", code: 1000 });
  const effects = book.effects.length;
  book.agentSays(20, SILENCE).callerSays(30, SILENCE).at(40, { type: "shut-down" }).until(1_000_000);
  expect(book.effects).toHaveLength(effects);
  expect(book.noted("call-ended")).toHaveLength(1);
});

test("the inputs with their times reproduce every effect", () => {
  const book = Playbook.running(PORTAL_FORMATS.pcm16);
  for (let i = 0; i < 200; i++) {
    book.callerSays(
      20 + i * 20,
      new Uint8Array(160).map((_, j) => (i * 31 + j * 7) & 0xff),
    );
    if (i % 40 === 10)
      book.agentSays(
        21 + i * 20,
        new Uint8Array(48_001).map((_, j) => (j * j) & 0xff),
      );
    if (i % 40 === 30) book.at(22 + i * 20, { type: "agent", event: { type: "interrupted" } });
  }
  book.at(5000, { type: "pbx-closed", code: 1000 });
  const again: unknown[] = [];
  let now = 0;
  const say =
    (effect: string) =>
    (...args: unknown[]) =>
      void again.push({ at: now, effect, args });
  const names = [
    "sendToCaller",
    "closeCaller",
    "connectAgent",
    "sendToAgent",
    "sendDtmfToAgent",
    "sendHangupToAgent",
    "interruptAgent",
    "closeAgent",
  ] as const;
  const effects = Object.fromEntries(names.map((name) => [name, say(name)])) as never;
  const call = new Call(SETTINGS, Object.assign(effects, { wakeAt() {}, late() {}, note() {} }));
  for (const { input, at } of book.inputs) {
    now = at;
    call.handle(input, at);
  }
  const plain = (list: readonly unknown[]) =>
    JSON.stringify(list, (_, value) => (value instanceof Payload ? value.base64 : value));
  expect(book.of("interruptAgent").length).toBeGreaterThan(2);
  expect(plain(again)).toBe(plain(book.effects));
});
