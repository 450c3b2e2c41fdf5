/** The media-stream dialects that we speak to agents in the place of Twilio and its relatives: one table of differences. */
import type { MediaFormat } from "../../audio/format.js";
import type { CallInfo } from "../../protocol/messages.js";
import type { JsonObject } from "../wire/json.js";

/** Who a call is on such a wire. */
export interface StreamIds {
  readonly stream: string;
  readonly call: string;
  readonly account: string;
}

/** What stands in the opening of a stream. */
export interface StreamStart {
  readonly ids: StreamIds;
  readonly call: CallInfo;
  /** What the vendor's user would have configured for this agent. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly format: MediaFormat;
  /** What the agent must call its audio, on a wire where it says so. */
  readonly contentType?: string;
}

/** What an agent says on such a wire. */
export type StreamMessage =
  | { readonly type: "audio"; readonly base64: string; readonly contentType?: string }
  | { readonly type: "mark"; readonly name: string }
  | { readonly type: "clear" }
  | { readonly type: "digits"; readonly digits: string };

/** The place of a message in its stream. */
export interface Place {
  /** Of all numbered messages, from 1. */
  readonly sequence: number;
  /** Of the media messages, from 1. */
  readonly chunk: number;
  /** Milliseconds of audio since the stream began. */
  readonly timestamp: number;
}

export interface Dialect {
  readonly name: string;
  ids(id: (prefix: string) => string): StreamIds;
  /** Everything before the first audio, `start` last. `start` has the sequence number 1. */
  opening(start: StreamStart): readonly object[];
  /** The message around a piece of audio: what is before its base64 text, and what is behind. */
  media(ids: StreamIds, place: Place): readonly [before: string, after: string];
  dtmf(ids: StreamIds, sequence: number, digit: string, durationMs: number | undefined): object;
  mark(ids: StreamIds, sequence: number, name: string): object;
  /** The answer to a `clear`, where there is one. */
  cleared?(ids: StreamIds, sequence: number): object;
  /** Marks that a `clear` made unreachable come back too. */
  readonly marksOnClear: boolean;
  /** The last message, where there is one. */
  stop?(ids: StreamIds, sequence: number): object;
  /** @returns undefined for what the wire does not have. */
  read(message: JsonObject): StreamMessage | undefined;
}

export const TWILIO: Dialect = {
  name: "twilio",
  ids: (id) => ({ stream: sid("MZ", id), call: sid("CA", id), account: sid("AC", id) }),
  opening: ({ ids, parameters }) => [
    { event: "connected", protocol: "Call", version: "1.0.0" },
    {
      event: "start",
      sequenceNumber: "1",
      start: {
        accountSid: ids.account,
        streamSid: ids.stream,
        callSid: ids.call,
        tracks: ["inbound"],
        mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
        customParameters: parameters,
      },
      streamSid: ids.stream,
    },
  ],
  media: (ids, { sequence, chunk, timestamp }) => [
    `{"event":"media","sequenceNumber":"${sequence}","media":{"track":"inbound","chunk":"${chunk}","timestamp":"${timestamp}","payload":"`,
    `"},"streamSid":"${ids.stream}"}`,
  ],
  dtmf: (ids, sequence, digit) => ({
    event: "dtmf",
    streamSid: ids.stream,
    sequenceNumber: `${sequence}`,
    dtmf: { track: "inbound_track", digit },
  }),
  mark: (ids, sequence, name) => ({
    event: "mark",
    sequenceNumber: `${sequence}`,
    streamSid: ids.stream,
    mark: { name },
  }),
  marksOnClear: true,
  stop: (ids, sequence) => ({
    event: "stop",
    sequenceNumber: `${sequence}`,
    stop: { accountSid: ids.account, callSid: ids.call },
    streamSid: ids.stream,
  }),
  read: readTwilio,
};

export const TELNYX: Dialect = {
  name: "telnyx",
  ids: (id) => ({ stream: uuid(id("stream")), call: `v3:${id("call")}`, account: uuid(id("account")) }),
  opening: ({ ids, call, parameters }) => [
    { event: "connected", version: "1.0.0" },
    {
      event: "start",
      sequence_number: "1",
      start: {
        user_id: ids.account,
        call_control_id: ids.call,
        call_session_id: ids.stream,
        from: call.caller,
        to: call.callee,
        custom_parameters: parameters,
        media_format: { encoding: "PCMU", sample_rate: 8000, channels: 1 },
      },
      stream_id: ids.stream,
    },
  ],
  media: (ids, { sequence, chunk, timestamp }) => [
    `{"event":"media","sequence_number":"${sequence}","media":{"track":"inbound","chunk":"${chunk}","timestamp":"${timestamp}","payload":"`,
    `"},"stream_id":"${ids.stream}"}`,
  ],
  dtmf: (ids, sequence, digit) => ({
    event: "dtmf",
    stream_id: ids.stream,
    sequence_number: `${sequence}`,
    dtmf: { digit },
  }),
  mark: (ids, sequence, name) => ({
    event: "mark",
    sequence_number: `${sequence}`,
    stream_id: ids.stream,
    mark: { name },
  }),
  marksOnClear: true,
  stop: (ids, sequence) => ({
    event: "stop",
    sequence_number: `${sequence}`,
    stop: { user_id: ids.account, call_control_id: ids.call },
    stream_id: ids.stream,
  }),
  read: readTwilio,
};

