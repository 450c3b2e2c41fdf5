/** One line of events.jsonl for each thing that happens in a call. */
import type { CallEvent, CallNote, EndReason } from "../call/events.js";
import type { AudioFile } from "./format.js";
import type { Redaction } from "./redact.js";

type Side = readonly [leg: "pbx" | "agent", dir: "in" | "out"];
type OtherEvent = Exclude<CallEvent, { type: "caller-audio" | "agent-audio" }>;

const FROM_CALLER: Side = ["pbx", "in"];
const TO_CALLER: Side = ["pbx", "out"];
const FROM_AGENT: Side = ["agent", "in"];
const TO_AGENT: Side = ["agent", "out"];

/** The line of one payload whose bytes are not kept. */
export function silentMediaLine(at: number, bytes: number, heardAt?: number, plannedAt?: number): string {
  return mediaLineOf(at, `"bytes":${bytes}`, heardAt, plannedAt);
}

/** The line of one payload. Written by hand because there are a hundred a second in every call. */
export function mediaLine(
  at: number,
  file: AudioFile,
  offset: number,
  length: number,
  heardAt?: number,
  plannedAt?: number,
): string {
  return mediaLineOf(at, `"file":"${file}","offset":${offset},"length":${length}`, heardAt, plannedAt);
}

function mediaLineOf(at: number, what: string, heardAt?: number, plannedAt?: number): string {
  const dir = heardAt === undefined ? "in" : "out";
  const heard = heardAt === undefined ? "" : `,"heardT":${micros(heardAt)}`;
  const planned = plannedAt === undefined ? "" : `,"plannedT":${micros(plannedAt)}`;
  return `{"t":${micros(at)},"leg":"pbx","dir":"${dir}","type":"media",${what}${heard}${planned}}\n`;
}

/** The line of anything but a payload to or from the caller. */
export function eventLine(event: OtherEvent, redaction: Redaction): string {
  const [[leg, dir], fields] = describe(event, redaction);
  return `${JSON.stringify({ t: micros(event.at), leg, dir, ...fields })}\n`;
}

function describe(
  event: OtherEvent,
  redaction: Redaction,
): [Side, { type: string } & Record<string, unknown>] {
  const { at: _, ...fields } = event;
  switch (fields.type) {
    case "call-started":
      return [FROM_CALLER, { type: "start", message: redaction.message(fields.raw) }];
    case "agent-leg-audio":
      return [fields.dir === "in" ? FROM_AGENT : TO_AGENT, { type: "media", bytes: fields.bytes }];
    case "speech-started":
      return [fields.who === "caller" ? FROM_CALLER : TO_CALLER, fields];
    case "speech-ended": {
      const { type, who, lastVoicedAt } = fields;
      return [who === "caller" ? FROM_CALLER : TO_CALLER, { type, who, lastVoicedT: micros(lastVoicedAt) }];
    }
    case "turn":
    case "greeting":
      return [TO_CALLER, fields];
    case "agent-ready":
    case "turn-ended":
    case "warning":
      return [FROM_AGENT, fields];
    case "barge-in":
      return [TO_AGENT, fields];
    case "dtmf":
      return [FROM_CALLER, { ...fields, digit: redaction.digit(fields.digit) }];
    case "transcript":
      return [FROM_AGENT, spoken(fields, redaction)];
    case "tool-call":
      return [FROM_AGENT, { ...fields, args: redaction.transcript(JSON.stringify(fields.args)) }];
    case "tool-result":
      return [TO_AGENT, fields];
    case "fault":
      return [FROM_CALLER, fields];
    case "mark":
      return [FROM_CALLER, fields];
    case "hangup":
      return [FROM_CALLER, { ...fields, ...(fields.reason && { reason: redaction.text(fields.reason) }) }];
    case "call-ended":
      return [endedBy(fields.reason), { ...fields, detail: redaction.text(fields.detail) }];
  }
}

function spoken({ spokenAt, ...fields }: Extract<CallNote, { type: "transcript" }>, redaction: Redaction) {
  return { ...fields, text: redaction.transcript(fields.text), spokenT: micros(spokenAt) };
}

function endedBy(reason: EndReason): Side {
  if (reason === "caller-hung-up" || reason === "caller-lost") return FROM_CALLER;
  return reason.startsWith("agent-") ? FROM_AGENT : TO_CALLER;
}

function micros(ms: number): number {
  return Math.round(ms * 1000);
}
