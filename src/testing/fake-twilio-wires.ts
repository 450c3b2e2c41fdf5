/** What agents of Twilio's media streams and its relatives expect, as the vendors' pages have it; nothing of ours is used. */

export type StreamDialect = "twilio" | "telnyx" | "plivo" | "exotel";

type Message = Readonly<Record<string, unknown>>;

export interface StreamWire {
  /** The first message of all, where there is one. */
  readonly connected?: object;
  /** Names of the fields that every message has. */
  readonly stream: string;
  readonly sequence: string;
  readonly numbers: "text" | "number";
  /** Whether audio names its track. */
  readonly track: boolean;
  readonly markEvent: string;
  readonly marksOnClear: boolean;
  /** The agent names the stream in what it says. */
  readonly addressed: boolean;
  markName(message: Message): unknown;
  streamOf(start: Message): string;
  parameters(start: Message): unknown;
  startFault(start: Message): string | undefined;
  stopFault(stop: Message, start: Message): string | undefined;
  readonly say: {
    audio(base64: string, bytesPerMs: number): object;
    mark(name: string): object;
    clear(): object;
  };
}

const TWILIO_SAYS = {
  audio: (payload: string) => ({ event: "media", media: { payload } }),
  mark: (name: string) => ({ event: "mark", mark: { name } }),
  clear: () => ({ event: "clear" }),
};

export const WIRES: Readonly<Record<StreamDialect, StreamWire>> = {
  twilio: {
    connected: { event: "connected", protocol: "Call", version: "1.0.0" },
    stream: "streamSid",
    sequence: "sequenceNumber",
    numbers: "text",
    track: true,
    markEvent: "mark",
    marksOnClear: true,
    addressed: true,
    markName: (message) => part(message.mark).name,
    streamOf: (start) => `${start.streamSid}`,
    parameters: (start) => part(start.start).customParameters,
    startFault(message) {
      const start = part(message.start);
      if (!/^MZ[0-9a-f]{32}$/.test(`${start.streamSid}`)) return "start.streamSid is no SID";
      if (!/^CA[0-9a-f]{32}$/.test(`${start.callSid}`)) return "start.callSid is no SID";
      if (!/^AC[0-9a-f]{32}$/.test(`${start.accountSid}`)) return "start.accountSid is no SID";
      if (message.streamSid !== start.streamSid) return "start has two stream SIDs";
      if (!same(start.tracks, ["inbound"])) return "start.tracks is not inbound";
      if (!same(start.mediaFormat, { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 }))
        return "start.mediaFormat is not that of Twilio";
      return textsOnly(start.customParameters);
    },
    stopFault(message, { start }) {
      const { accountSid, callSid } = part(start);
      return same(message.stop, { accountSid, callSid }) ? undefined : "stop of another call";
    },
    say: TWILIO_SAYS,
  },
  telnyx: {
    connected: { event: "connected", version: "1.0.0" },
    stream: "stream_id",
    sequence: "sequence_number",
    numbers: "text",
    track: true,
    markEvent: "mark",
    marksOnClear: true,
    addressed: false,
    markName: (message) => part(message.mark).name,
    streamOf: (start) => `${start.stream_id}`,
    parameters: (start) => part(start.start).custom_parameters,
    startFault(message) {
      const start = part(message.start);
      if (!isUuid(message.stream_id)) return "stream_id is no UUID";
      if (!`${start.call_control_id}`.startsWith("v3:")) return "start.call_control_id is none";
      if (typeof start.from !== "string" || typeof start.to !== "string") return "start has no numbers";
      if (!same(start.media_format, { encoding: "PCMU", sample_rate: 8000, channels: 1 }))
        return "start.media_format is not PCMU";
      return textsOnly(start.custom_parameters);
    },
    stopFault: (message, { start }) =>
      part(message.stop).call_control_id === part(start).call_control_id ? undefined : "stop of another call",
    say: TWILIO_SAYS,
  },
  plivo: {
    stream: "streamId",
    sequence: "sequenceNumber",
    numbers: "number",
    track: true,
    markEvent: "playedStream",
    marksOnClear: false,
    addressed: true,
    markName: (message) => message.name,
    streamOf: (start) => `${part(start.start).streamId}`,
    parameters: (start) => JSON.parse(`${start.extra_headers}`),
    startFault(message) {
      const start = part(message.start);
      if (!isUuid(start.streamId) || !isUuid(start.callId))
        return "start.streamId or start.callId is no UUID";
      if (typeof start.accountId !== "string") return "start has no accountId";
      const { encoding, sampleRate } = part(start.mediaFormat);
      if (typeof sampleRate !== "number") return "start.mediaFormat.sampleRate is no number";
      if (!/^audio\/x-(mulaw|l16)$/.test(`${encoding}`)) return "start.mediaFormat.encoding is none";
      return undefined;
    },
    stopFault: () => "stop, which this wire does not have",
    say: {
      audio: (payload, bytesPerMs) => ({
        event: "playAudio",
        media: {
          contentType: bytesPerMs === 8 ? "audio/x-mulaw" : "audio/x-l16",
          sampleRate: bytesPerMs === 32 ? 16_000 : 8000,
          payload,
        },
      }),
      mark: (name) => ({ event: "checkpoint", name }),
      clear: () => ({ event: "clearAudio" }),
    },
  },
  exotel: {
    connected: { event: "connected" },
    stream: "stream_sid",
    sequence: "sequence_number",
    numbers: "text",
    track: false,
    markEvent: "mark",
    marksOnClear: true,
    addressed: true,
    markName: (message) => part(message.mark).name,
    streamOf: (start) => `${start.stream_sid}`,
    parameters: (start) => part(start.start).custom_parameters,
    startFault(message) {
      const start = part(message.start);
      for (const field of ["stream_sid", "call_sid", "account_sid", "from", "to"])
        if (typeof start[field] !== "string") return `start.${field} is no text`;
      if (message.stream_sid !== start.stream_sid) return "start has two stream SIDs";
      if (!/^(8|16|24)000$/.test(`${part(start.media_format).sample_rate}`)) return "no sample rate";
      return textsOnly(start.custom_parameters);
    },
    stopFault: (message, { start }) =>
      part(message.stop).call_sid === part(start).call_sid ? undefined : "stop of another call",
    say: TWILIO_SAYS,
  },
};

function part(value: unknown): Message {
  return typeof value === "object" && value !== null ? (value as Message) : {};
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isUuid(value: unknown): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(`${value}`);
}

function textsOnly(parameters: unknown): string | undefined {
  const values = Object.values(part(parameters));
  return values.every((value) => typeof value === "string") ? undefined : "a custom parameter is no text";
}
