/** Asks an endpoint for a WebSocket as SmartPBX does, and says exactly what it answered. */
import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { WebSocket } from "ws";
import type { Clock } from "../../clock.js";

export type Knocked =
  /** The socket opened and stayed open. */
  | { readonly type: "open"; readonly certificateEndsAt?: number }
  /** HTTP answered. */
  | { readonly type: "refused"; readonly status: number; readonly location?: string }
  /** The socket opened, and was closed at once. */
  | { readonly type: "closed"; readonly code: number }
  /** TLS worked, but the certificate is not to be trusted. */
  | { readonly type: "distrusted"; readonly code: string }
  /** Somebody answered, but neither as HTTP nor as WebSocket has it. */
  | { readonly type: "garbled"; readonly what: string }
  | { readonly type: "unreachable" };

export interface KnockOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onSocket?: (socket: WebSocket) => void;
}

const HANDSHAKE_MS = 10_000;
/** An endpoint that looks at the headers only after the upgrade closes within this time. */
const STAYS_OPEN_MS = 400;
const CLOSING_MS = 1000;

/** Rejects with the signal's reason, and with nothing else. */
export async function knock({ url, headers, clock, signal, onSocket }: KnockOptions): Promise<Knocked> {
  signal.throwIfAborted();
  const socket = new WebSocket(url, { headers, handshakeTimeout: HANDSHAKE_MS, perMessageDeflate: false });
  let abort = () => {};
  try {
    return await new Promise<Knocked>((resolve, reject) => {
      let certificateEndsAt: number | undefined;
      abort = () => reject(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      socket.on("upgrade", (response) => {
        certificateEndsAt = endOf(response);
      });
      socket.on("unexpected-response", (_request, response) => {
        response.resume();
        const { location } = response.headers;
        resolve({ type: "refused", status: response.statusCode ?? 0, ...(location && { location }) });
      });
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(brokenBy(error)));
      socket.on("open", () => {
        onSocket?.(socket);
        clock.setTimer(
          () => resolve({ type: "open", ...(certificateEndsAt !== undefined && { certificateEndsAt }) }),
          STAYS_OPEN_MS,
        );
      });
      socket.on("close", (code) => resolve({ type: "closed", code }));
    });
  } finally {
    signal.removeEventListener("abort", abort);
    await closed(socket, clock);
  }
}

/** In good order where the far end plays along. */
async function closed(socket: WebSocket, clock: Clock): Promise<void> {
  if (socket.readyState === socket.OPEN) {
    const gone = new Promise((resolve) => socket.once("close", resolve));
    socket.close(1000);
    const timer = clock.setTimer(() => socket.terminate(), CLOSING_MS);
    await gone;
    timer.cancel();
  }
  socket.removeAllListeners().on("error", () => {});
  socket.terminate();
}

function endOf({ socket }: IncomingMessage): number | undefined {
  const certificate = "getPeerCertificate" in socket ? (socket as TLSSocket).getPeerCertificate() : undefined;
  const endsAt = certificate?.valid_to ? Date.parse(certificate.valid_to) : Number.NaN;
  return Number.isFinite(endsAt) ? endsAt : undefined;
}

function brokenBy({ code = "", message }: NodeJS.ErrnoException): Knocked {
  if (isDistrust(code)) return { type: "distrusted", code };
  if (code.startsWith("HPE_")) return { type: "garbled", what: "what it sent is no HTTP" };
  const header = /^Invalid (Sec-WebSocket-Accept|Upgrade) header$/.exec(message)?.[1];
  if (header) return { type: "garbled", what: `its ${header} header is wrong` };
  return { type: "unreachable" };
}

function isDistrust(code: string): boolean {
  return /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET|VERIFY))/.test(code);
}
