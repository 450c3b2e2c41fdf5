/** When a caller hangs up unasked, and what counts as a good call. */
import { expect, test } from "vitest";
import { type Exchange, judged, naturalEnd, type Outcome } from "../../src/simulate/ending.js";

const never = Number.NEGATIVE_INFINITY;
const spoke: Exchange = { saidAllAt: 5000, expectsAnswer: true, activeAt: 4000, agentVoicedUntil: never };
const mute: Exchange = { ...spoke, expectsAnswer: false, activeAt: never };

test.each([
  ["no answer: 10 s of patience", spoke, 15_000],
  ["spoken to only before: as good as no answer", { ...spoke, agentVoicedUntil: 3000 }, 15_000],
  ["answered early: all is said first", { ...spoke, agentVoicedUntil: 4200 }, 5700],
  ["answered: 1.5 s of quiet", { ...spoke, agentVoicedUntil: 9000 }, 10_500],
  ["an answer without end: one minute", { ...spoke, agentVoicedUntil: 90_000 }, 65_000],
  ["nothing said, nothing heard: at the end of the source", mute, 5000],
  ["nothing said, a greeting: when it is over", { ...mute, agentVoicedUntil: 8000 }, 9500],
] as const)("%s", (_, exchange, end) => {
  expect(naturalEnd(exchange)).toBe(end);
});

const hungUp: Outcome = { ok: true, reason: "hung-up", detail: "" };
const ended: Outcome = { ok: true, reason: "agent-ended", detail: "" };
const unheard = { heard: false, refused: false };

test.each([
  ["unheard", hungUp, spoke, 15_000, unheard, "no-agent-audio"],
  ["unheard, but nothing was said", hungUp, mute, 5000, unheard, "hung-up"],
  ["unheard, but cut short on purpose", hungUp, spoke, 2000, unheard, "hung-up"],
  ["unheard, and the agent left early", ended, spoke, 2000, unheard, "no-agent-audio"],
  ["only silence", hungUp, spoke, 15_000, { heard: true, refused: false }, "agent-silent"],
  ["heard", hungUp, { ...spoke, agentVoicedUntil: 3000 }, 15_000, { heard: true, refused: true }, "hung-up"],
] as const)("%s", (_, planned, exchange, now, facts, reason) => {
  const outcome = judged(planned, exchange, now, facts);
  expect(outcome.reason).toBe(reason);
  expect(outcome.ok).toBe(reason === planned.reason);
});
