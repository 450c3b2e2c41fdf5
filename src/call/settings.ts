/** What can be set about a call, and the close codes that tell the PBX how it ended. */
import type { OpusModule } from "../audio/opus.js";
import type { OpusFraming } from "../audio/opus-framing.js";
import type { EndReason } from "./events.js";

export interface CallSettings {
  /** The agent's name for people. */
  readonly agent: string;
  readonly leadMs: number;
  readonly preRollMs: number;
  readonly maxQueuedMs: number;
  readonly startTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxDurationMs: number;
  /** Answers Opus calls in this framing, whatever the caller uses. */
  readonly opusFraming?: OpusFraming;
  /** Needed for Opus calls. */
  readonly opus?: OpusModule;
}

/** The WebSocket close codes we use towards the PBX. */
export const CLOSE = { ended: 1000, shuttingDown: 1001, policy: 1008, tooBig: 1009, failed: 1011 } as const;

/** What it means that the caller's socket closed with `code`: the reason, in words, and the code to close with. */
export function endOfSocket(code: number): [reason: EndReason, detail: string, closeCode: number] {
  if (code === CLOSE.tooBig) return ["message-too-big", "a message was larger than allowed", CLOSE.tooBig];
  // 1005: a close frame without a code.
  const orderly = code === 1000 || code === 1001 || code === 1005;
  return orderly
    ? ["caller-hung-up", "the caller's socket closed", CLOSE.ended]
    : ["caller-lost", "the caller's socket broke", CLOSE.ended];
}
