/** What the matchers say of calls that are good, bad, and not measured at all: those fail either way. */
import { describe, expect, it } from "vitest";
import type { CallAnalysis, Utterance } from "../../src/analysis/call-analysis.js";
import { ManualClock, matchers, placeCall } from "../../src/testing.js";
import "../../src/testing/vitest.js";

const NO_SOUND = {
  payloads: 0,
  bytes: 0,
  audioMs: 0,
  voicedMs: 0,
  speechDbfs: undefined,
  peakDbfs: undefined,
};
const HEARD = { payloads: 50, bytes: 8000, audioMs: 1000, voicedMs: 900, speechDbfs: -22.04, peakDbfs: -9 };

function analysis(parts: Partial<CallAnalysis> = {}): CallAnalysis {
  return {
    durationMs: 10_000,
    info: undefined,
    caller: HEARD,
    agent: HEARD,
    utterances: [],
    agentSpeech: [],
    greetingMs: undefined,
    bargeIns: [],
    talkOverMs: 0,
    keys: [],
    transcripts: [],
    tools: [],
    warnings: [],
    end: { at: 10_000, reason: "caller-hung-up", detail: "the caller hung up" },
    findings: [],
    ...parts,
  };
}

function turn(from: number, to: number, latencyMs?: number): Utterance {
  const reply =
    latencyMs === undefined
      ? undefined
      : { from: to + latencyMs, to: to + latencyMs + 500, latencyMs, voicedMs: 400, speechDbfs: -20 };
  return { from, to, reply };
}

type Name = keyof typeof matchers;

/** What a matcher says: its first line without the name, and whether the assertion fails, plainly and with `.not`. */
function asked(name: Name, call: unknown, ...expected: unknown[]) {
  const ask = matchers[name] as (this: object, ...args: unknown[]) => { pass: boolean; message(): string };
  const plain = ask.call({ isNot: false }, call, ...expected);
  const not = ask.call({ isNot: true }, call, ...expected);
  expect(not.message().split("\n")[0]).toBe(
    plain.message().split("\n")[0].replace(`.${name}`, `.not.${name}`),
  );
  const [first, ...lines] = plain.message().split("\n");
  return {
    fails: !plain.pass,
    notFails: not.pass,
    says: first.replace(`expect(call).${name}(): `, ""),
    lines: lines.map((line) => line.trim()),
  };
}

const holds = { fails: false, notFails: true };
const fails = { fails: true, notFails: false };
const unknown = { fails: true, notFails: true };

describe("toReplyWithin", () => {
  const within = (parts: Partial<CallAnalysis>, ...args: unknown[]) =>
    asked("toReplyWithin", analysis(parts), ...args);
  const good = { utterances: [turn(1000, 2000, 640), turn(4000, 5250, 720)] };

  it("holds when every reply came in time, and says which was the slowest", () => {
    expect(within(good, 800)).toMatchObject({
      ...holds,
      says: "replies came within 800 ms: at most 720 ms (turn 2, at 5.25 s)",
      lines: [
        "turn 1  the caller spoke 1.00–2.00 s  reply after 640 ms",
        "turn 2  the caller spoke 4.00–5.25 s  reply after 720 ms",
      ],
    });
    expect(within(good, "0.72s")).toMatchObject(holds);
  });

  it("fails for a late reply and for a missing one, which is graver", () => {
    expect(within(good, "700ms")).toMatchObject({
      ...fails,
      says: "a reply came too late: 720 ms (turn 2, at 5.25 s), 700 ms are allowed",
    });
    expect(within({ utterances: [turn(0, 900, 2000), turn(4000, 5000)] }, 800)).toMatchObject({
      ...fails,
      says: "a reply is missing: none came (turn 2, at 5 s), 800 ms are allowed",
    });
  });

  it("waits no longer than the call gave it time to", () => {
    const hurried = { utterances: [turn(0, 1000), turn(1400, 2000, 600)] };
    expect(within(hurried, 800)).toMatchObject(holds);
    expect(within(hurried, 300)).toMatchObject(fails);
    expect(within({ utterances: [turn(9000, 9800)] }, 800)).toMatchObject({
      ...unknown,
      lines: ["turn 1  the caller spoke 9.00–9.80 s  no time for a reply"],
    });
  });

  it("judges one turn where it is asked to", () => {
    expect(within(good, 700, { turn: 1 })).toMatchObject(holds);
    expect(within(good, 700, { turn: 2 })).toMatchObject(fails);
    expect(within(good, 700, { turn: 3 })).toMatchObject({
      ...unknown,
      says: "there is no turn 3: the caller spoke 2 times",
    });
  });

  it("fails either way when nobody spoke", () => {
    expect(within({}, 800)).toMatchObject({
      ...unknown,
      says: "no reply was measured, for the caller said nothing",
    });
  });
});

