/** Reads the caller's side of a recording: how the call was announced, what was said and pressed, and how the caller left. */
import { bytesPerMs, type MediaFormat } from "../audio/format.js";
import { loadOpus } from "../audio/opus.js";
import { type OpusFraming, OpusUnframer } from "../audio/opus-framing.js";
import { Payload } from "../audio/payload.js";
import { createPayloadCodec } from "../audio/payload-codec.js";
import { SpeechDetector } from "../audio/speech.js";
import { BridgeError } from "../errors.js";
import { CALLER_FILE, type MediaEvent, type RecordedEvent } from "../recording/format.js";
import { type BadLine, isMedia, type Recording } from "../recording/reader.js";
import type { Key } from "../simulate/script.js";
import { Payloads } from "./payloads.js";

/** A key and where it stands in the order of things. */
export interface RecordedKey extends Key {
  /** In ms of the call's clock. */
  readonly at: number;
  /** The payload that came next. */
  readonly before: number;
}

/** How the call ended, as the caller has to see to it. */
export interface RecordedEnd {
  readonly at: number;
  /** `listen`: not the caller ended it, who stays for as long as it seems worth while. */
  readonly how: "hang-up" | "drop" | "listen";
  /** Whether a message announced the end, and with which reason. */
  readonly hangup: { readonly reason?: string } | undefined;
}

export interface CallerSide {
  readonly format: MediaFormat;
  /** The start message, masked as it was recorded. */
  readonly start: object | undefined;
  /** The payloads, or the packets in them. */
  readonly payloads: Payloads;
  readonly framing: OpusFraming;
  readonly keys: readonly RecordedKey[];
  /** How many of the keys are not known: they are 0 here. */
  readonly maskedKeys: number;
  readonly end: RecordedEnd;
  /** Whether the agent sent anything. */
  readonly agentSent: boolean;
}

/** Enough to tell who speaks. */
const OPUS_RATE = 8000;
/** Nobody telephones for longer: such times are damage. */
const LONGEST_MS = 24 * 3600_000;

/**
 * @param unwrapped gives the packets of an Ogg or WebM stream instead of its payloads.
 * @throws BridgeError `bad-recording` when what the caller said cannot be had.
 */
