/** A WebSocket to an agent, the same for every kind: how it connects, refuses, falls behind and ends. */
import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import type { LegEvent } from "../../call/leg.js";
import { closeReason, printable } from "../../protocol/text.js";
import { ReadingPace } from "../../reading-pace.js";
import { GONE_MS, watchLife } from "./signs-of-life.js";
import { refused, unreachable } from "./socket-errors.js";

export interface AgentSocketOptions {
  /** A checked `ws://` or `wss://` address, filled in. */
  readonly url: string;
  /** Sent with the upgrade request. Secrets: they never appear in an error. */
  readonly headers: Readonly<Record<string, string>>;
  /** Gives up connecting. Without effect once the socket is open. */
  readonly signal: AbortSignal;
  /** Bytes of a millisecond of audio as `sendAudio` gets it: tells how far the agent has fallen behind. */
  readonly bytesPerMs: number;
  readonly emit: (event: LegEvent) => void;
  /** May be called before `opened` has resolved for those who wait for it. Must not throw. */
  onText(text: string): void;
  onBytes(bytes: Buffer): void;
}

/** Far more than any agent sends in one message, far less than harm. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** Audio older than this when it leaves is worth less than the delay it causes. */
const MAX_BEHIND_MS = 500;
/** An agent that leaves this much unread, with no audio added any more, will never read it. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** How long the far end may take to answer our close. */
const CLOSE_TIMEOUT_MS = 2000;
/** Agents send a whole answer at once; none says more than a minute of sound in a second, for seconds. */
const READING = { messagesPerS: 5000, bytesPerS: 4 * 1024 * 1024, burstMs: 1000 };

export class AgentSocket {
  /** Rejects with a BridgeError `agent-refused` or `agent-unreachable`, or with the signal's reason. */
  readonly opened: Promise<void>;
  readonly #ws: WebSocket;
  readonly #emit: (event: LegEvent) => void;
  readonly #maxBufferedBytes: number;
  /** Nothing more is reported: we closed, or the end has been told. */
  #over = false;
  #error: Error | undefined;

  constructor(options: AgentSocketOptions) {
    this.#emit = options.emit;
    this.#maxBufferedBytes = options.bytesPerMs * MAX_BEHIND_MS;
    this.#ws = new WebSocket(options.url, {
      headers: options.headers,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
    });
    this.opened = this.#open(options);
    const pace = new ReadingPace(this.#ws, READING);
    this.#ws.on("message", (data: Buffer, isBinary: boolean) => {
      pace.read(data.length);
      if (this.#over) return;
      if (isBinary) options.onBytes(data);
      else options.onText(data.toString());
    });
  }

  /** Sends `ms` of audio, or drops it and reports `congested` when the agent has fallen too far behind. */
  sendAudio(data: string | Uint8Array, ms: number): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    if (this.#ws.bufferedAmount > this.#maxBufferedBytes) this.#emit({ type: "congested", ms });
    else
      this.#ws.send(typeof data === "string" ? Buffer.from(data) : data, {
        binary: typeof data !== "string",
      });
  }

  /** Sends a message that must arrive, however far behind the agent is. */
  sendControl(data: string | Uint8Array): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    this.#ws.send(data);
    if (this.#ws.bufferedAmount <= MAX_UNREAD_BYTES) return;
    this.#error = new Error("the agent does not read what it is sent");
    this.#ws.terminate();
  }

  /** Ends the conversation from our side; reports nothing. */
  close(code: number, reason: string): void {
    this.#over = true;
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    this.#ws.close(code, closeReason(reason));
    const timer = setTimeout(() => this.#ws.terminate(), CLOSE_TIMEOUT_MS);
    this.#ws.once("close", () => clearTimeout(timer));
  }

  /** The agent has said good-bye in its own words: reports that and closes. */
  end(reason: string): void {
    if (this.#over) return;
    this.close(1000, reason);
    this.#emit({ type: "closed", failed: false, reason });
  }

  #open({ url, signal }: AgentSocketOptions): Promise<void> {
    const ws = this.#ws;
    return new Promise((resolve, reject) => {
      const abort = () => fail(signal.reason);
      const fail = (reason: unknown) => {
        signal.removeEventListener("abort", abort);
        this.#over = true;
        ws.terminate();
        reject(reason);
      };
      ws.on("error", (error) => {
        this.#error = error;
        // Once open, this has no effect: `close` follows and tells the end.
        reject(unreachable(error, url));
      });
      ws.once("unexpected-response", (_, response: IncomingMessage) => {
        fail(refused(response.statusCode ?? 0, url));
      });
      ws.once("open", () => {
        signal.removeEventListener("abort", abort);
        ws.on("close", (code, reason) => this.#closed(code, reason));
        watchLife(ws, () => {
          this.#error = new Error(`the agent gave no sign of life for ${GONE_MS / 1000} s`);
          ws.terminate();
        });
        resolve();
      });
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
    });
  }

  #closed(code: number, reason: Buffer): void {
    if (this.#over) return;
    this.#over = true;
    // 1005: a close frame without a code. Everything else, 1001 too, leaves the caller without the agent they had.
    const failed = code !== 1000 && code !== 1005;
    this.#emit({ type: "closed", failed, reason: this.#reason(code, printable(reason.toString(), 123)) });
  }

  #reason(code: number, text: string): string {
    if (text) return `${code} ${text}`;
    if (code === 1000 || code === 1005) return "the agent closed the connection";
    if (code !== 1006) return `the agent closed the connection with code ${code}`;
    return this.#error ? `connection broken: ${this.#error.message}` : "connection broken";
  }
}
