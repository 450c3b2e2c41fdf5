/** What is said of a replay that is not like its recording: the cause first, in a sentence that stands alone. */
import { describe, expect, it, test } from "vitest";
import type { CallAnalysis, Reply } from "../../src/analysis/call-analysis.js";
import type { Finding } from "../../src/analysis/finding.js";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import { compareCalls } from "../../src/replay/compare.js";
import { measuredOf } from "../../src/replay/measured.js";
import { DEFAULT_TOLERANCES, type Tolerances } from "../../src/replay/tolerances.js";
import type { Check } from "../../src/report/results/result.js";
import { analysedCall, type Behaviour, END_AT, SPEAKS } from "./synthetic-call.js";

const recorded = analysedCall();

function compare(
  replayed: CallAnalysis,
  options: { recorded?: CallAnalysis; tolerances?: Partial<Tolerances> } = {},
): Check[] {
  return compareCalls({
    recorded: options.recorded ?? recorded,
    replayed,
    tolerances: { ...DEFAULT_TOLERANCES, ...options.tolerances },
  });
}

function reasons(checks: readonly Check[]): string[] {
  return checks.filter(({ ok }) => !ok).map(({ reason }) => reason);
}

/** Of the agent's second speech, which the caller interrupts. */
function withSecond(change: Partial<(typeof SPEAKS)[number]> | undefined): NonNullable<Behaviour["speaks"]> {
  return SPEAKS.flatMap((speech, k) => (k !== 1 ? [speech] : change ? [{ ...speech, ...change }] : []));
}

test("an unchanged call passes, and everything that was measured is told", () => {
  const checks = compare(analysedCall());
  expect(reasons(checks)).toEqual([]);
  expect(checks.map(({ expect: words }) => words)).toEqual([
    "no problem that was not there before",
    "the call is ended by the caller",
    "the agent stops at most 400 ms later than recorded when utterance 3 interrupts it",
    ...[1, 2, 3].map((k) => `reply ${k} comes at most 300 ms later than recorded`),
    expect.stringMatching(/^reply 1 is as loud as recorded/),
    expect.stringMatching(/^reply 1 is as long as recorded/),
    "reply 1 sounds as recorded",
    expect.stringMatching(/^reply 2 is as loud/),
    "reply 2 sounds as recorded",
    expect.stringMatching(/^reply 3 is as loud/),
    expect.stringMatching(/^reply 3 is as long/),
    "reply 3 sounds as recorded",
    "the caller says 3 things",
    "keys, replies and tool calls come in the same order as recorded",
    "both speak at once for at most 500 ms more than recorded",
    "at least one reply or greeting is measured",
  ]);
  expect(checks.filter(({ expect: words }) => words.endsWith("sounds as recorded"))).toMatchObject([
    { measured: 1, limit: null },
    { measured: 1, limit: null },
    { measured: 1, limit: null },
  ]);
});

describe("the first reason names the cause", () => {
  const [first, , third] = SPEAKS;
  const pcm16 = PORTAL_FORMATS.pcm16;
  const missingIds = {
    at: 3100,
    type: "warning",
    code: "missing-ids",
    message: "Media without callId: a real PBX plays silence instead.",
  } as const;

  it.each<[string, Behaviour, string]>([
    [
      "a reply 500 ms later",
      { speaks: withSecond({ at: 7700 as 7200 }) },
      "reply 2 came 1,380 ms after the caller, 500 ms later than recorded (880 ms); allowed: 300 ms later",
    ],
    [
      "one turn missing",
      { speaks: withSecond(undefined) },
      "reply 2 is missing: in the 2,300 ms after the caller the agent said nothing; when recorded it replied after 880 ms",
    ],
    [
      "audio 6 dB down",
      { samples: (samples) => samples.map((sample) => sample / 2) },
      "reply 1 is 5.9 dB softer than recorded (25.4 dB instead of 19.5 dB below full scale); allowed: 3 dB",
    ],
    [
      "no callId in replies",
      { speaks: [], events: [missingIds] },
      "Media without callId: a real PBX plays silence instead.",
    ],
    [
      "an early hang-up by the endpoint",
      { endAt: 7800, endReason: "agent-ended" },
      "the agent ended the call at 7,800 ms (the caller hung up); when recorded, the caller ended the call at 13,500 ms",
    ],
    [
      "a broken connection in place of a reply",
      { endAt: 7000, endReason: "agent-failed" },
      "the call broke off at 7,000 ms (the caller hung up); when recorded, the caller ended the call at 13,500 ms",
    ],
    [
      "an ignored barge-in",
      { speaks: [first, { at: 7200, forMs: 3900 }, third] },
      "the agent spoke on for 2,300 ms after the caller interrupted it at 8,620 ms, 2,020 ms longer than recorded (280 ms); allowed: 400 ms longer",
    ],
    [
      "an answer to nothing",
      { speaks: [{ at: 20, forMs: 400 }, ...SPEAKS] },
      "the agent greeted after 20 ms; when recorded it did not greet",
    ],
    [
      "a shorter reply",
      { speaks: [{ ...first, forMs: 320 as 1000 }, ...SPEAKS.slice(1)] },
      "reply 1 lasts 300 ms, 680 ms shorter than recorded (980 ms); allowed: 490 ms",
    ],
  ])("%s", (_, behaviour, reason) => {
    expect(reasons(compare(analysedCall(behaviour)))[0]).toContain(reason);
  });

  it.each<[string, Behaviour, Behaviour]>([
    ["PCM16 in a μ-law call", {}, { bytes: pcmBytes }],
    ["μ-law in a pcm16 call", { format: pcm16 }, { format: pcm16, bytes: encodeUlaw }],
  ])("%s", (_, before, now) => {
    const checks = compare(analysedCall(now), { recorded: analysedCall(before) });
    expect(checks[0]).toMatchObject({ ok: false, measured: expect.stringMatching(/codec|encoding/) });
  });
});

