/** What all fake far ends share: a real WebSocket server on a free port of this computer, and its connections. */
import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { type WebSocket, WebSocketServer } from "ws";
import { Watch } from "./watch.js";

export interface FakeServerOptions {
  /** Answers every upgrade with this HTTP status instead of a WebSocket. */
  readonly refuseWith?: number;
  /** Takes connections and never answers the upgrade. */
  readonly neverAnswer?: boolean;
}

/** What a fake answers to a plain HTTP request. */
export interface FakeAnswer {
  readonly status: number;
  readonly body: object;
}

/** Answers the requests that come before a WebSocket. `url` is the fake's own, `ws://127.0.0.1:PORT`. */
export type FakeApi = (request: IncomingMessage, body: string, url: string) => FakeAnswer;

export interface FakeServer<C> {
  /** `ws://127.0.0.1:PORT`, without a path. */
  readonly url: string;
  /** The next connection, in order, that has not been handed out. */
  next(): Promise<C>;
  /** Resolves when so many TCP connections are open. */
  untilOpen(sockets: number): Promise<void>;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

/** Starts a server that makes a `C` of every WebSocket, and has `api` answer what is no WebSocket. */
export async function fakeServer<C>(
  connect: (socket: WebSocket, request: IncomingMessage) => C,
  options: FakeServerOptions = {},
  api?: FakeApi,
): Promise<FakeServer<C>> {
  const { refuseWith, neverAnswer } = options;
  const connections: C[] = [];
  const sockets = new Set<Socket>();
  const watch = new Watch();
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = createServer();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    watch.changed();
    socket.on("error", () => {});
    socket.once("close", () => {
      sockets.delete(socket);
      watch.changed();
    });
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (neverAnswer) return;
    void text(request).then((body) => {
      const answer = refuseWith || !api ? { status: refuseWith ?? 426, body: {} } : api(request, body, url());
      // Every request has its own connection, so that tests can tell when none is left.
      response.writeHead(answer.status, { "Content-Type": "application/json", Connection: "close" });
      response.end(JSON.stringify(answer.body));
    });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (neverAnswer) {
      // HTTP leaves a connection half open: its end must be read and answered.
      socket.resume().once("end", () => socket.end());
      return;
    }
    if (refuseWith) {
      socket.end(`HTTP/1.1 ${refuseWith} ${STATUS_CODES[refuseWith]}\r\nConnection: close\r\n\r\n`);
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      connections.push(connect(webSocket, request));
      watch.changed();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = () => `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let taken = 0;
  return {
    url: url(),
    async next() {
      const index = taken++;
      await watch.until(() => connections.length > index);
      return connections[index];
    },
    untilOpen: (count) => watch.until(() => sockets.size === count),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
      watch.over("the fake server was closed");
    },
  };
}

/** One WebSocket that a fake accepted. It notes what it hears, and every departure from its protocol. */
export abstract class FakeConnection {
  /** Path and query of the request. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** What the other side did against the protocol. The first fault closes the connection with 1008. */
  readonly faults: string[] = [];
  /** Close code and reason, when the connection has ended. */
  readonly ended: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;
  readonly #watch = new Watch();
  readonly #heard: Uint8Array[] = [];
  #heardBytes = 0;

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.path = request.url ?? "";
    this.headers = request.headers;
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.receiveBytes(data);
      else this.receiveText(data.toString());
      this.#watch.changed();
    });
    this.ended = new Promise((resolve) => {
      socket.once("close", (code, reason) => {
        this.#watch.over(
          `the connection ended with ${code} ${reason}; faults: ${this.faults.join("; ") || "none"}`,
        );
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  /** All audio heard so far. */
  get heard(): Buffer {
    return Buffer.concat(this.#heard);
  }

  get heardBytes(): number {
    return this.#heardBytes;
  }

  /** Resolves as soon as `condition` holds, which is looked at after every message. Rejects when the connection ends first. */
  until(condition: (connection: this) => boolean): Promise<void> {
    return this.#watch.until(() => condition(this));
  }

  /** Sends any text as it stands: for what a peer should not send. */
  sendText(text: string): void {
    this.#socket.send(text);
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  close(code = 1000, reason = ""): void {
    this.#socket.close(code, reason);
  }

  /** Breaks the connection without a word. */
  cut(): void {
    this.#socket.terminate();
  }

  /** Leaves what comes unread, as a process that hangs. */
  stopReading(): void {
    this.#socket.pause();
  }

  readAgain(): void {
    this.#socket.resume();
  }

  protected abstract receiveText(text: string): void;

  protected receiveBytes(_bytes: Buffer): void {
    this.fault("a binary message");
  }

  protected hear(audio: Uint8Array): void {
    this.#heard.push(audio);
    this.#heardBytes += audio.length;
  }

  protected fault(what: string): void {
    this.faults.push(what);
    this.#socket.close(1008, what);
  }
}

/** The object that `text` spells, or an empty one. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
