/** Masks what is personal in a line that was recorded, as a recorder would have that may not show it. */
import type { RecordedEvent } from "./format.js";
import { redaction } from "./redact.js";

const masked = redaction(false);

type Mask = (value: string) => string;

const AS_IT_IS: Mask = (value) => value;

/**
 * The text fields of each type that recorders write, and how they are masked. Any other field may hold anything: it is looked
 * through as a message of the PBX is.
 */
const FIELDS: Readonly<Record<string, Readonly<Record<string, Mask>>>> = {
  start: {},
  dtmf: { digit: masked.digit },
  hangup: { reason: masked.text },
  fault: { code: AS_IT_IS, detail: masked.text },
  "speech-started": { who: AS_IT_IS },
  "speech-ended": { who: AS_IT_IS },
  warning: { code: AS_IT_IS, message: masked.text },
  transcript: { who: AS_IT_IS, text: masked.transcript },
  "tool-call": { id: AS_IT_IS, name: AS_IT_IS, args: masked.transcript },
  "tool-result": { id: AS_IT_IS, name: AS_IT_IS },
  "call-ended": { reason: AS_IT_IS, detail: masked.text, fix: masked.text },
};

/** @returns a new line without personal data; of a media line, only what media lines have. */
export function redactLine({ t, leg, dir, type, ...fields }: RecordedEvent): RecordedEvent {
  const known = Object.hasOwn(FIELDS, type) ? FIELDS[type] : {};
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const mask = Object.hasOwn(known, name) ? known[name] : undefined;
    kept[name] = mask && typeof value === "string" ? mask(value) : redactFields({ [name]: value })[name];
  }
  return { t, leg, dir, type, ...kept };
}

/** Fields that may hold anything. */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return masked.message(fields) as Record<string, unknown>;
}
