/** Reads the lines of events.jsonl that are not audio, and believes no field of them before it has looked. */
import type { CallNote, CallSummary, EndReason } from "../call/events.js";
import type { Speaker, ToolArguments } from "../call/leg.js";
import type { RecordedEvent } from "./format.js";

/** Undefined for a type we do not know; "unusable" when its fields are not what the type has. */
export function parseNote(line: RecordedEvent): CallNote | "unusable" | undefined {
  // Audio of which nothing was kept tells nothing.
  if (line.type === "media" && line.leg === "pbx") return undefined;
  const read = Object.hasOwn(READERS, line.type) ? READERS[line.type] : undefined;
  return read && (read(line) ?? "unusable");
}

type Reader = (line: RecordedEvent) => CallNote | undefined;

const READERS: Readonly<Record<string, Reader>> = {
  media: ({ dir, bytes }) => (isCount(bytes) ? { type: "agent-leg-audio", dir, bytes } : undefined),
  "agent-ready": ({ passthrough }) => ({ type: "agent-ready", passthrough: passthrough === true }),
  "speech-started": ({ who }) => (isSpeaker(who) ? { type: "speech-started", who } : undefined),
  "speech-ended": ({ who, lastVoicedT }) =>
    isSpeaker(who) && isNumber(lastVoicedT)
      ? { type: "speech-ended", who, lastVoicedAt: lastVoicedT / 1000 }
      : undefined,
  turn: ({ firstAudioMs }) => (isNumber(firstAudioMs) ? { type: "turn", firstAudioMs } : undefined),
  greeting: ({ greetingMs }) => (isNumber(greetingMs) ? { type: "greeting", greetingMs } : undefined),
  "turn-ended": () => ({ type: "turn-ended" }),
  "barge-in": ({ heardMs, droppedMs }) =>
    isNumber(heardMs) && isNumber(droppedMs) ? { type: "barge-in", heardMs, droppedMs } : undefined,
  dtmf: ({ digit, durationMs }) =>
    isText(digit) ? { type: "dtmf", digit, ...(isNumber(durationMs) && { durationMs }) } : undefined,
  transcript: ({ t, who, text, spokenT }) =>
    isSpeaker(who) && isText(text)
      ? { type: "transcript", who, text, spokenAt: (isNumber(spokenT) ? spokenT : t) / 1000 }
      : undefined,
  "tool-call": ({ id, name, args }) =>
    isText(id) && isText(name) ? { type: "tool-call", id, name, args: toolArguments(args) } : undefined,
  "tool-result": ({ id, name, isError, tookMs }) =>
    isText(id) && isText(name) && isNumber(tookMs)
      ? { type: "tool-result", id, name, isError: isError === true, tookMs }
      : undefined,
  fault: ({ code, detail }) =>
    isText(code) && isText(detail) ? ({ type: "fault", code, detail } as CallNote) : undefined,
  warning: ({ code, message }) =>
    isText(code) && isText(message) ? { type: "warning", code, message } : undefined,
  mark: ({ number }) => (isNumber(number) ? { type: "mark", number } : undefined),
  hangup: ({ reason }) => ({ type: "hangup", ...(isText(reason) && { reason }) }),
  "call-ended": ({ t, reason, detail, fix, summary }) =>
    isText(reason) && isText(detail)
      ? {
          type: "call-ended",
          reason: reason as EndReason,
          detail,
          ...(isText(fix) && { fix }),
          summary: callSummary(summary, t / 1000),
        }
      : undefined,
};

/** As they were written: JSON text. Masked ones are no JSON, and nothing is known of them. */
function toolArguments(args: unknown): ToolArguments {
  try {
    const value: unknown = JSON.parse(String(args));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as ToolArguments)
      : {};
  } catch {
    return {};
  }
}

function callSummary(summary: unknown, durationMs: number): CallSummary {
  const given = typeof summary === "object" && summary !== null ? (summary as Record<string, unknown>) : {};
  const number = (name: keyof CallSummary, otherwise = 0) => {
    const value = given[name];
    return isNumber(value) ? value : otherwise;
  };
  const { firstAudioMs } = given;
  return {
    durationMs: number("durationMs", durationMs),
    turns: number("turns"),
    firstAudioMs: Array.isArray(firstAudioMs) ? firstAudioMs.filter(isNumber) : [],
    ...(isNumber(given.greetingMs) && { greetingMs: given.greetingMs }),
    framesIn: number("framesIn"),
    framesOut: number("framesOut"),
    droppedMs: number("droppedMs"),
    talkOverMs: number("talkOverMs"),
    bargeIns: number("bargeIns"),
  };
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isCount = (value: unknown): value is number => isNumber(value) && value >= 0;
const isSpeaker = (value: unknown): value is Speaker => value === "caller" || value === "agent";
