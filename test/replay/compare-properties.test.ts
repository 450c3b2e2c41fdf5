/** Whatever was analysed can be compared: with itself without a failure, and never with an error. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { BargeIn, CallAnalysis, Reply, Utterance } from "../../src/analysis/call-analysis.js";
import type { EndReason } from "../../src/call/events.js";
import { acceptedText } from "../../src/replay/accepted.js";
import { compareCalls } from "../../src/replay/compare.js";
import { parseExpectations } from "../../src/replay/expectations.js";
import { measuredOf } from "../../src/replay/measured.js";
import { DEFAULT_TOLERANCES } from "../../src/replay/tolerances.js";

const sound = { payloads: 100, bytes: 16_000, audioMs: 2000, voicedMs: 900, speechDbfs: -20, peakDbfs: -3 };
const REASONS: EndReason[] = ["caller-hung-up", "caller-lost", "agent-ended", "agent-failed", "too-long"];
const print = fc
  .uint8Array({ minLength: 80, maxLength: 160 })
  .map((bytes) => Buffer.from(bytes).toString("base64"));

/** One turn of a conversation in good order: six seconds of the call. */
const turn = fc.record({
  spokenMs: fc.integer({ min: 300, max: 1500 }),
  latencyMs: fc.integer({ min: 50, max: 1200 }),
  replyMs: fc.integer({ min: 500, max: 1200 }),
  speechDbfs: fc.double({ min: -44, max: -4, noNaN: true }),
  isAnswered: fc.boolean(),
  print,
});
const TURN_MS = 6000;

/** A call that could have been: at least its greeting can be measured. */
const sensible: fc.Arbitrary<CallAnalysis> = fc
  .record({
    turns: fc.array(turn, { minLength: 1, maxLength: 5 }),
    reason: fc.constantFrom(...REASONS),
    greetingMs: fc.integer({ min: 0, max: 500 }),
    talkOverMs: fc.integer({ min: 0, max: 5000 }),
    digits: fc.array(fc.constantFrom("1", "#", "?"), { maxLength: 3 }),
    tools: fc.array(fc.constantFrom("find", "book", "__proto__"), { maxLength: 3 }),
  })
  .map(({ turns, reason, greetingMs, talkOverMs, digits, tools }) => {
    const utterances = turns.map(
      ({ spokenMs, latencyMs, replyMs, speechDbfs, isAnswered, print }, k): Utterance => {
        const from = 1000 + k * TURN_MS;
        const to = from + spokenMs;
        const began = to + latencyMs;
        const said = {
          from: began,
          to: began + replyMs,
          latencyMs,
          voicedMs: replyMs,
          speechDbfs,
          fingerprint: print,
        };
        return { from, to, reply: isAnswered ? said : undefined };
      },
    );
    const durationMs = 1000 + turns.length * TURN_MS;
    return {
      durationMs,
      info: undefined,
      caller: sound,
      agent: sound,
      utterances,
      agentSpeech: utterances.flatMap(({ reply }) => (reply ? [{ from: reply.from, to: reply.to }] : [])),
      greetingMs,
      bargeIns: [],
      talkOverMs,
      keys: digits.map((digit, k) => ({ at: 500 + 400 * k, digit })),
      transcripts: [],
      tools: tools.map((name, k) => ({ at: 2000 + 700 * k, id: `${k}`, name })),
      warnings: [],
      end: { at: durationMs, reason, detail: "" },
      findings: [],
    };
  });

const odd = fc.oneof(fc.double(), fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY), fc.integer());
const span = fc.record({ from: odd, to: odd });
const oddReply = fc.record({
  from: odd,
  to: odd,
  latencyMs: odd,
  voicedMs: odd,
  speechDbfs: odd,
  fingerprint: fc.oneof(print, fc.string(), fc.constant(undefined)),
}) as fc.Arbitrary<Reply>;

/** Anything that has the right types. */
const anything = fc.record({
  durationMs: odd,
  info: fc.constant(undefined),
  caller: fc.constant(sound),
  agent: fc.constant({ ...sound, speechDbfs: undefined, payloads: 0 }),
  utterances: fc.array(fc.record({ from: odd, to: odd, reply: fc.option(oddReply, { nil: undefined }) }), {
    maxLength: 4,
  }),
  agentSpeech: fc.array(span, { maxLength: 4 }),
  greetingMs: fc.option(odd, { nil: undefined }),
  bargeIns: fc.array(fc.record({ at: odd, stoppedAfterMs: fc.option(odd, { nil: undefined }) }), {
    maxLength: 4,
  }),
  talkOverMs: odd,
  keys: fc.array(fc.record({ at: odd, digit: fc.string() }), { maxLength: 3 }),
  transcripts: fc.array(fc.record({ at: odd, who: fc.constantFrom("caller", "agent"), text: fc.string() }), {
    maxLength: 3,
  }),
  tools: fc.array(fc.record({ at: odd, id: fc.string(), name: fc.string() }), { maxLength: 3 }),
  warnings: fc.array(fc.record({ at: odd, code: fc.string(), message: fc.string(), count: odd }), {
    maxLength: 3,
  }),
  end: fc.option(fc.record({ at: odd, reason: fc.constantFrom(...REASONS), detail: fc.string() }), {
    nil: undefined,
  }),
  findings: fc.constant([]),
}) as fc.Arbitrary<CallAnalysis>;

const tolerances = { ...DEFAULT_TOLERANCES, similarity: 0.9, transcripts: "same" as const };

