/** What a real PBX, or a carrier behind it, may do otherwise than its document says: one table, and the messages as such a PBX writes them. */
import type { CallInfo } from "./messages.js";
import type { Profile } from "./profiles.js";

/** How sure it is that a PBX does this. */
export type Certainty =
  /** Stands in the vendor's public document, or follows from it. */
  | "documented"
  /** Stands in the vendor's later documents, v06 and v07. */
  | "in later documents"
  /** An integrator has met it on real calls. */
  | "seen live"
  /** Known from the vendor's example endpoint only. */
  | "in the example"
  /** Nobody knows; an endpoint had better be ready. */
  | "unknown";

export interface Quirk {
  /** One line for `help quirks`. */
  readonly summary: string;
  readonly certainty: Certainty;
  /** The messages of one moment, in order, as this PBX writes them. Absent where only the audio is odd. */
  readonly rewrite?: (messages: readonly Message[]) => readonly Message[];
}

/** A JSON message: `event`, and an object of that name. */
export type Message = Readonly<Record<string, unknown>> & { readonly event: string };

// biome-ignore format: a table reads best with one row after the other.
const TABLE = {
  "string-sample-rate": { certainty: "documented",
    summary: "start has its sampleRate as text",
    rewrite: inside("start", ({ mediaFormat, ...start }) =>
      ({ ...start, mediaFormat: { ...(mediaFormat as object), sampleRate: String((mediaFormat as { sampleRate: number }).sampleRate) } })) },
  "leading-connected": { certainty: "in the example",
    summary: "connected comes before start",
    rewrite: (messages) => leads(messages) ? [{ event: "connected" }, ...messages] : messages },
  "connected-protocol": { certainty: "in later documents",
    summary: "connected comes before start and names a protocol",
    rewrite: (messages) => [
      ...(leads(messages) ? [{ event: "connected" }] : []), ...messages,
    ].map((message) => message.event === "connected" ? { ...message, connected: { protocol: "media-stream" } } : message) },
  "no-other-leg": { certainty: "documented",
    summary: "no message has otherLegCallId",
    rewrite: (messages) => messages.map((message) => edited(message, ({ otherLegCallId: _, ...rest }) => rest)) },
  "opaque-numbers": { certainty: "unknown",
    summary: "caller and callee are not E.164 numbers",
    rewrite: inside("start", (start) => ({ ...start, callerIdNumber: "anonymous", calleeIdNumber: "1001@pbx.example" })) },
  "extra-fields": { certainty: "seen live",
    summary: "every message has fields that nobody knows",
    rewrite: (messages) => messages.map((message) =>
      ({ ...edited(message, (inner) => ({ ...inner, ...UNKNOWN_FIELDS })), ...UNKNOWN_FIELDS })) },
  "unknown-events": { certainty: "seen live",
    summary: "messages of unknown names come all through the call",
    rewrite: (messages) => messages.flatMap((message) => ENDS.includes(message.event) ? [UNKNOWN_EVENT, message] : [message]) },
  "dtmf-other-id": { certainty: "seen live",
    summary: "dtmf has the ids of another leg than start",
    rewrite: inside("dtmf", (dtmf) => 
      ({ ...dtmf, callId: `other-${dtmf.callId}`, ...(dtmf.otherLegCallId !== undefined && { otherLegCallId: dtmf.callId }) })) },
  "dtmf-duration": { certainty: "in later documents",
    summary: "dtmf says how long the key was held",
    rewrite: inside("dtmf", (dtmf) => ({ ...dtmf, duration: 160 })) },
  "dtmf-top-level": { certainty: "seen live",
    summary: "dtmf has its digit at the top level",
    rewrite: (messages) => messages.map((message) => {
      if (message.event !== "dtmf") return message;
      const { digit, duration, ...dtmf } = message.dtmf as Json;
      return { ...message, digit, duration, dtmf };
    }) },
  "hangup-without-reason": { certainty: "in later documents",
    summary: "hangup says no reason",
    rewrite: inside("hangup", ({ reason: _, ...hangup }) => hangup) },
  "stop-for-hangup": { certainty: "in the example",
    summary: "stop comes in place of hangup",
    rewrite: (messages) => messages.map(({ event, hangup, ...rest }) =>
      event === "hangup" ? { event: "stop", stop: hangup, ...rest } : { event, ...(hangup !== undefined && { hangup }), ...rest }) },
  "close-without-hangup": { certainty: "documented",
    summary: "the socket is closed without a word",
    rewrite: (messages) => messages.filter(({ event }) => !ENDS.includes(event)) },
  "odd-frames": { certainty: "unknown",
    summary: "payloads of odd sizes instead of 20 ms" },
  "silence-suppression": { certainty: "seen live",
    summary: "no media while the caller is silent" },
  "clipped-start": { certainty: "seen live",
    summary: "the agent's first 300 ms are not heard" },
} as const satisfies Readonly<Record<string, Quirk>>;

export type QuirkName = keyof typeof TABLE;

/** In the order in which they are applied. */
export const QUIRKS: Readonly<Record<QuirkName, Quirk>> = TABLE;

export const QUIRK_NAMES = Object.keys(TABLE) as QuirkName[];

/** All that can be had in one call: a call without `hangup` would hide how `hangup` is odd. */
export const EVERY_QUIRK: readonly QuirkName[] = QUIRK_NAMES.filter(
  (name) => name !== "close-without-hangup",
);

/** What of the agent's first audio is lost on a line that opens too late. */
export const CLIPPED_START_MS = 300;

/** What is added to every message, and to what is inside it, where unknown fields are wanted. */
export const UNKNOWN_FIELDS = { vendorRef: "x-1", flags: [1, null, { nested: true }] };

/** A message of a name that the wire does not define. */
export const UNKNOWN_EVENT: Message = { event: "call-progress", "call-progress": { state: "unknown" } };

const ENDS = ["hangup", "stop"];

/** `profile` as a PBX with these quirks follows it. What the profile does not know stays unknown. */
export function withQuirks(profile: Profile, names: readonly QuirkName[]): Profile {
  const rewrites = QUIRK_NAMES.filter((name) => names.includes(name)).flatMap(
    (name) => QUIRKS[name].rewrite ?? [],
  );
  if (rewrites.length === 0) return profile;
  const rewritten = (texts: readonly string[]): string[] =>
    rewrites
      .reduce(
        (messages, rewrite) => rewrite(messages),
        texts.flatMap((text): readonly Message[] => [JSON.parse(text)]) as readonly Message[],
      )
      .map((message) => JSON.stringify(message));
  const { opening, dtmf, closing } = profile;
  return {
    summary: profile.summary,
    opening: (call) => rewritten(opening(call)),
    ...(dtmf && {
      dtmf: (call: CallInfo, digit: string, durationMs?: number) =>
        rewritten([dtmf(call, digit, durationMs)])[0],
    }),
    closing: (call, reason) => rewritten(closing(call, reason)),
  };
}

type Json = Readonly<Record<string, unknown>>;

/** Rewrites what is inside the messages of one name. */
function inside(
  event: string,
  edit: (content: Json) => Json,
): (messages: readonly Message[]) => readonly Message[] {
  return (messages) => messages.map((message) => (message.event === event ? edited(message, edit) : message));
}

function edited(message: Message, edit: (content: Json) => Json): Message {
  const content = message[message.event];
  return content === undefined ? message : { ...message, [message.event]: edit(content as Json) };
}

/** Whether these messages open a call, and nothing comes before `start`. */
function leads(messages: readonly Message[]): boolean {
  return messages[0]?.event === "start";
}
