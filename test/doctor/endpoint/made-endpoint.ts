/** A small endpoint that answers whoever speaks with two sentences: healthy, unless it is told to be wrong in one way. */

import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { type Encoding, type MediaFormat, PORTAL_FORMATS } from "../../../src/audio/format.js";
import { encodeUlaw } from "../../../src/audio/g711.js";
import { pcmBytes } from "../../../src/audio/pcm.js";
import { resampleAll } from "../../../src/audio/resample-offline.js";
import { readWav } from "../../../src/audio/wav.js";
import type { Clock } from "../../../src/clock.js";
import { MadeSession } from "./made-session.js";

export interface Wrong {
  /** Brings 24 kHz to the call's rate. */
  readonly resample?: (samples: Int16Array, rate: number) => Int16Array;
  /** Samples at the call's rate as bytes. */
  readonly code?: (samples: Int16Array, format: MediaFormat) => Uint8Array;
  /** Put before the first audio of each reply. */
  readonly header?: Uint8Array;
  /** Keeps the line filled with this between replies. */
  readonly filling?: number;
  /** Audio for each ms that passes; Infinity sends a reply as soon as it is there. */
  readonly pace?: number;
  readonly frameBytes?: number;
  readonly ids?: (call: { callId: string; accountId: string }, callNumber: number) => object;
  readonly ignoresBargeIn?: boolean;
  /** What it does when a message of this kind comes. */
  readonly at?: (kind: Kind) => "crash" | "drop" | "deaf" | undefined;
  readonly opus?: "refuse" | "silent" | "drop" | "μ-law";
  readonly keepsSocket?: boolean;
  /** All callers share one session; its answers go to the socket that came last, or to all. */
  readonly shared?: "last" | "all";
  readonly answersOnce?: "silent" | "refuses";
  /** Ends the call when the caller has been silent for so long. */
  readonly diesOfSilenceMs?: number;
  /** What is said before that is lost. */
  readonly opensAfterMs?: number;
  /** Says back what it hears, in place of sentences of its own. */
  readonly echo?: (heard: Int16Array) => Int16Array;
  readonly mute?: boolean;
  readonly greets?: boolean;
  /** How long after the start. Default 300. */
  readonly greetsAfterMs?: number;
  /** How long it takes before it says something, besides waiting for the end of the words. */
  readonly thinksMs?: number;
  /** So many of the caller's sentences in a call. */
  readonly answersAtMost?: number;
  /** With more callers than that, who came later is not answered. */
  readonly answersAtOnce?: number;
  readonly deafIn?: Encoding;
  readonly binary?: boolean;
  /** What is sent, in place of a media message. */
  readonly envelope?: (media: { readonly payload: string }) => object;
  /** In place of the right Sec-WebSocket-Accept. */
  readonly accept?: string;
  readonly tls?: {
    readonly key: string;
    readonly cert: string;
    /** The caller trusts the certificate, and calls when it has so many days left. */
    readonly endsInDays?: number;
  };
  /** The code with which the socket is closed as soon as the call has begun. */
  readonly closesAtStart?: number;
  /** The code with which Opus is refused. Default 1003. */
  readonly opusCode?: number;
  /** Takes one call at a time, and the next one when the last has been over for so long. */
  readonly busyMs?: number;
  /** Who is closed with 1008, and how long after the upgrade. */
  readonly refuses?: (request: IncomingMessage) => boolean;
  readonly refusesAfterMs?: number;
  /** HTTP in place of the upgrade. */
  readonly http?: (request: IncomingMessage) => { status: number; location?: string } | undefined;
  /** Its socket is closed at once. */
  readonly closes?: number;
}

export type Kind =
  | "connected"
  | "start"
  | "media"
  | "odd-media"
  | "dtmf"
  | "hangup"
  | "unknown"
  | "string-rate"
  | "no-other-leg"
  | "extra-fields"
  | "odd-numbers"
  | "end";

const { samples } = readWav(readFileSync(new URL("../../../src/simulate/sample-voice.wav", import.meta.url)));
/** "Please tell me your opening hours." and "Hello, is anybody there?", without the pause between them. */
const SENTENCES = Int16Array.from([
  ...samples.subarray(24 * 6726, 24 * 8600),
  ...samples.subarray(24 * 280, 24 * 2180),
]);
const GREETING = samples.subarray(24 * 280, 24 * 2180);

