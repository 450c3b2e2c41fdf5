/** What of a call may be written down: secrets never, personal data only where the user asked for it. */
import { maskNumber } from "../call/mask.js";

/** How personal data stands in a recording. */
export interface Redaction {
  number(number: string): string;
  transcript(text: string): string;
  /** Digits can be a PIN. */
  digit(digit: string): string;
  /** A message as it came, with fields we may not know. */
  message(message: object): unknown;
  /** Text a far end chose. */
  text(text: string): string;
}

const SECRET_KEY = /token|secret|passw|authorization|credential|cookie|api[-_]?key|signature/i;
const PERSONAL_KEY = /number|phone|msisdn|name$/i;
const ID_KEY = /^(callId|otherLegCallId|accountId)$/;
/** What is masked already stays as it is, so that a recording can be redacted again. */
const MASKED_NUMBER = /^\+?\d{1,2} \d{2} \*{3} \*{0,8}\d{2}$/;
const MASKED_TRANSCRIPT = /^\[\d+ characters\]$/;
/** Seven digits or more in a row, as numbers are written. */
const NUMBER_IN_TEXT = /\+?\d(?:[\s().-]?\d){6,}/g;

const shown: Redaction = {
  number: (number) => number,
  transcript: (text) => text,
  digit: (digit) => digit,
  message: (message) => rewrite(message, (_key, value) => value),
  text: (text) => text,
};

const masked: Redaction = {
  number: maskOnce,
  transcript: (text) => (MASKED_TRANSCRIPT.test(text) ? text : `[${text.length} characters]`),
  digit: () => "?",
  message: (message) => rewrite(message, maskField),
  text: maskText,
};

export function redaction(showPersonal: boolean): Redaction {
  return showPersonal ? shown : masked;
}

/** An agent spec or URL without the secrets that URLs carry: user and password, and query values named like one. */
export function withoutSecrets(spec: string): string {
  return spec
    .replace(/\/\/[^/?#@\s]*@/g, "//***@")
    .replace(/([?&]([^=&#\s]*)=)[^&#\s]*/g, (pair, head, name) => (isSecret(name) ? `${head}***` : pair));
}

function isSecret(key: string): boolean {
  return SECRET_KEY.test(key) || /^(key|sig|auth)$/i.test(key);
}

function maskField(key: string, value: unknown): unknown {
  if (ID_KEY.test(key) || (typeof value !== "string" && typeof value !== "number")) return value;
  if (PERSONAL_KEY.test(key)) return maskOnce(String(value));
  return typeof value === "string" ? maskText(value) : value;
}

function maskOnce(number: string): string {
  return MASKED_NUMBER.test(number) ? number : maskNumber(number);
}

function maskText(text: string): string {
  return text.replace(NUMBER_IN_TEXT, maskNumber);
}

/** A copy of parsed JSON with every field passed through `field`, after secrets are gone. */
function rewrite(value: unknown, field: (key: string, value: unknown) => unknown, key = ""): unknown {
  if (isSecret(key)) return "***";
  if (Array.isArray(value)) return value.map((item) => rewrite(item, field, key));
  if (typeof value !== "object" || value === null) return field(key, value);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, rewrite(inner, field, name)]),
  );
}
