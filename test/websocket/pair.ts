/** Connections on 127.0.0.1 whose one end is ours, and whose other end is the `ws` library's or a bare socket. */
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { accept } from "../../src/websocket/accept.js";
import { acceptKey } from "../../src/websocket/accept-key.js";
import type { Connection } from "../../src/websocket/connection.js";
import type { FrameError } from "../../src/websocket/frames.js";
import { open } from "../../src/websocket/open.js";

export const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
export const MAX_MESSAGE_BYTES = 1_000_000;

const closers: (() => void)[] = [];

/** Ends whatever a test has opened. */
export function closeAll(): void {
  for (const close of closers.splice(0)) close();
}

export function atEnd(close: () => void): void {
  closers.push(close);
}

export async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  atEnd(() => server.close());
  server.on("connection", keep);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function keep(socket: Socket): Socket {
  socket.on("error", () => {});
  atEnd(() => socket.destroy());
  return socket;
}

/** Our server. `arrived` is its end of the next connection, undefined for one that was refused. */
export async function ourServer() {
  const server = createHttpServer();
  const arrived = new Promise<[near: Connection | undefined, socket: Socket]>((resolve) => {
    server.on("upgrade", (request, socket: Socket, head) => {
      resolve([accept(request, socket, head, { maxMessageBytes: MAX_MESSAGE_BYTES }), socket]);
    });
  });
  const port = await listening(server);
  return { port, arrived, url: `ws://127.0.0.1:${port}` };
}

/** A server that says what it is told to when a request has come. */
export async function bareServer(answer: (socket: Socket, request: string) => void): Promise<number> {
  const server = createServer((socket) => {
    let request = "";
    const read = (chunk: Buffer) => {
      request += chunk;
      if (!request.endsWith("\r\n\r\n")) return;
      socket.off("data", read);
      answer(socket, request);
    };
    socket.on("data", read);
  });
  return listening(server);
}

/** What a WebSocket's server answers, as text. */
export function switching(request: string, ...lines: readonly string[]): string {
  const key = /Sec-WebSocket-Key: (\S+)/i.exec(request)?.[1] ?? "";
  const all = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptKey(key)}`,
    ...lines,
  ];
  return `${all.join("\r\n")}\r\n\r\n`;
}

export function upgradeRequest(changed: Readonly<Record<string, string>> = {}, method = "GET"): string {
  const headers = {
    Host: "localhost",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
    ...changed,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} / HTTP/1.1\r\n${lines.join("")}\r\n`;
}

export async function connected(port: number): Promise<Socket> {
  const socket = keep(dial(port, "127.0.0.1"));
  await once(socket, "connect");
  return socket;
}

/** Our end is the server's. */
export async function wsClient(): Promise<[near: Connection, far: WebSocket]> {
  const { url, arrived } = await ourServer();
  const far = heldWebSocket(new WebSocket(url));
  const [[near]] = await Promise.all([arrived, once(far, "open")]);
  return [near as Connection, far];
}

/** Our end is the client's. */
export async function wsServer(): Promise<[near: Connection, far: WebSocket]> {
  const { url, arrived } = await theirServer();
  const near = await openAt(url);
  return [near, await arrived];
}

/** The `ws` library's server, and its end of the next connection. */
export async function theirServer() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  atEnd(() => server.close());
  const arrived = once(server, "connection").then(([far]) => heldWebSocket(far));
  await once(server, "listening");
  return { server, arrived, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export async function openAt(url: string, headers: Record<string, string> = {}): Promise<Connection> {
  const near = await open({
    url,
    headers,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    signal: new AbortController().signal,
  });
  atEnd(() => near.terminate());
  return near;
}

function heldWebSocket(far: WebSocket): WebSocket {
  far.on("error", () => {});
  atEnd(() => far.terminate());
  return far;
}

/** Our end is the server's, and its socket. The far end is bare: it sends what it likes. */
export async function bareClient(): Promise<[near: Connection, far: Socket, nearSocket: Socket]> {
  const { port, arrived } = await ourServer();
  const far = await connected(port);
  far.write(upgradeRequest());
  const [near, socket] = await arrived;
  await once(far, "data");
  return [near as Connection, far, socket];
}

/** Our end is of one of both kinds. */
export const pairs = [
  ["a server's", wsClient],
  ["a client's", wsServer],
] as const;

/** All bytes that come until the far end has sent its last. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(socket, "end");
  return Buffer.concat(chunks);
}

export type Closed = [code: number, reason: string, error: FrameError | undefined];

/** What a connection gets, from now on. */
export function gather(near: Connection): { readonly messages: string[]; readonly closed: Promise<Closed> } {
  const messages: string[] = [];
  near.on("message", (data, isBinary) => messages.push(isBinary ? data.toString("hex") : data.toString()));
  const closed = new Promise<Closed>((resolve) => {
    near.once("close", (...how) => resolve(how));
  });
  near.resume();
  return { messages, closed };
}

/** Resolves when a socket is closed, by whatever. */
export function gone(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => {
    if (socket.closed) resolve(undefined);
    else socket.once("close", resolve);
  });
}

/** Resolves when a socket has read so many bytes more than now. */
export async function hasRead(socket: Socket, bytes: number): Promise<void> {
  const all = socket.bytesRead + bytes;
  while (socket.bytesRead < all) await turn();
}

/** Lets everything run that has its turn now. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
