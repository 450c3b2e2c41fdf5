/** Why a connection or a call is not taken: what whoever knocks is told, which is little. */
import type { RefusalCause } from "../monitoring/metric-table.js";

interface Refusal {
  /** HTTP status of the answer to the upgrade; `start` is refused by a WebSocket close code instead. */
  readonly status: number;
  readonly text: string;
  /** When it is worth trying again. */
  readonly retryAfterS?: number;
}

/** Causes at the door; the account is known only when the call starts. */
export type DoorRefusal = Exclude<RefusalCause, "wrong-account">;

const REFUSALS: Readonly<Record<DoorRefusal, Refusal>> = {
  "wrong-path": { status: 404, text: "Not Found" },
  "wrong-address": { status: 403, text: "Forbidden" },
  "address-too-fast": { status: 429, text: "Too Many Requests", retryAfterS: 1 },
  "wrong-token": { status: 401, text: "Unauthorized" },
  draining: { status: 503, text: "Service Unavailable", retryAfterS: 5 },
  full: { status: 503, text: "Service Unavailable", retryAfterS: 5 },
  "address-full": { status: 429, text: "Too Many Requests", retryAfterS: 5 },
};

/** What is written to the socket of an upgrade that is refused. */
export function refusalText(cause: DoorRefusal): string {
  const { status, text, retryAfterS } = REFUSALS[cause];
  const retry = retryAfterS === undefined ? "" : `Retry-After: ${retryAfterS}\r\n`;
  return `HTTP/1.1 ${status} ${text}\r\n${retry}Connection: close\r\nContent-Length: 0\r\n\r\n`;
}