describe("what is no failure", () => {
  it("a reply that comes earlier", () => {
    expect(
      reasons(
        compare(analysedCall({ speaks: SPEAKS.map((speech) => ({ ...speech, at: speech.at - 400 })) })),
      ),
    ).toEqual([]);
  });

  it("a problem that the recording has too, that was accepted, or that is to be ignored", () => {
    const problem = finding("agent-clipped");
    const now = { ...recorded, findings: [problem] };
    expect(reasons(compare(now))).toEqual([`${problem.seen} ${problem.why}`]);
    expect(reasons(compare(now, { recorded: now }))).toEqual([]);
    expect(reasons(compare(now, { tolerances: { ignored: ["agent-clipped"] } }))).toEqual([]);
    const accepted = measuredOf(now);
    expect(
      reasons(compareCalls({ recorded, replayed: now, tolerances: DEFAULT_TOLERANCES, accepted })),
    ).toEqual([]);
  });

  it("a warning, a problem of the caller, and one less", () => {
    const now = {
      ...recorded,
      findings: [
        { ...finding("agent-soft"), severity: "warning" as const },
        { ...finding("caller-soft"), side: "caller" as const },
      ],
    };
    expect(reasons(compare(now))).toEqual([]);
    expect(reasons(compare(recorded, { recorded: now }))).toEqual([]);
  });

  it("a reply that had no time to come", () => {
    const before = analysedCall({ endAt: 11_460 });
    const now = analysedCall({ endAt: 11_460, speaks: SPEAKS.slice(0, 2) });
    const checks = compare(now, { recorded: before });
    expect(reasons(checks)).toEqual([]);
    expect(checks).toContainEqual(
      expect.objectContaining({
        expect:
          "reply 3 comes at most 300 ms later than recorded (not told: 1,000 ms after the caller the call was over)",
        measured: null,
      }),
    );
  });
});

describe("never a silent pass", () => {
  const silent = analysedCall({ speaks: [] });

  it("a recording without replies fails even when nothing changed", () => {
    expect(reasons(compare(silent, { recorded: silent }))).toEqual([
      "no latency could be measured: no audio of the agent came",
    ]);
  });

  it("unless silence is expected", () => {
    const tolerances = { silenceExpected: true };
    expect(reasons(compare(silent, { recorded: silent, tolerances }))).toEqual([]);
    expect(reasons(compare(recorded, { recorded: silent, tolerances }))[0]).toMatch(
      /^the agent replied 740 ms after the caller to utterance 1, which got no reply when recorded$/,
    );
  });

  it("a call without anything fails", () => {
    const empty = analysedCall({ endAt: 0, speaks: [] });
    expect(reasons(compare(empty, { recorded: empty }))).toEqual([
      "no latency could be measured: the call has no audio of the caller",
    ]);
    expect(reasons(compare(empty)).length).toBeGreaterThan(3);
  });
});

