/** One end of a WebSocket (RFC 6455) on a socket that has been upgraded. A flood is read a little at a time, so that it holds up nobody else. */
import { isUtf8 } from "node:buffer";
import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { encodeFrame, FrameError, FrameReader, type Message, type MessageLimits, OPCODE } from "./frames.js";
import { readBytes } from "./read-bytes.js";

export interface ConnectionOptions extends MessageLimits {
  /** We asked for the connection: what we send is masked. */
  readonly isClient: boolean;
}

export interface ConnectionEvents {
  message: [data: Buffer, isBinary: boolean];
  ping: [];
  pong: [];
  /**
   * Exactly once, last. `code` is what the far end closed with: 1005 if it gave none, 1006 if it did not close. `error` says what was
   * wrong with what it sent.
   */
  close: [code: number, reason: string, error: FrameError | undefined];
}

/** So much is read before others have their turn: 32 little messages, or one that is large. */
const TURN = 32;
/** As much work as a little message. */
const BYTES_OF_WORK = 2048;
/** Of what we do not look at yet, so much is held; the rest waits in the network. */
const MAX_HELD_BYTES = 16 * 1024;
/** Who does not answer our close, or does not read what we still had to say, is cut off. */
const CLOSE_TIMEOUT_MS = 2000;
/** Who asks so often without waiting for an answer is cut off, */
const MAX_PINGS_AT_ONCE = 100;
/** and who does not read the answers gets no more: the last one would do for all (RFC 6455 section 5.5.3). */
const MAX_UNSENT_BYTES = 64 * 1024;
const NO_CODE = 1005;
const NO_CLOSE = 1006;
const NOTHING = Buffer.alloc(0);

/** Paused at first, so that no message is missed: attach your listeners, then `resume()`. */
export class Connection extends EventEmitter<ConnectionEvents> {
  readonly #socket: Duplex;
  readonly #isClient: boolean;
  readonly #reader: FrameReader;
  /** Among what was read at once. */
  #pings = 0;
  #isOpen = true;
  #lastHeardAt = performance.now();
  #isPaused = true;
  /** Something has come that is not looked at yet, and is to be in the next turn of the event loop. */
  #hasUnread = false;
  #isWaiting = false;
  /** Nothing that still comes is looked at. */
  #ignoresInput = false;
  #isSocketClosed = false;
  #hasToldClose = false;
  #closed: [code: number, reason: string] = [NO_CLOSE, ""];
  #error: FrameError | undefined;
  #timeout: NodeJS.Timeout | undefined;

