/** Opens a WebSocket to an endpoint as SmartPBX does, and says in plain words why it could not. */
import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import { BridgeError } from "../errors.js";

export interface DialOptions {
  /** `ws://` or `wss://`. */
  readonly url: string;
  /** Sent with the upgrade request. Secrets: they never appear in an error. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly handshakeTimeoutMs?: number;
  /** The largest message that is accepted; a larger one closes the socket with 1009. */
  readonly maxMessageBytes?: number;
  /** The endpoint is this very process: its certificate bears another name than the address of this computer. */
  readonly isSelf?: boolean;
  /** Gives up dialling. */
  readonly signal?: AbortSignal;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Five seconds of pcm16 audio in base64 fit: more than any sane message, less than harm. */
const MAX_MESSAGE_BYTES = 1 << 20;

/**
 * The open socket, paused so that no message is missed: attach your listeners, then `resume()` it.
 * @throws BridgeError `endpoint-refused` when HTTP answered instead of WebSocket, `endpoint-unreachable` when nothing
 * did, `bad-flag` when the URL or a header cannot be used. The signal's reason when it is aborted.
 */
export async function dial(options: DialOptions): Promise<WebSocket> {
  const { signal } = options;
  signal?.throwIfAborted();
  const shown = shownUrl(options.url);
  const socket = open(options, shown);
  return await new Promise<WebSocket>((resolve, reject) => {
    const fail = (error: unknown) => {
      signal?.removeEventListener("abort", abort);
      // What follows a failure (ws reports the aborted handshake once more) has nothing to add.
      socket.removeAllListeners().on("error", () => {});
      socket.terminate();
      reject(error);
    };
    const abort = () => fail(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    socket.once("unexpected-response", (_request, response) => fail(refusal(response, shown)));
    socket.once("error", (error: NodeJS.ErrnoException) => fail(unreachable(error, shown)));
    socket.once("open", () => {
      signal?.removeEventListener("abort", abort);
      socket.removeAllListeners("error").removeAllListeners("unexpected-response");
      socket.pause();
      resolve(socket);
    });
  });
}

/** A URL as it may be shown: without user, password, query string and fragment, where secrets travel. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return "the given URL";
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

function open(options: DialOptions, shown: string): WebSocket {
  try {
    return new WebSocket(options.url, {
      headers: options.headers,
      handshakeTimeout: options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS,
      maxPayload: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      ...(options.isSelf && { rejectUnauthorized: false }),
    });
  } catch (cause) {
    // The cause's own text may quote the URL or a header, so it goes no further.
    if ((cause as NodeJS.ErrnoException).code === "ERR_INVALID_CHAR") {
      throw new BridgeError("bad-flag", "A request header holds a character that HTTP does not allow.", {
        fix: "Check the headers for line breaks and for letters outside Latin-1.",
      });
    }
    throw new BridgeError("bad-flag", `${shown} cannot be dialled.`, {
      fix: "Give a full WebSocket URL, for example ws://127.0.0.1:8080/media-stream.",
    });
  }
}

const REFUSAL_FIXES: Readonly<Record<number, string>> = {
  400: "Something answers there, but not this WebSocket. Check the path and the port.",
  401: "The endpoint wants another token. Check the name and the value of the header you send with --header.",
  403: "The endpoint does not accept this caller. Check the headers, and the allow list in front of it.",
  404: "Nothing answers at this path. Check it against the path the endpoint prints when it starts.",
  426: "Something answers there, but not this WebSocket. Check the path and the port.",
  429: "The endpoint takes fewer calls. Lower --rate or --concurrency.",
  502: "A proxy answers, but the endpoint behind it does not. Start the endpoint.",
  503: "The endpoint is full or shutting down. Lower --concurrency, or try again later.",
};

function refusal(response: IncomingMessage, shown: string): BridgeError {
  const status = response.statusCode ?? 0;
  response.resume();
  const fix =
    REFUSAL_FIXES[status] ??
    (status >= 300 && status < 400
      ? "The address redirects. Use the address it leads to; SmartPBX does not follow redirects."
      : status < 300
        ? "That address serves web pages. Check the path and the port."
        : "Look at the endpoint's own log.");
  return new BridgeError("endpoint-refused", `${shown} refused the call with HTTP ${status}.`, { fix });
}

const UNREACHABLE: Readonly<Record<string, { what: string; fix: string }>> = {
  ECONNREFUSED: { what: "nothing listens there", fix: "Start the endpoint, or check the port." },
  ENOTFOUND: { what: "the host name is not known", fix: "Check the host name for typing errors." },
  EAI_AGAIN: { what: "the host name could not be looked up", fix: "Check this computer's network and DNS." },
  ECONNRESET: {
    what: "the connection was cut",
    fix: "Check whether the port wants wss:// instead of ws://.",
  },
  ETIMEDOUT: { what: "nothing answered in time", fix: "Check the host, the port and any firewall between." },
  EHOSTUNREACH: { what: "there is no way to the host", fix: "Check this computer's network." },
  ENETUNREACH: { what: "there is no way to the network", fix: "Check this computer's network." },
  EPROTO: { what: "TLS failed", fix: "Check whether the port wants ws:// instead of wss://." },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    what: "TLS failed",
    fix: "The port speaks no TLS: use ws:// instead of wss://.",
  },
  CERT_HAS_EXPIRED: { what: "its certificate has expired", fix: "Renew the endpoint's certificate." },
};

const CERTIFICATE = {
  what: "its certificate is not trusted",
  fix: "Use a certificate from a public authority, as SmartPBX needs, or name your own in NODE_EXTRA_CA_CERTS.",
};
const SLOW = {
  what: "the handshake took too long",
  fix: "Check that the endpoint answers WebSocket upgrades.",
};
const NO_WEBSOCKET = { what: "what answers is not a WebSocket", fix: "Check the path and the port." };

function unreachable(error: NodeJS.ErrnoException, shown: string): BridgeError {
  const code = error.code ?? "";
  const { what, fix } =
    UNREACHABLE[code] ??
    (/CERT|SELF_SIGNED|UNABLE_TO/.test(code)
      ? CERTIFICATE
      : /handshake has timed out/.test(error.message)
        ? SLOW
        : NO_WEBSOCKET);
  return new BridgeError("endpoint-unreachable", `${shown} could not be reached: ${what}.`, {
    fix,
    cause: error,
  });
}