export const EXOTEL: Dialect = {
  name: "exotel",
  ids: (id) => ({ stream: id("stream"), call: id("call"), account: id("account") }),
  opening: ({ ids, call, parameters, format }) => [
    { event: "connected" },
    {
      event: "start",
      sequence_number: "1",
      stream_sid: ids.stream,
      start: {
        stream_sid: ids.stream,
        call_sid: ids.call,
        account_sid: ids.account,
        from: call.caller,
        to: call.callee,
        custom_parameters: parameters,
        media_format: { encoding: "audio/x-raw", sample_rate: `${format.sampleRate}`, bit_rate: "16" },
      },
    },
  ],
  media: (ids, { sequence, chunk, timestamp }) => [
    `{"event":"media","sequence_number":"${sequence}","stream_sid":"${ids.stream}","media":{"chunk":"${chunk}","timestamp":"${timestamp}","payload":"`,
    `"}}`,
  ],
  dtmf: (ids, sequence, digit, durationMs = 100) => ({
    event: "dtmf",
    sequence_number: `${sequence}`,
    stream_sid: ids.stream,
    dtmf: { digit, duration: `${durationMs}` },
  }),
  mark: (ids, sequence, name) => ({
    event: "mark",
    sequence_number: `${sequence}`,
    stream_sid: ids.stream,
    mark: { name },
  }),
  marksOnClear: true,
  stop: (ids, sequence) => ({
    event: "stop",
    sequence_number: `${sequence}`,
    stream_sid: ids.stream,
    stop: { call_sid: ids.call, account_sid: ids.account, reason: "callended" },
  }),
  read: readTwilio,
};

export const PLIVO: Dialect = {
  name: "plivo",
  ids: (id) => ({
    stream: uuid(id("stream")),
    call: uuid(id("call")),
    account: id("account").slice(0, 20),
  }),
  opening: ({ ids, parameters, format }) => [
    {
      sequenceNumber: 1,
      event: "start",
      start: {
        callId: ids.call,
        streamId: ids.stream,
        accountId: ids.account,
        tracks: ["inbound"],
        mediaFormat: { encoding: plivoEncoding(format), sampleRate: format.sampleRate },
      },
      extra_headers: JSON.stringify(parameters),
    },
  ],
  media: (ids, { sequence, chunk, timestamp }) => [
    `{"sequenceNumber":${sequence},"streamId":"${ids.stream}","event":"media","media":{"track":"inbound","timestamp":"${timestamp}","chunk":${chunk},"payload":"`,
    `"},"extra_headers":""}`,
  ],
  dtmf: (ids, sequence, digit) => ({
    event: "dtmf",
    sequenceNumber: sequence,
    streamId: ids.stream,
    dtmf: { track: "inbound", digit },
    extra_headers: "",
  }),
  mark: (ids, sequence, name) => ({
    event: "playedStream",
    sequenceNumber: sequence,
    streamId: ids.stream,
    name,
  }),
  marksOnClear: false,
  cleared: (ids, sequence) => ({ event: "clearedAudio", sequenceNumber: sequence, streamId: ids.stream }),
  read(message) {
    if (message.event === "clearAudio") return { type: "clear" };
    if (message.event === "playAudio") {
      const { payload, contentType, sampleRate } = part(message.media);
      if (typeof payload !== "string") return undefined;
      if (typeof contentType !== "string") return { type: "audio", base64: payload };
      const whole = contentType.includes(";") ? contentType : `${contentType};rate=${sampleRate}`;
      return { type: "audio", base64: payload, contentType: whole };
    }
    if (message.event === "checkpoint" && typeof message.name === "string") {
      return { type: "mark", name: message.name };
    }
    if (message.event === "sendDTMF" && typeof message.dtmf === "string") {
      return { type: "digits", digits: message.dtmf };
    }
    return undefined;
  },
};

/** What Plivo calls a format. */
export function plivoEncoding({ encoding }: MediaFormat): string {
  return encoding === "pcm16" ? "audio/x-l16" : "audio/x-mulaw";
}

/** Stream ids in messages are not looked at: there is one stream on a socket, and agents often leave them out. */
function readTwilio(message: JsonObject): StreamMessage | undefined {
  if (message.event === "clear") return { type: "clear" };
  if (message.event === "media") {
    const { payload } = part(message.media);
    return typeof payload === "string" ? { type: "audio", base64: payload } : undefined;
  }
  if (message.event === "mark") {
    const { name } = part(message.mark);
    return typeof name === "string" ? { type: "mark", name } : undefined;
  }
  return undefined;
}

function part(value: unknown): JsonObject {
  return typeof value === "object" && value !== null ? (value as JsonObject) : {};
}

/** Two letters and 32 hexadecimal digits: some agents check that. */
function sid(prefix: string, id: (prefix: string) => string): string {
  return prefix + id(prefix);
}

function uuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
