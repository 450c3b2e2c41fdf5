/** The ends of calls in words for people. */
import type { EndReason } from "../call/events.js";

export const END_WORDS: Readonly<Record<EndReason, string>> = {
  "caller-hung-up": "caller hung up",
  "caller-lost": "caller's connection lost",
  "agent-ended": "agent hung up",
  "agent-failed": "agent failed",
  "agent-unreachable": "agent could not be reached",
  "no-start": "no start message came",
  "caller-silent": "nothing came from the caller's side",
  "too-long": "longest call time reached",
  "protocol-fault": "broken protocol",
  "unsupported-format": "media format not supported",
  "wrong-account": "account not allowed",
  "message-too-big": "a message was too big",
  "shutting-down": "shutting down",
  "bridge-failed": "bridge failed",
};

/** Ends that are nobody's fault. */
export const GOOD_ENDS: ReadonlySet<EndReason> = new Set(["caller-hung-up", "agent-ended", "shutting-down"]);