describe("toStopWithin", () => {
  const within = (bargeIns: CallAnalysis["bargeIns"], limit: unknown) =>
    asked("toStopWithin", analysis({ bargeIns }), limit);

  it("says how long the agent spoke on", () => {
    expect(within([{ at: 3000, stoppedAfterMs: 240 }], "300ms")).toMatchObject({
      ...holds,
      says: "the agent fell silent within 300 ms: after at most 240 ms",
    });
    expect(within([{ at: 3000, stoppedAfterMs: 1240 }], "300ms")).toMatchObject({
      ...fails,
      says: "the agent spoke on for 1.24 s after the barge-in at 3 s, 300 ms are allowed",
    });
    expect(within([{ at: 3000, stoppedAfterMs: undefined }], "300ms")).toMatchObject({
      ...fails,
      lines: ["barge-in at 3 s  spoke on until the call ended 7 s later"],
    });
  });

  it("fails either way without a barge-in, or when the call ended too soon to tell", () => {
    expect(within([], "300ms")).toMatchObject(unknown);
    expect(within([{ at: 9900, stoppedAfterMs: undefined }], "300ms")).toMatchObject({
      ...unknown,
      says: "the call ended before 300 ms had passed since the barge-in",
    });
  });
});

it("toHaveNoTalkOver says for how long and where, and wants both to have spoken", () => {
  const both = {
    utterances: [turn(1000, 2000)],
    agentSpeech: [{ from: 1800, to: 3000 }],
    talkOverMs: 180,
  };
  expect(asked("toHaveNoTalkOver", analysis(both))).toMatchObject({
    ...fails,
    says: "both spoke at once for 180 ms, 0 ms are allowed",
    lines: ["both spoke 1.80–2.00 s"],
  });
  expect(asked("toHaveNoTalkOver", analysis(both), { atMost: "200ms" })).toMatchObject(holds);
  expect(asked("toHaveNoTalkOver", analysis({ ...both, agentSpeech: [] }))).toMatchObject({
    ...unknown,
    says: "talk-over was not measured, for the agent said nothing",
  });
});

describe("toHaveHeard", () => {
  const said = analysis({
    transcripts: [
      { at: 0, who: "agent", text: "We open" },
      { at: 1, who: "caller", text: "secret" },
      { at: 2, who: "agent", text: " at  Nine." },
    ],
  });

  it("looks for words in what the agent said, whatever their case and spaces", () => {
    expect(asked("toHaveHeard", said, "OPEN at nine")).toMatchObject({
      ...holds,
      lines: ["it said: We open at Nine."],
    });
    const nine = /at (nine|ten)/gi;
    expect(asked("toHaveHeard", said, nine)).toMatchObject(holds);
    expect(asked("toHaveHeard", said, nine)).toMatchObject(holds);
    expect(asked("toHaveHeard", said, /at nine/)).toMatchObject(fails);
    expect(asked("toHaveHeard", said, "secret")).toMatchObject({
      ...fails,
      says: 'the agent did not say "secret"',
    });
    expect(() => asked("toHaveHeard", said, "")).toThrow(TypeError);
  });

  it("fails either way without a transcript", () => {
    expect(asked("toHaveHeard", analysis(), "nine")).toMatchObject({
      ...unknown,
      says: 'whether the caller heard "nine" is not known: the call has no transcript of the agent',
    });
  });

  it("without words asks for speech, as long and as loud as wanted", () => {
    expect(asked("toHaveHeard", analysis())).toMatchObject({
      ...holds,
      says: "the caller heard 900 ms of speech at -22 dBFS; 100 ms are wanted",
    });
    expect(asked("toHaveHeard", analysis(), { atLeast: "1s" })).toMatchObject(fails);
    expect(asked("toHaveHeard", analysis(), { louderThan: -20 })).toMatchObject(fails);
    expect(asked("toHaveHeard", analysis(), { louderThan: -30, atLeast: 500 })).toMatchObject(holds);
    expect(asked("toHaveHeard", analysis({ agent: NO_SOUND }))).toMatchObject({
      ...fails,
      says: "the caller heard nothing at all: the caller hung up",
    });
  });
});

