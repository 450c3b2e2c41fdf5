/** The server's side of the opening handshake, RFC 6455 section 4.2. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { acceptKey } from "./accept-key.js";
import { Connection } from "./connection.js";
import type { MessageLimits } from "./frames.js";
import { httpAnswer, refuse } from "./refuse.js";

const VERSION = "13";
/** Sixteen bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;
/** A subprotocol is a token of HTTP, RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Makes a WebSocket of what an HTTP server gave to "upgrade". Of the subprotocols that are offered the first is taken, and no extension.
 * @returns undefined for a request that is none for a WebSocket: it has been answered with 400 or 405, and the socket closed.
 */
export function accept(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  options: MessageLimits,
): Connection | undefined {
  const { headers } = request;
  const key = headers["sec-websocket-key"] ?? "";
  const protocols = headers["sec-websocket-protocol"]?.split(",").map((name) => name.trim());
  if (request.method !== "GET") return refused(socket, 405, ["Allow: GET"]);
  if (headers.upgrade?.toLowerCase() !== "websocket" || !KEY.test(key)) return refused(socket, 400);
  if (headers["sec-websocket-version"] !== VERSION)
    return refused(socket, 400, [`Sec-WebSocket-Version: ${VERSION}`]);
  if (protocols?.some((name) => !TOKEN.test(name))) return refused(socket, 400);
  // Who has gone already gets no answer.
  if (!socket.readable || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  const lines = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${acceptKey(key)}`];
  if (protocols) lines.push(`Sec-WebSocket-Protocol: ${protocols[0]}`);
  socket.write(httpAnswer(101, lines));
  if (socket instanceof Socket) socket.setTimeout(0).setNoDelay();
  return new Connection(socket, head, { ...options, isClient: false });
}

function refused(socket: Duplex, status: number, lines: readonly string[] = []): undefined {
  const text = STATUS_CODES[status] as string;
  const about = ["Connection: close", "Content-Type: text/plain", `Content-Length: ${text.length}`];
  refuse(socket, httpAnswer(status, [...about, ...lines]) + text);
}