test("a call compared with itself never fails", () => {
  fc.assert(
    fc.property(sensible, (call) => {
      const strict = { ...DEFAULT_TOLERANCES, similarity: 0.99 };
      expect(
        compareCalls({ recorded: call, replayed: call, tolerances: strict }).filter(({ ok }) => !ok),
      ).toEqual([]);
    }),
  );
});

test("nor with what it was accepted for, written and read again", async () => {
  await fc.assert(
    fc.asyncProperty(sensible, sensible, async (call, other) => {
      const { accepted } = await parseExpectations(
        `version: 1\n${acceptedText(measuredOf(call))}`,
        "expect.yaml",
      );
      const checks = compareCalls({
        recorded: other,
        replayed: call,
        tolerances: DEFAULT_TOLERANCES,
        accepted,
      });
      // Keys are compared with the recording: nothing else has them.
      expect(checks.filter(({ ok, expect: words }) => !ok && !words.startsWith("keys"))).toEqual([]);
    }),
  );
});

test("any calls can be compared, and every failure has its reason", () => {
  fc.assert(
    fc.property(fc.oneof(anything, sensible), fc.oneof(anything, sensible), (recorded, replayed) => {
      const checks = compareCalls({ recorded, replayed, tolerances });
      expect(checks.length).toBeGreaterThan(0);
      for (const { ok, reason } of checks) expect(reason !== "").toBe(!ok);
      const firstOk = checks.findIndex(({ ok }) => ok);
      if (firstOk >= 0) expect(checks.slice(firstOk).every(({ ok }) => ok)).toBe(true);
    }),
  );
});

const withReply = (call: CallAnalysis, change: (reply: Reply) => Reply | undefined): CallAnalysis => {
  const first = call.utterances.findIndex(({ reply }) => reply);
  return {
    ...call,
    utterances: call.utterances.map((said, k) =>
      k === first ? { ...said, reply: change(said.reply as Reply) } : said,
    ),
  };
};
const interruptedAt = (call: CallAnalysis, stoppedAfterMs: number | undefined): CallAnalysis => {
  const bargeIn: BargeIn = { at: call.utterances[0].from, stoppedAfterMs };
  return { ...call, bargeIns: [bargeIn] };
};

/** What is large for anybody, of one field each, and what of it is told. */
const MUTATIONS: Readonly<Record<string, [(call: CallAnalysis) => CallAnalysis, RegExp]>> = {
  later: [
    (call) => withReply(call, (reply) => ({ ...reply, latencyMs: reply.latencyMs + 500 })),
    /^reply \d came/,
  ],
  missing: [(call) => withReply(call, () => undefined), /^reply \d is missing/],
  softer: [(call) => withReply(call, (reply) => ({ ...reply, speechDbfs: reply.speechDbfs - 6 })), /softer/],
  louder: [(call) => withReply(call, (reply) => ({ ...reply, speechDbfs: reply.speechDbfs + 4 })), /louder/],
  longer: [(call) => withReply(call, (reply) => ({ ...reply, to: reply.to + 1300 })), /longer/],
  "greeting later": [(call) => ({ ...call, greetingMs: 1300 }), /^the greeting came/],
  "no greeting": [(call) => ({ ...call, greetingMs: undefined }), /^the agent did not greet/],
  "talk-over": [(call) => ({ ...call, talkOverMs: call.talkOverMs + 600 }), /^both spoke at once/],
  "ended otherwise": [
    (call) => ({
      ...call,
      end: {
        at: 900,
        detail: "",
        reason: call.end?.reason === "bridge-failed" ? "agent-ended" : "bridge-failed",
      },
    }),
    /^the call broke off|before the caller had said all|^the agent ended/,
  ],
  "no end": [(call) => ({ ...call, end: undefined }), /has no end/],
  "an utterance less": [
    (call) => ({ ...call, utterances: call.utterances.slice(1) }),
    /came to say only|before the caller/,
  ],
  "a wire fault": [
    (call) => ({ ...call, warnings: [{ at: 10, code: "missing-ids", message: "No callId.", count: 3 }] }),
    /^No callId\. It came 3 times\.$/,
  ],
  "a problem": [
    (call) => ({
      ...call,
      findings: [{ code: "agent-noise", side: "agent", severity: "error", seen: "Noise.", why: "", fix: "" }],
    }),
    /^Noise\./,
  ],
};

test.each(Object.entries(MUTATIONS))("%s is found", (_, [mutation, words]) => {
  fc.assert(
    fc.property(
      sensible.filter(({ utterances }) => utterances.some(({ reply }) => reply)),
      (recorded) => {
        const replayed = mutation(recorded);
        const found = compareCalls({ recorded, replayed, tolerances: DEFAULT_TOLERANCES });
        const failed = found.filter(({ ok }) => !ok);
        expect(failed.map(({ reason }) => reason)).toEqual(
          expect.arrayContaining([expect.stringMatching(words)]),
        );
      },
    ),
  );
});

test("an interruption that is ignored, comes to nothing, or takes longer is found", () => {
  fc.assert(
    fc.property(sensible, fc.integer({ min: 0, max: 400 }), (call, ms) => {
      const compared = (replayed: CallAnalysis) =>
        compareCalls({ recorded: interruptedAt(call, ms), replayed, tolerances: DEFAULT_TOLERANCES }).find(
          ({ expect: words }) => words.startsWith("the agent stops"),
        );
      expect(compared(interruptedAt(call, ms))?.reason).toBe("");
      expect(compared(interruptedAt(call, ms + 450))?.reason).toMatch(/spoke on for/);
      expect(compared(interruptedAt(call, undefined))?.reason).toMatch(/ignored/);
      expect(compared(call)?.reason).toMatch(/was not speaking/);
    }),
  );
});
