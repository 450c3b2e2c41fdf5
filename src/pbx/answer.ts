/** The PBX's side of a call that dialled us: a WebSocket on one side, messages and payloads on the other. */
import { Allowance } from "../allowance.js";
import { FRAME_MS, type MediaFormat } from "../audio/format.js";
import type { Payload } from "../audio/payload.js";
import type { CallInfo, Fault, PbxMessage } from "../protocol/messages.js";
import { parsePbxMessage } from "../protocol/parse.js";
import { mediaSerializer } from "../protocol/serialize.js";
import { closeReason } from "../protocol/text.js";
import { ReadingPace } from "../reading-pace.js";
import type { Connection } from "../websocket/connection.js";

export interface PbxEvents {
  message(message: PbxMessage | Fault): void;
  /** `ms` of agent audio found no room in the socket. */
  congested(ms: number): void;
  /** Exactly once, last. */
  closed(code: number): void;
}

/** A socket that holds more unsent audio than this takes no more. */
const MAX_BUFFERED_MS = 500;
const BINARY_FRAME: Fault = {
  type: "fault",
  code: "binary-frame",
  detail: "a binary frame; this wire is JSON text",
};
/** Forty times what a telephone sends: a minute that was held up arrives in two seconds. */
const READING = { messagesPerS: 2000, bytesPerS: 4 * 1024 * 1024, burstMs: 250 };
/** Faster than anybody presses keys, with enough at once for a number that was stored. */
const KEY_MS = 50;
const KEYS_AT_ONCE = 50;
const TOO_MANY_KEYS: Fault = { type: "fault", code: "bad-dtmf", detail: "more keys than anybody presses" };

export class AnsweredCall {
  readonly #socket: Connection;
  readonly #events: PbxEvents;
  #serialize: ((payload: Payload) => string) | undefined;
  #maxBufferedBytes = 0;
  /** When the peer was last pinged, on the clock of `performance`. */
  #askedAt = Number.NEGATIVE_INFINITY;
  readonly #pace: ReadingPace;
  readonly #keys = new Allowance(KEY_MS * KEYS_AT_ONCE);

  /** @param socket paused; its messages are read from now on. */
  constructor(socket: Connection, events: PbxEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#pace = new ReadingPace(socket, READING);
    socket.on("message", (data, isBinary) => this.#received(data, isBinary));
    // Of what can be wrong with frames only this deserves its own name.
    socket.on("close", (code, _, error) => events.closed(error?.closeCode === 1009 ? 1009 : code));
    socket.resume();
  }

  /** From here on answers can be sent: they carry the ids that `start` named. */
  started(info: CallInfo): void {
    this.#serialize = mediaSerializer(info.callId, info.accountId);
    this.#maxBufferedBytes = maxBufferedBytes(info.format);
  }

  send(payload: Payload): void {
    const socket = this.#socket;
    if (!this.#serialize || !socket.isOpen) return;
    if (socket.bufferedAmount > this.#maxBufferedBytes) this.#events.congested(FRAME_MS);
    else socket.sendText(this.#serialize(payload));
  }

  /** Asks whether the peer still lives; cuts it off if nothing came since the last time, neither an answer nor a message. */
  ping(): void {
    // What came may not be read yet.
    if (this.#socket.isPaused) return;
    if (this.#socket.lastHeardAt < this.#askedAt) this.#socket.terminate();
    else if (this.#socket.isOpen) {
      this.#askedAt = performance.now();
      this.#socket.ping();
    }
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, closeReason(reason));
  }

  #received(bytes: Buffer, isBinary: boolean): void {
    this.#pace.read(bytes.length);
    const message = isBinary ? BINARY_FRAME : parsePbxMessage(bytes.toString());
    const isTooMany = message.type === "dtmf" && this.#keys.take(KEY_MS, performance.now()) > 0;
    this.#events.message(isTooMany ? TOO_MANY_KEYS : message);
  }
}

/** What 500 ms of answers weigh on the wire: base64 and about 150 bytes of JSON around every frame. */
function maxBufferedBytes(format: MediaFormat): number {
  const bytesPerFrame =
    format.encoding === "opus" ? 200 : (format.sampleRate / 50) * (format.encoding === "pcm16" ? 2 : 1);
  return (MAX_BUFFERED_MS / FRAME_MS) * (bytesPerFrame * (4 / 3) + 150);
}
