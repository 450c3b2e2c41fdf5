/** A call as a list of events, for the tests of reports. */
import type { CallEvent, CallSummary } from "../../src/call/events.js";

export const SUMMARY: CallSummary = {
  durationMs: 12_345.67,
  turns: 3,
  firstAudioMs: [312.04, 900, 250],
  greetingMs: 80,
  framesIn: 617,
  framesOut: 400,
  droppedMs: 0,
  talkOverMs: 140,
  bargeIns: 1,
};

export function started(callId = "abc"): CallEvent {
  return {
    at: 0,
    type: "call-started",
    agent: "echo",
    raw: {},
    info: {
      callId,
      accountId: "account",
      caller: "+94771234512",
      callee: "+94112345600",
      format: { encoding: "g711_ulaw", sampleRate: 8000 },
    },
  };
}

export function ended(summary: Partial<CallSummary> = {}): CallEvent & { type: "call-ended" } {
  return {
    at: 12_345,
    type: "call-ended",
    reason: "caller-hung-up",
    detail: "",
    summary: { ...SUMMARY, ...summary },
  };
}

export const MIDDLE: readonly CallEvent[] = [
  { at: 90, type: "greeting", greetingMs: 80 },
  { at: 2000, type: "turn", firstAudioMs: 312.04 },
  { at: 3000, type: "barge-in", heardMs: 1200, droppedMs: 8800 },
  { at: 3100, type: "dtmf", digit: "7" },
  { at: 3200, type: "transcript", who: "caller", text: "my pin is 1234", spokenAt: 1 },
];