export async function readCallerSide(recording: Recording, unwrapped: boolean): Promise<CallerSide> {
  const { format } = recording.call;
  const listener = await Listener.open(format, unwrapped);
  const keys: RecordedKey[] = [];
  let maskedKeys = 0;
  let start: object | undefined;
  let hangup: { readonly at: number; readonly reason?: string } | undefined;
  let lastAt = 0;
  let ended: { at: number; reason: unknown } | undefined;
  let agentSent = false;
  let bytesEnd = 0;
  try {
    for await (const event of recording.events()) {
      if (isBad(event)) continue;
      const { t, leg, dir, type } = event;
      lastAt = Math.max(lastAt, t / 1000);
      if (type === "call-ended") {
        ended = { at: lastAt, reason: event.reason };
        break;
      }
      if (leg !== "pbx") continue;
      if (dir === "out") agentSent ||= isMedia(event);
      else if (type === "start") start ??= objectOf(event.message);
      else if (hangup) continue;
      else if (type === "hangup") hangup = { at: lastAt, ...textOf("reason", event.reason) };
      else if (isMedia(event) && event.file === CALLER_FILE) {
        bytesEnd = inOrder(recording, event, bytesEnd);
        listener.push(recording.payloadNow(event), lastAt);
      } else if (type === "dtmf") {
        const { digit, durationMs } = event;
        if (digit === "?") maskedKeys++;
        const known = digit === "?" ? "0" : digit;
        if (typeof known !== "string" || !/^[0-9*#A-D]$/.test(known)) continue;
        const held = typeof durationMs === "number" && durationMs >= 0 ? { durationMs } : {};
        keys.push({ at: lastAt, before: listener.payloads.length, digit: known, ...held });
      }
    }
  } finally {
    listener.free();
  }
  const { payloads } = listener;
  if (lastAt > LONGEST_MS) throw tooLong(recording);
  if (
    recording.call.audio === false ||
    (payloads.length === 0 && (recording.call.summary?.framesIn ?? 0) > 0)
  )
    throw withoutSound(recording);
  const how = ended ? howOf(ended.reason) : "hang-up";
  return {
    format,
    start,
    payloads,
    framing: listener.framing,
    keys,
    maskedKeys,
    end: { at: hangup?.at ?? ended?.at ?? lastAt, how, hangup },
    agentSent,
  };
}

/** A recording that breaks off is taken for a call that the caller ended there. */
function howOf(reason: unknown): RecordedEnd["how"] {
  if (reason === "caller-hung-up") return "hang-up";
  return reason === "caller-lost" ? "drop" : "listen";
}

/** Decodes what the caller said, to know how long each payload is and whether it is speech. */
class Listener {
  readonly payloads = new Payloads();
  readonly #codec: ReturnType<typeof createPayloadCodec>;
  readonly #speech: SpeechDetector;
  readonly #perMs: number;
  readonly #sniffer: OpusUnframer | undefined;
  readonly #unwrapped: boolean;

  private constructor(codec: ReturnType<typeof createPayloadCodec>, isOpus: boolean, unwrapped: boolean) {
    this.#codec = codec;
    this.#speech = new SpeechDetector(codec.plain);
    this.#perMs = bytesPerMs(codec.plain);
    this.#sniffer = isOpus ? new OpusUnframer() : undefined;
    this.#unwrapped = unwrapped;
  }

  static async open(format: MediaFormat, unwrapped: boolean): Promise<Listener> {
    const opus = format.encoding === "opus" ? await loadOpus() : undefined;
    const codec = createPayloadCodec(format, {
      agentRate: OPUS_RATE,
      ...(opus && { opus, opusFraming: "raw" as const }),
    });
    return new Listener(codec, opus !== undefined, unwrapped);
  }

  get framing(): OpusFraming {
    return this.#sniffer?.framing ?? "raw";
  }

  push(bytes: Buffer, at: number): void {
    const packets = this.#sniffer ? this.#sniffer.push(bytes) : [bytes];
    if (this.#unwrapped) for (const packet of packets) this.#add(packet, [packet], at);
    else this.#add(bytes, packets, at);
  }

  #add(bytes: Uint8Array, packets: readonly Uint8Array[], at: number): void {
    let length = 0;
    let voiced = false;
    for (const packet of packets) {
      const plain = this.#codec.decode(Payload.fromBytes(packet));
      length += plain.length;
      if (this.#speech.push(plain)) voiced = true;
    }
    this.payloads.add(bytes, at, length / this.#perMs, voiced);
  }

  free(): void {
    this.#codec.free();
  }
}

/** Payloads follow each other in the file. Lines that say otherwise could make an hour of one second. */
function inOrder({ folder }: Recording, { offset, length }: MediaEvent, bytesEnd: number): number {
  if (offset >= bytesEnd) return offset + length;
  throw new BridgeError(
    "bad-recording",
    `${folder} cannot be replayed: its payloads overlap in ${CALLER_FILE}`,
    {
      fix: "Its events.jsonl is damaged: look for lines whose offset goes back.",
    },
  );
}

function withoutSound({ folder }: Recording): BridgeError {
  return new BridgeError(
    "bad-recording",
    `${folder} cannot be replayed: it holds nothing of what the caller said`,
    {
      fix: "Record the call again, without --no-audio.",
    },
  );
}

function tooLong({ folder }: Recording): BridgeError {
  return new BridgeError("bad-recording", `${folder} cannot be replayed: it goes on for more than a day`, {
    fix: "Its events.jsonl is damaged: look for lines whose t jumps ahead.",
  });
}

function isBad(event: RecordedEvent | BadLine): event is BadLine {
  return event.type === "bad-line";
}

function objectOf(value: unknown): object | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

function textOf<K extends string>(key: K, value: unknown): { [name in K]?: string } {
  return (typeof value === "string" ? { [key]: value } : {}) as { [name in K]?: string };
}
