/** What can be set about a call, and the close codes that tell the PBX how it ended. */
import type { OpusModule } from "../audio/opus.js";
import type { OpusFraming } from "../audio/opus-framing.js";
import type { CallInfo } from "../protocol/messages.js";
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
  /** Whose calls are taken, by account id; everybody's when it is left out. */
  readonly accounts?: ReadonlySet<string>;
  /** Answers Opus calls in this framing, whatever the caller uses. */
  readonly opusFraming?: OpusFraming;
  /** Needed for Opus calls. */
  readonly opus?: OpusModule;
}

/** Of what a far end wrote. */
const LONGEST_SHOWN = 64;

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

/** How a call ends that begins well and is not taken all the same, and what to do; undefined when it is. */
export function refusedStart(
  { accounts, opus }: Pick<CallSettings, "accounts" | "opus">,
  { accountId, format }: Pick<CallInfo, "accountId" | "format">,
): [reason: EndReason, detail: string, closeCode: number, fix?: string] | undefined {
  if (accounts && !accounts.has(accountId)) {
    const account = JSON.stringify(accountId.slice(0, LONGEST_SHOWN));
    const fix = "If it is yours, add it to --allow-account.";
    return ["wrong-account", `the account ${account} is not allowed`, CLOSE.policy, fix];
  }
  if (format.encoding === "opus" && !opus)
    return ["unsupported-format", "Opus is not available on this computer", CLOSE.policy];
  return undefined;
}

/** What the PBX, a third party, is told of the end: less than we know where that is nobody else's business. */
export function wordsForPbx(reason: EndReason, code: number, detail: string): string {
  // Nothing that helps to find out who may call.
  if (reason === "wrong-account") return "not allowed";
  return code === CLOSE.failed ? "the agent is not available" : detail;
}
