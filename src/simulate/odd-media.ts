/** The media of a PBX with quirks: what it sends in place of one payload of 20 ms. */
import { FRAME_MS, type MediaFormat } from "../audio/format.js";
import { OpusUnframer } from "../audio/opus-framing.js";
import { Payload } from "../audio/payload.js";
import { type QuirkName, UNKNOWN_EVENT, UNKNOWN_FIELDS } from "../protocol/quirks.js";
import { serializeCallerMedia } from "../protocol/serialize.js";
import type { TrackFrame } from "./track.js";

/** One message to send. Without `payload` it holds no audio. */
export interface MediaMessage {
  readonly payload?: Payload;
  readonly message: string;
}

/** Frames come every 20 ms, in order; what is due with each is given back. */
export type OddMedia = (frame: TrackFrame) => readonly MediaMessage[];

/** Sizes in bytes, one after the other: a single byte, odd ones that cut samples in two, a whole frame, more than a frame. */
const ODD_SIZES = [7, 33, 160, 1, 320, 99, 481, 2];
/** A PBX that suppresses silence still sends this much of it after speech. */
const HANGOVER_MS = 200;
const UNKNOWN_EVERY_MS = 1000;

/** One call's media with these quirks; undefined when none of them is about media. */
export function oddMedia(quirks: readonly QuirkName[], format: MediaFormat): OddMedia | undefined {
  const steps: ((messages: readonly MediaMessage[], frame: TrackFrame) => readonly MediaMessage[])[] = [];
  if (quirks.includes("silence-suppression")) steps.push(silenceSuppressed());
  if (quirks.includes("odd-frames")) steps.push(oddFrames(format));
  if (quirks.includes("extra-fields")) steps.push((messages) => messages.map(withUnknownFields));
  if (quirks.includes("unknown-events")) steps.push(unknownEvents());
  if (steps.length === 0) return undefined;
  return (frame) => steps.reduce<readonly MediaMessage[]>((messages, step) => step(messages, frame), [frame]);
}

type Step = (messages: readonly MediaMessage[], frame: TrackFrame) => readonly MediaMessage[];

function silenceSuppressed(): Step {
  // The first frame always goes: it may carry the head of an Opus container.
  let silentMs = -FRAME_MS;
  return (messages, { voiced }) => {
    silentMs = voiced ? 0 : silentMs + FRAME_MS;
    return silentMs <= HANGOVER_MS ? messages : [];
  };
}

/** The same bytes, cut elsewhere. A raw Opus packet cannot be cut: it is one payload always. */
function oddFrames({ encoding }: MediaFormat): Step {
  const unframer = encoding === "opus" ? new OpusUnframer() : undefined;
  let waiting = Buffer.alloc(0);
  let next = 0;
  return (messages) => {
    const bytes = Buffer.concat(messages.map(({ payload }) => (payload as Payload).bytes));
    if (unframer && unframer.framing === undefined) unframer.push(bytes);
    if (unframer?.framing === "raw") return messages;
    waiting = Buffer.concat([waiting, bytes]);
    const cut: MediaMessage[] = [];
    for (let size = ODD_SIZES[next]; waiting.length >= size; size = ODD_SIZES[next]) {
      const payload = Payload.fromBytes(waiting.subarray(0, size));
      cut.push({ payload, message: serializeCallerMedia(payload) });
      waiting = waiting.subarray(size);
      next = (next + 1) % ODD_SIZES.length;
    }
    return cut;
  };
}

function withUnknownFields({ payload, message }: MediaMessage): MediaMessage {
  const { event, media } = JSON.parse(message) as { event: string; media: object };
  const odd = { event, media: { ...media, ...UNKNOWN_FIELDS }, ...UNKNOWN_FIELDS };
  return { payload, message: JSON.stringify(odd) };
}

function unknownEvents(): Step {
  let ms = -FRAME_MS;
  return (messages) => {
    ms += FRAME_MS;
    return ms % UNKNOWN_EVERY_MS === 0 ? [{ message: JSON.stringify(UNKNOWN_EVENT) }, ...messages] : messages;
  };
}
