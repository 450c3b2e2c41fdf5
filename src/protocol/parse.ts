/** Reads the messages of the SmartPBX wire. Lenient about spelling, strict about meaning; returns faults, never throws. */
import { type Encoding, isSampleRate, type MediaFormat } from "../audio/format.js";
import { readBase64 } from "./base64.js";
import { tooMuchOf } from "./json-limits.js";
import type { CallInfo, EndpointMessage, Fault, FaultCode, PbxMessage } from "./messages.js";
import { isCleanId, printable } from "./text.js";

type Json = Readonly<Record<string, unknown>>;
type Unknown = { readonly type: "unknown"; readonly event: string };

const MEDIA_HEAD = '{"event":"media","media":{"payload":"';
const MEDIA_TAIL = '"}}';
/** Deeper than any document of the wire. What is kept as `raw` stays safe to walk and to write as JSON again. */
const MAX_DEPTH = 32;
const DTMF_DIGIT = /^[0-9*#A-D]$/;

/** One text message from the PBX, as an endpoint receives it. Accepts every spelling that is known. */
export function parsePbxMessage(text: string): PbxMessage | Fault {
  return parseCompactMedia(text) ?? parsePbxJson(text);
}

/** One text message from an endpoint, as the PBX receives it. Missing ids are left to the caller to judge. */
export function parseEndpointMessage(text: string): EndpointMessage | Unknown | Fault {
  return parseCompactAnswer(text) ?? parseEndpointJson(text);
}

/** `parseEndpointMessage` without its short cut for compact media messages. Exported to prove that both agree. */
export function parseEndpointJson(text: string): EndpointMessage | Unknown | Fault {
  const message = parseObject(text);
  if (typeof message === "string") return NO_OBJECT[message];
  if (message.event !== "media") return unknownEvent(message.event);
  const media = parseMedia(message.media);
  if (media.type === "fault") return media;
  const callId = idText(message.callId);
  const accountId = idText(message.accountId);
  return { ...media, ...(callId !== undefined && { callId }), ...(accountId !== undefined && { accountId }) };
}

/**
 * The message that makes up nearly all traffic, in the one spelling that compact JSON gives it. Base64 contains no
 * character that JSON escapes, so whatever passes here parses to the same payload as JSON; anything else is undefined.
 */
function parseCompactMedia(text: string): PbxMessage | undefined {
  if (!text.startsWith(MEDIA_HEAD) || !text.endsWith(MEDIA_TAIL)) return undefined;
  const payload = readBase64(text.slice(MEDIA_HEAD.length, -MEDIA_TAIL.length));
  return payload && { type: "media", payload };
}

const ANSWER_HEAD = '{"event":"media","callId":"';
const ANSWER_ACCOUNT = '","accountId":"';
const ANSWER_MEDIA = '","media":{"payload":"';

/** The same for the messages of an endpoint that keeps the documented order of fields. Ids that JSON escapes go the long way. */
function parseCompactAnswer(text: string): EndpointMessage | undefined {
  if (!text.startsWith(ANSWER_HEAD) || !text.endsWith(MEDIA_TAIL)) return undefined;
  const callIdEnd = text.indexOf('"', ANSWER_HEAD.length);
  const accountIdStart = callIdEnd + ANSWER_ACCOUNT.length;
  if (!text.startsWith(ANSWER_ACCOUNT, callIdEnd)) return undefined;
  const accountIdEnd = text.indexOf('"', accountIdStart);
  if (!text.startsWith(ANSWER_MEDIA, accountIdEnd)) return undefined;
  const callId = text.slice(ANSWER_HEAD.length, callIdEnd);
  const accountId = text.slice(accountIdStart, accountIdEnd);
  if (!isPlainId(callId) || !isPlainId(accountId)) return undefined;
  const payload = readBase64(text.slice(accountIdEnd + ANSWER_MEDIA.length, -MEDIA_TAIL.length));
  return payload && { type: "media", payload, callId, accountId };
}

/** Letters, digits and the punctuation of ids: what JSON never escapes and `idText` always keeps. */
function isPlainId(text: string): boolean {
  return text.length > 0 && text.length <= 256 && /^[\w.:@+-]+$/.test(text);
}

/** `parsePbxMessage` without its short cut for compact media messages. Exported to prove that both agree. */
export function parsePbxJson(text: string): PbxMessage | Fault {
  const message = parseObject(text);
  if (typeof message === "string") return NO_OBJECT[message];
  if (message.event === "media") return parseMedia(message.media);
  if (!isWithinDepth(message, MAX_DEPTH)) return NO_OBJECT.deep;
  switch (message.event) {
    case "start":
      return parseStart(message);
    case "dtmf":
      return parseDtmf(message);
    case "hangup":
    case "stop":
      return parseHangup(message, message.event);
    case "connected":
      return parseConnected(message);
    default:
      return unknownEvent(message.event);
  }
}

const NO_OBJECT = {
  malformed: fault("malformed-json", "not a JSON object"),
  deep: fault("malformed-json", "nested too deeply"),
  long: fault("malformed-json", "more JSON than any message has"),
  other: fault("no-event", "not a JSON object"),
};

function parseObject(text: string): Json | keyof typeof NO_OBJECT {
  const tooMuch = tooMuchOf(text);
  if (tooMuch) return tooMuch;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : "other";
  } catch {
    return "malformed";
  }
}

