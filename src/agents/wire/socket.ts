/** A WebSocket to an agent, the same for every kind: how it connects, refuses, falls behind and ends. */
import type { LegEvent } from "../../call/leg.js";
import { closeReason, printable } from "../../protocol/text.js";
import { ReadingPace } from "../../reading-pace.js";
import type { Connection } from "../../websocket/connection.js";
import type { FrameError, MessageLimits } from "../../websocket/frames.js";
import { open, RefusedError } from "../../websocket/open.js";
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

const LIMITS: MessageLimits = {
  /** Far more than any agent sends in one message, far less than harm. */
  maxMessageBytes: 16 * 1024 * 1024,
  /** A minute of pcm16 at 24 kHz in base64. Longer texts take so long to be read that the other calls would notice. */
  maxTextBytes: 4 * 1024 * 1024,
};
/** Audio older than this when it leaves is worth less than the delay it causes. */
const MAX_BEHIND_MS = 500;
/** An agent that leaves this much unread, with no audio added any more, will never read it. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** Agents send a whole answer at once; none says more than a minute of sound in a second, for seconds. */
const READING = { messagesPerS: 5000, bytesPerS: 4 * 1024 * 1024, burstMs: 1000 };

export class AgentSocket {
  /** Rejects with a BridgeError `agent-refused` or `agent-unreachable`, or with the signal's reason. */
  readonly opened: Promise<void>;
  readonly #options: AgentSocketOptions;
  readonly #maxBufferedBytes: number;
  #connection: Connection | undefined;
  /** Nothing more is reported: we closed, or the end has been told. */
  #over = false;
  /** Why we cut the connection. */
  #fault: string | undefined;

  constructor(options: AgentSocketOptions) {
    this.#options = options;
    this.#maxBufferedBytes = options.bytesPerMs * MAX_BEHIND_MS;
    this.opened = this.#open(options);
  }

  /** Sends `ms` of audio, or drops it and reports `congested` when the agent has fallen too far behind. */
  sendAudio(data: string | Uint8Array, ms: number): void {
    const connection = this.#connection;
    if (!connection) return;
    if (connection.bufferedAmount > this.#maxBufferedBytes) this.#options.emit({ type: "congested", ms });
    else send(connection, data);
  }

  /** Sends a message that must arrive, however far behind the agent is. */
  sendControl(data: string | Uint8Array): void {
    const connection = this.#connection;
    if (!connection) return;
    send(connection, data);
    if (connection.bufferedAmount > MAX_UNREAD_BYTES) this.#cut("the agent does not read what it is sent");
  }

  /** Ends the conversation from our side; reports nothing. */
  close(code: number, reason: string): void {
    this.#over = true;
    this.#connection?.close(code, closeReason(reason));
  }

  /** The agent has said good-bye in its own words: reports that and closes. */
  end(reason: string): void {
    if (this.#over) return;
    this.close(1000, reason);
    this.#options.emit({ type: "closed", failed: false, reason });
  }

  async #open({ url, headers, signal, onBytes, onText }: AgentSocketOptions): Promise<void> {
    const connection = await open({ url, headers, signal, ...LIMITS }).catch((error) => {
      this.#over = true;
      if (signal.aborted) throw signal.reason;
      throw error instanceof RefusedError ? refused(error.status, url) : unreachable(error, url);
    });
    // Given up between the answer and now.
    if (this.#over) return connection.terminate();
    this.#connection = connection;
    const pace = new ReadingPace(connection, READING);
    connection.on("message", (data, isBinary) => {
      pace.read(data.length);
      if (this.#over) return;
      if (isBinary) onBytes(data);
      else onText(data.toString());
    });
    connection.on("close", (code, reason, error) => this.#closed(code, reason, error));
    watchLife(connection, () => this.#cut(`the agent gave no sign of life for ${GONE_MS / 1000} s`));
    connection.resume();
  }

  #cut(fault: string): void {
    this.#fault = fault;
    this.#connection?.terminate();
  }

  #closed(code: number, reason: string, error: FrameError | undefined): void {
    if (this.#over) return;
    this.#over = true;
    // 1005: a close frame without a code. Everything else, 1001 too, leaves the caller without the agent they had.
    const failed = code !== 1000 && code !== 1005;
    const fault = this.#fault ?? error?.message;
    this.#options.emit({ type: "closed", failed, reason: reasonOf(code, printable(reason, 123), fault) });
  }
}

/** Agents that speak JSON are sent text, all others bytes. */
function send(connection: Connection, data: string | Uint8Array): void {
  if (typeof data === "string") connection.sendText(data);
  else connection.sendBytes(data);
}

function reasonOf(code: number, text: string, fault: string | undefined): string {
  if (text) return `${code} ${text}`;
  if (code === 1000 || code === 1005) return "the agent closed the connection";
  if (code !== 1006) return `the agent closed the connection with code ${code}`;
  return fault ? `connection broken: ${fault}` : "connection broken";
}
