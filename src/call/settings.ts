/** What can be set about a call, and the close codes that tell the PBX how it ended. */
import type { OpusModule } from "../audio/opus.js";
import type { OpusFraming } from "../audio/opus-framing.js";

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
