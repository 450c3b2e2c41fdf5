/** What the primary and its workers tell each other: plain JSON, each message with its `type`. */
import type { House } from "../bridge/door.js";
import type { DoorRefusal } from "../bridge/refusals.js";
import type { CallEvent } from "../call/events.js";
import type { Snapshot } from "../monitoring/counts.js";

/** What the door looks at of a request. */
export interface Knock {
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly remoteAddress: string | undefined;
}

/** Why a worker could not begin. */
export interface StartFailure {
  /** Of a BridgeError; without one it is a bug. */
  readonly code?: string;
  readonly message: string;
  readonly fix?: string;
}

export type FromWorker =
  /** It runs, and waits for `begin`. */
  | { readonly type: "hello" }
  /** It answers calls. */
  | { readonly type: "up"; readonly port: number; readonly url: string; readonly agent: string }
  | { readonly type: "failed"; readonly failure: StartFailure }
  /** Somebody wants to call; the answer is `knocked` with the same number. */
  | { readonly type: "knock"; readonly id: number; readonly knock: Knock }
  /** The call that this knock became is over. */
  | { readonly type: "left"; readonly id: number }
  | { readonly type: "event"; readonly call: number; readonly event: CallEvent }
  | { readonly type: "recorded"; readonly callId: string; readonly folder: string }
  | { readonly type: "warning"; readonly code: string; readonly message: string }
  /** What only the worker can count. Sent when asked, and now and then. */
  | { readonly type: "counts"; readonly counts: Snapshot }
  /** Somebody asks beside the socket; the answer is `told` with the same number. */
  | { readonly type: "ask"; readonly id: number; readonly what: "house" | "metrics" }
  /** It drains and has no call left. */
  | { readonly type: "idle" };

export type ToWorker =
  /** `probes`: ask the agent first whether it will answer. */
  | {
      readonly type: "begin";
      readonly port: number;
      readonly probes: boolean;
      readonly publicUrl: string | undefined;
    }
  | { readonly type: "knocked"; readonly id: number; readonly refused: DoorRefusal | undefined }
  | { readonly type: "told"; readonly id: number; readonly house?: House; readonly metrics?: string }
  | { readonly type: "public-url"; readonly url: string }
  | { readonly type: "count" }
  | { readonly type: "drain" }
  | { readonly type: "cut" }
  /** Ends what runs, stops listening and goes. */
  | { readonly type: "close" };