function parseConnected(message: Json): PbxMessage {
  const { protocol } = asObject(message.connected);
  return typeof protocol === "string"
    ? { type: "connected", protocol: printable(protocol, 64) }
    : { type: "connected" };
}

function parseStart(message: Json): PbxMessage | Fault {
  const { start } = message;
  if (!isObject(start)) return fault("bad-start", "start has no content");
  const callId = scalarText(start.callId);
  if (!callId) return fault("bad-start", "start has no callId");
  if (!isCleanId(callId)) return fault("bad-start", "callId is too long or has control characters");
  const accountId = scalarText(start.accountId) ?? "";
  if (!isCleanId(accountId)) return fault("bad-start", "accountId is too long or has control characters");
  const media = asObject(start.mediaFormat);
  const format = parseFormat(media);
  if (!format)
    return fault("unsupported-format", `mediaFormat ${label(media.encoding)}/${label(media.sampleRate)}`);
  const otherLegCallId = idText(start.otherLegCallId);
  const info: CallInfo = {
    callId,
    ...(otherLegCallId !== undefined && { otherLegCallId }),
    accountId,
    caller: printable(scalarText(start.callerIdNumber) ?? "", 256),
    callee: printable(scalarText(start.calleeIdNumber) ?? "", 256),
    format,
  };
  return { type: "start", info, raw: message };
}

function parseFormat(media: Json): MediaFormat | undefined {
  const encoding = scalarText(media.encoding)?.trim().toLowerCase().replaceAll("-", "_");
  const sampleRate = Number(scalarText(media.sampleRate));
  if (!isEncoding(encoding) || !isSampleRate(sampleRate)) return undefined;
  return encoding === "g711_ulaw" && sampleRate !== 8000 ? undefined : { encoding, sampleRate };
}

function isEncoding(name: string | undefined): name is Encoding {
  return name === "g711_ulaw" || name === "pcm16" || name === "opus";
}

/** A far end's value as a person may see it, also when it is not what it should be. */
function label(value: unknown): string {
  return printable(scalarText(value) ?? "", 32) || "(none)";
}

function parseMedia(media: unknown): (PbxMessage & EndpointMessage) | Fault {
  const { payload } = asObject(media);
  if (typeof payload !== "string") return fault("bad-payload", "media has no payload");
  if (payload === "") return fault("bad-payload", "the payload is empty");
  const audio = readBase64(payload);
  return audio ? { type: "media", payload: audio } : fault("bad-payload", "the payload is not base64");
}

function parseDtmf(message: Json): PbxMessage | Fault {
  const dtmf = asObject(message.dtmf);
  const digit = scalarText(dtmf.digit ?? message.digit)?.toUpperCase();
  if (digit === undefined || !DTMF_DIGIT.test(digit)) return fault("bad-dtmf", "not one of 0-9 * # A-D");
  const durationMs = Number(scalarText(dtmf.duration ?? message.duration) || undefined);
  const callId = idText(dtmf.callId ?? message.callId);
  return {
    type: "dtmf",
    digit,
    ...(durationMs >= 0 && Number.isFinite(durationMs) && { durationMs }),
    ...(callId !== undefined && { callId }),
    raw: message,
  };
}

function parseHangup(message: Json, event: "hangup" | "stop"): PbxMessage {
  const { reason } = asObject(message[event]);
  return typeof reason === "string" && reason !== ""
    ? { type: "hangup", reason: printable(reason, 128), raw: message }
    : { type: "hangup", raw: message };
}

function unknownEvent(event: unknown): Unknown | Fault {
  if (typeof event !== "string" || event === "") return fault("no-event", "the message names no event");
  return { type: "unknown", event: printable(event, 64) };
}

/** Identifiers and numbers come as text, or as a number from senders that did not quote them. */
function scalarText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" && Number.isFinite(value) ? String(value) : undefined;
}

/** An identifier that the call can do without: an unusable one counts as missing. */
function idText(value: unknown): string | undefined {
  const text = scalarText(value);
  return text && isCleanId(text) ? text : undefined;
}

function isWithinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isWithinDepth(inner, depth - 1));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asObject(value: unknown): Json {
  return isObject(value) ? value : {};
}

function fault(code: FaultCode, detail: string): Fault {
  return { type: "fault", code, detail };
}