  /** @param head what came with the upgrade. */
  constructor(socket: Duplex, head: Buffer, { isClient, ...limits }: ConnectionOptions) {
    super();
    this.#socket = socket;
    this.#isClient = isClient;
    this.#reader = new FrameReader({ ...limits, isMasked: !isClient });
    if (head.length > 0) this.#read(head);
    readBytes(socket, (chunk) => this.#read(chunk));
    socket.on("end", () => this.#afterMessages());
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      this.#isOpen = false;
      this.#isSocketClosed = true;
      clearTimeout(this.#timeout);
      this.#afterMessages();
    });
  }

  /** False as soon as either end wants to close. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** When anything last came, on the clock of `performance`: a sign of life, whatever it was. */
  get lastHeardAt(): number {
    return this.#lastHeardAt;
  }

  /** Bytes that wait to be sent. */
  get bufferedAmount(): number {
    return this.#socket.writableLength;
  }

  sendText(text: string | Uint8Array): void {
    this.#send(OPCODE.text, text);
  }

  sendBytes(bytes: Uint8Array): void {
    this.#send(OPCODE.binary, bytes);
  }

  ping(): void {
    this.#send(OPCODE.ping, NOTHING);
  }

  /** Stops at the next message, also among those that have come already. When the far end has gone, there is nothing left to hold back. */
  pause(): void {
    if (!this.#isSocketClosed) this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#hasUnread) this.#readOn();
  }

  /** Says good-bye; the far end has two seconds to answer. @param reason at most 123 bytes of UTF-8. */
  close(code: number, reason: string): void {
    const text = Buffer.from(reason);
    const payload = Buffer.allocUnsafe(2 + text.length);
    payload.writeUInt16BE(code);
    payload.set(text, 2);
    if (this.#isOpen) this.#sayGoodbye(payload);
    // Its answer is waited for, whoever had paused.
    this.resume();
  }

  /** Cuts the connection. */
  terminate(): void {
    this.#isOpen = false;
    this.#ignoresInput = true;
    if (this.#isSocketClosed) process.nextTick(() => this.#tellClose());
    else this.#socket.destroy();
  }

  #send(opcode: number, data: string | Uint8Array): void {
    if (this.#isOpen) this.#socket.write(encodeFrame(opcode, data, this.#isClient));
  }

  #read(chunk: Buffer): void {
    this.#lastHeardAt = performance.now();
    if (this.#ignoresInput) return;
    this.#reader.push(chunk);
    this.#hasUnread = true;
    if (!this.#isPaused && !this.#isWaiting) this.#readMessages();
    else if (this.#reader.unreadBytes > MAX_HELD_BYTES) this.#socket.pause();
  }

  #readMessages(): void {
    try {
      let work = 0;
      while (!this.#ignoresInput && !this.#isPaused) {
        if (work >= TURN) {
          this.#readOn();
          return;
        }
        const message = this.#reader.next();
        if (!message) {
          this.#hasUnread = false;
          this.#pings = 0;
          break;
        }
        this.#take(message);
        work += 1 + Math.floor(message.payload.length / BYTES_OF_WORK);
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#fail(error);
    }
    this.#afterMessages();
  }

  /** An end is told after the messages that came before it, which may take some turns; without one the socket is read on. */
  #afterMessages(): void {
    if (this.#hasUnread && !this.#ignoresInput) return;
    if (this.#isSocketClosed) this.#tellClose();
    else if (this.#socket.readableEnded) this.#end();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  /** Goes on reading when all others have had their turn. */
  #readOn(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    setImmediate(() => {
      this.#isWaiting = false;
      this.#readMessages();
    });
  }

  #tellClose(): void {
    if (this.#hasToldClose) return;
    this.#hasToldClose = true;
    this.emit("close", ...this.#closed, this.#error);
  }

  #take({ opcode, payload }: Message): void {
    if (opcode === OPCODE.text || opcode === OPCODE.binary)
      this.emit("message", payload, opcode === OPCODE.binary);
    else if (opcode === OPCODE.pong) this.emit("pong");
    else if (opcode === OPCODE.close) this.#closedBy(payload);
    else this.#pinged(payload);
  }

  #pinged(payload: Buffer): void {
    if (this.bufferedAmount < MAX_UNSENT_BYTES) this.#send(OPCODE.pong, payload);
    this.emit("ping");
    if (++this.#pings > MAX_PINGS_AT_ONCE) this.terminate();
  }

  #closedBy(payload: Buffer): void {
    const code = payload.length === 0 ? NO_CODE : payload.length === 1 ? 0 : payload.readUInt16BE(0);
    if (payload.length > 0 && !isCloseCode(code)) throw new FrameError(`a close with the code ${code}`, 1002);
    const reason = payload.subarray(2);
    if (!isUtf8(reason)) throw new FrameError("a reason for the close that is not UTF-8", 1007);
    this.#closed = [code, reason.toString()];
    this.#ignoresInput = true;
    if (this.#isOpen) this.#sayGoodbye(payload);
    this.#socket.end();
  }

  #fail(error: FrameError): void {
    this.#error = error;
    this.#ignoresInput = true;
    this.close(error.closeCode, "");
    this.#socket.end();
  }

  #sayGoodbye(payload: Uint8Array): void {
    this.#send(OPCODE.close, payload);
    this.#beginClosing();
  }

  /** The far end sends no more. */
  #end(): void {
    this.#socket.end();
    this.#beginClosing();
  }

  #beginClosing(): void {
    this.#isOpen = false;
    this.#timeout ??= setTimeout(() => this.terminate(), CLOSE_TIMEOUT_MS);
  }
}

/** RFC 6455 section 7.4, and the codes registered since. */
function isCloseCode(code: number): boolean {
  return (
    (code >= 1000 && code <= 1014 && code !== 1004 && code !== NO_CODE && code !== NO_CLOSE) ||
    (code >= 3000 && code <= 4999)
  );
}
