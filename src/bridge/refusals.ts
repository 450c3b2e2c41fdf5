/** Why a connection or a call is not taken: what whoever knocks is told, which is little. */
import type { RefusalCause } from "../monitoring/metric-table.js";
import { refusal } from "../websocket/refuse.js";

interface Refusal {
  /** HTTP status of the answer to the upgrade; `start` is refused by a WebSocket close code instead. */
  readonly status: number;
  /** When it is worth trying again. */
  readonly retryAfterS?: number;
}

/** Causes at the door; the account is known only when the call starts. */
export type DoorRefusal = Exclude<RefusalCause, "wrong-account">;

const REFUSALS: Readonly<Record<DoorRefusal, Refusal>> = {
  "wrong-path": { status: 404 },
  "wrong-address": { status: 403 },
  "address-too-fast": { status: 429, retryAfterS: 1 },
  "wrong-token": { status: 401 },
  draining: { status: 503, retryAfterS: 5 },
  full: { status: 503, retryAfterS: 5 },
  "address-full": { status: 429, retryAfterS: 5 },
};

/** What is written to the socket of an upgrade that is refused. */
export function refusalText(cause: DoorRefusal): string {
  const { status, retryAfterS } = REFUSALS[cause];
  return refusal(status, retryAfterS === undefined ? [] : [`Retry-After: ${retryAfterS}`]);
}
