/** The client's side of the opening handshake, RFC 6455 section 4.1. */
import { randomBytes } from "node:crypto";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { acceptKey } from "./accept-key.js";
import { Connection } from "./connection.js";
import type { MessageLimits } from "./frames.js";

export interface OpenOptions extends MessageLimits {
  /** `ws://` or `wss://`; a user and password in it are sent as basic authentication. */
  readonly url: string;
  /** Sent with the upgrade request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Gives up. Without effect once the connection is open. */
  readonly signal: AbortSignal;
}

/** The server answered with something else than a WebSocket. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";

  /** @param status of HTTP. A redirect is not followed. */
  constructor(readonly status: number) {
    super(`the server answered with HTTP ${status}`);
  }
}

/**
 * Asks for a WebSocket.
 * @throws RefusedError; the signal's reason; an error of the connection with its `code`; a TypeError for headers that cannot be sent;
 * an Error that names the header when the answer only looks like a WebSocket's.
 */
export function open({ url, headers, signal, ...limits }: OpenOptions): Promise<Connection> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const key = randomBytes(16).toString("base64");
    const send = url.startsWith("wss:") ? requestHttps : requestHttp;
    const request = send(url.replace(/^ws/, "http"), {
      headers: {
        ...headers,
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key,
        Connection: "Upgrade",
        Upgrade: "websocket",
      },
      // Each has a connection of its own.
      agent: false,
    });
    const fail = (error: unknown) => {
      signal.removeEventListener("abort", abort);
      request.destroy();
      reject(error);
    };
    const abort = () => fail(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    request.on("error", fail);
    request.once("response", ({ statusCode = 0 }) => fail(new RefusedError(statusCode)));
    request.once("upgrade", (response, socket: Socket, head) => {
      const wrong = whatIsWrong(response, key);
      if (wrong) {
        socket.destroy();
        return fail(new Error(wrong));
      }
      signal.removeEventListener("abort", abort);
      socket.setTimeout(0).setNoDelay();
      resolve(new Connection(socket, head, { ...limits, isClient: true }));
    });
    request.end();
  });
}

function whatIsWrong({ headers }: IncomingMessage, key: string): string | undefined {
  if (headers.upgrade?.toLowerCase() !== "websocket") return "wrong Upgrade header";
  if (headers["sec-websocket-accept"] !== acceptKey(key)) return "wrong Sec-WebSocket-Accept header";
  if (headers["sec-websocket-protocol"] !== undefined) return "a Sec-WebSocket-Protocol nobody asked for";
  if (headers["sec-websocket-extensions"] !== undefined) return "Sec-WebSocket-Extensions nobody asked for";
  return undefined;
}