it("toSoundRight tells what is wrong with the agent's sound, and what to do", () => {
  const clipped = {
    code: "agent-clipped",
    side: "agent",
    severity: "error",
    seen: "12 % of it is cut off.",
    why: "It hurts.",
    fix: "Turn it down.",
    at: 1500,
  } as const;
  const others = [
    { ...clipped, severity: "warning" as const },
    { ...clipped, side: "caller" as const },
  ];
  expect(asked("toSoundRight", analysis({ findings: others }))).toMatchObject(holds);
  expect(asked("toSoundRight", analysis({ findings: [clipped] }))).toMatchObject({
    ...fails,
    says: "12 % of it is cut off.",
    lines: ["agent-clipped at 1.5 s: 12 % of it is cut off.", "Turn it down."],
  });
  expect(asked("toSoundRight", analysis({ agent: NO_SOUND }))).toMatchObject(unknown);
});

it("toEndBy tells who ended the call", () => {
  const ended = (reason: string) => analysis({ end: { at: 3210, reason: reason as never, detail: "so" } });
  expect(asked("toEndBy", ended("caller-hung-up"), "caller")).toMatchObject({
    ...holds,
    says: "the caller ended the call at 3.21 s: so",
  });
  expect(asked("toEndBy", ended("agent-ended"), "caller")).toMatchObject(fails);
  expect(asked("toEndBy", ended("agent-failed"), "agent")).toMatchObject({
    ...fails,
    says: "nobody ended the call, it broke off at 3.21 s: so",
  });
  expect(asked("toEndBy", analysis({ end: undefined }), "agent")).toMatchObject(unknown);
});

it("says what it can be asked about", () => {
  expect(() => asked("toReplyWithin", Promise.resolve(), 800)).toThrow("It got a promise: await it first.");
  expect(() => asked("toReplyWithin", null, 800)).toThrow(TypeError);
  expect(() => asked("toMeetExpectations", analysis())).toThrow("takes what placeCall gives");
  expect(() => asked("toReplyWithin", analysis(), "soon")).toThrow('"soon" is no duration');
  expect(() => asked("toReplyWithin", analysis(), -1)).toThrow(TypeError);
});

describe("of real calls, in Vitest's expect", () => {
  it("hold and fail with their words", async () => {
    const call = await placeCall("barge-in", { agent: "echo", clock: new ManualClock() });
    expect(call).toReplyWithin("800ms");
    expect(call).not.toReplyWithin(600);
    expect(call).toHaveHeard();
    expect(call).toSoundRight();
    expect(call).toEndBy("caller");
    expect(call).toStopWithin("500ms");
    expect(call).toHaveNoTalkOver({ atMost: "500ms" });
    expect(call).toMeetExpectations();
    expect(call.analysis).toReplyWithin("800ms");
    expect(() => expect(call).toReplyWithin(600)).toThrow(/a reply came too late: 7\d\d ms \(turn/);
    expect(() => expect(call).not.toHaveHeard("anything")).toThrow("is not known");
  });

  it("toMeetExpectations lists what did not come true", async () => {
    const scenario = {
      turns: [{ say: { clip: "hello" }, expect: { "speaks-within": "200ms" } }, { "hang-up": true }],
      expect: { "ended-by": "caller" },
    } as const;
    const call = await placeCall(scenario, { agent: "echo", clock: new ManualClock() });
    expect(() => expect(call).toMeetExpectations()).toThrow(/step 1: speaks within 200 ms: .*\n {2}✗ step 1/);
    const silent = await placeCall({ silence: 200 }, { agent: "echo", clock: new ManualClock() });
    expect(() => expect(silent).not.toMeetExpectations()).toThrow("nothing was expected of this call");
  });
});