const resampled = new Map<string, Int16Array>();

function filtered(voice: Int16Array, rate: number): Int16Array {
  const key = `${voice.length} ${rate}`;
  const found = resampled.get(key) ?? resampleAll(voice, 24000, rate);
  resampled.set(key, found);
  return found;
}

export class MadeEndpoint {
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #connections = new Set<Socket>();
  readonly sessions: MadeSession[] = [];
  calls = 0;
  #freeAt = Number.NEGATIVE_INFINITY;

  private constructor(
    readonly wrong: Wrong,
    readonly clock: Clock,
  ) {
    const hello = (_: IncomingMessage, response: ServerResponse) => response.writeHead(200).end("hello");
    this.#server = wrong.tls ? createTlsServer(wrong.tls, hello) : createServer(hello);
    this.#server.on(wrong.tls ? "secureConnection" : "connection", (socket) => {
      this.#connections.add(socket);
      socket.on("close", () => this.#connections.delete(socket));
    });
    this.#server.on("upgrade", (request, socket, head) => {
      socket.on("error", () => {});
      const answer = this.#refusal(request);
      if (wrong.accept !== undefined) {
        socket.end(
          `HTTP/1.1 101 No\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${wrong.accept}\r\n\r\n`,
        );
      } else if (answer) {
        const location = answer.location ? `Location: ${answer.location}\r\n` : "";
        socket.end(
          `HTTP/1.1 ${answer.status} No\r\n${location}Content-Length: 0\r\nConnection: close\r\n\r\n`,
        );
      } else
        this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#answer(webSocket, request));
    });
  }

  #refusal(request: IncomingMessage): { status: number; location?: string } | undefined {
    const { http, answersOnce, busyMs } = this.wrong;
    if (answersOnce === "refuses" && this.calls > 0) return { status: 503 };
    const isBusy = this.#sockets.clients.size > 0 || this.clock.now() - this.#freeAt < (busyMs ?? 0);
    return busyMs !== undefined && isBusy ? { status: 503 } : http?.(request);
  }

  static async listen(wrong: Wrong, clock: Clock): Promise<MadeEndpoint> {
    const endpoint = new MadeEndpoint(wrong, clock);
    await new Promise<void>((resolve) => endpoint.#server.listen(0, "127.0.0.1", resolve));
    return endpoint;
  }

  /** Callers that are on the line. */
  get callers(): number {
    return this.#sockets.clients.size;
  }

  get url(): string {
    return `${this.wrong.tls ? "wss" : "ws"}://127.0.0.1:${(this.#server.address() as AddressInfo | null)?.port}/media-stream`;
  }

  /** As a process that ends: no socket is closed in words. */
  crash(): void {
    this.#server.close();
    for (const socket of this.#connections) socket.destroy();
  }

  async close(): Promise<void> {
    for (const session of this.sessions) session.end();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#connections) socket.destroy();
    await closed;
  }

  /** What is said, as payload bytes. */
  spoken(which: "greeting" | "reply", format: MediaFormat): Uint8Array {
    const { resample = filtered, code = coded } = this.wrong;
    return code(resample(which === "greeting" ? GREETING : SENTENCES, format.sampleRate), format);
  }

  #answer(socket: WebSocket, request: IncomingMessage): void {
    const { wrong } = this;
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#freeAt = this.clock.now();
    });
    if (wrong.refuses?.(request))
      this.clock.setTimer(() => socket.close(1008, "no"), wrong.refusesAfterMs ?? 0);
    if (wrong.closes !== undefined) {
      socket.close(wrong.closes, "no");
      return;
    }
    const shared = wrong.shared ? this.sessions[0] : undefined;
    const session = shared ?? new MadeSession(this);
    if (!shared) this.sessions.push(session);
    session.join(socket);
  }
}

export function coded(voice: Int16Array, format: MediaFormat): Uint8Array {
  return format.encoding === "g711_ulaw" ? encodeUlaw(voice) : pcmBytes(voice.slice());
}

export const { g711_ulaw: ULAW, pcm16: PCM } = PORTAL_FORMATS;