describe("what only some recordings tell", () => {
  const tool = (name: string, at: number) => ({ at, id: name, name });
  const line = (text: string, at = 3100) => ({ at, who: "agent" as const, text });

  it("tools by name and order", () => {
    const before = { ...recorded, tools: [tool("find", 2500), tool("book", 6500)] };
    expect(reasons(compare(before, { recorded: before }))).toEqual([]);
    expect(reasons(compare({ ...recorded, tools: [tool("find", 2500)] }, { recorded: before }))).toEqual([
      "the agent did not call book, which when recorded was its tool call 2",
    ]);
    expect(reasons(compare({ ...recorded, tools: [tool("book", 2500)] }, { recorded: before }))[0]).toBe(
      "the agent's tool call 1 was book; when recorded it was find",
    );
    expect(
      reasons(compare({ ...recorded, tools: [...before.tools, tool("send", 7000)] }, { recorded: before })),
    ).toEqual(["the agent called send as its tool call 3; when recorded it called no more tools"]);
  });

  it("from outside, tools cannot be seen, and that is said", () => {
    const checks = compare(recorded, { recorded: { ...recorded, tools: [tool("find", 2500)] } });
    expect(reasons(checks)).toEqual([]);
    expect(checks.map((check) => check.expect)).toContain(
      "the agent calls find (not told: from outside, tool calls cannot be seen)",
    );
  });

  it("words, when that is asked for", () => {
    const tolerances = { transcripts: "same" } as const;
    const before = { ...recorded, transcripts: [line("We open at nine."), line("Bye.", 7200)] };
    const now = (...texts: string[]) => ({
      ...recorded,
      transcripts: texts.map((text, k) => line(text, 3100 + 4000 * k)),
    });
    const said = (...texts: string[]) => reasons(compare(now(...texts), { recorded: before, tolerances }));
    expect(reasons(compare(now("No."), { recorded: before }))).toEqual([]);
    expect(said("we open at nine", "Bye!")).toEqual([]);
    expect(said("We open at ten.", "Bye.")).toEqual([
      "line 1 of what the agent said is otherwise than recorded",
    ]);
    expect(said("We open at nine.")).toEqual(["line 2 of what the agent said is missing"]);
    expect(said("We open at nine.", "Bye.", "Bye.")).toEqual([
      "the agent said 3 lines; when recorded it said 2 lines",
    ]);
    expect(said()[0]).toMatch(/^the replay holds no transcript/);
    expect(said("[17 characters]")[0]).toMatch(/masked, so words cannot be compared; --show-personal/);
  });

  it("the order of keys and replies, without saying which key it was", () => {
    const before = { ...recorded, keys: [{ at: 2800, digit: "4" }] };
    const now = { ...recorded, keys: [{ at: 3400, digit: "0" }] };
    expect(reasons(compare(now, { recorded: before }))).toEqual([
      "reply 1 came 280 ms before key 1; when recorded it came 320 ms after it",
    ]);
    expect(reasons(compare({ ...now, keys: [{ at: 3220, digit: "0" }] }, { recorded: before }))).toEqual([]);
  });

  it("an end that the agent made, by how long after the caller's last words it came", () => {
    const end = (at: number) => ({
      ...recorded,
      end: { at, reason: "agent-ended" as const, detail: "ended" },
    });
    expect(reasons(compare(end(12_900), { recorded: end(END_AT) }))).toEqual([]);
    expect(reasons(compare(end(12_400), { recorded: end(END_AT) }))).toEqual([
      "the agent ended the call at 12,400 ms, 1,100 ms earlier than recorded; allowed: 1,000 ms earlier",
    ]);
    expect(reasons(compare({ ...recorded, end: undefined }))).toEqual([
      "the call has no end: it was cut off",
    ]);
    expect(reasons(compare(recorded, { recorded: { ...recorded, end: undefined } }))).toEqual([]);
  });

  it("how like the recorded reply it sounds, when that is asked for", () => {
    const [, second] = recorded.utterances;
    const otherWords = (reply: Reply | undefined) =>
      reply && { ...reply, fingerprint: second.reply?.fingerprint };
    const now = {
      ...recorded,
      utterances: recorded.utterances.map((said, k) =>
        k === 0 ? { ...said, reply: otherWords(said.reply) } : said,
      ),
    } as CallAnalysis;
    expect(reasons(compare(now))).toEqual([]);
    expect(reasons(compare(now, { tolerances: { similarity: 0.95 } }))[0]).toMatch(
      /^reply 1 sounds otherwise than recorded: 0\.\d+ alike, where 1 is the same; asked for: 0\.95$/,
    );
    expect(reasons(compare(recorded, { tolerances: { similarity: 0.95 } }))).toEqual([]);
  });
});

function finding(code: string): Finding {
  const words = { seen: "Speech is cut off.", why: "It is hard to understand.", fix: "Turn it down." };
  return { code, side: "agent", severity: "error", ...words };
}
