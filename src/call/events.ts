/** What happens in a call, as one stream that recording, reports and metrics observe. Observers cannot change a call. */
import type { Payload } from "../audio/payload.js";
import type { CallInfo, FaultCode } from "../protocol/messages.js";
import type { Speaker, ToolArguments } from "./leg.js";

/** Why a call ended. */
export type EndReason =
  | "caller-hung-up"
  | "caller-lost"
  | "agent-ended"
  | "agent-failed"
  | "agent-unreachable"
  | "no-start"
  | "caller-silent"
  | "too-long"
  | "protocol-fault"
  | "unsupported-format"
  /** The account is none of those whose calls are taken. */
  | "wrong-account"
  | "message-too-big"
  | "shutting-down"
  /** A fault of our own. */
  | "bridge-failed";

export interface CallSummary {
  readonly durationMs: number;
  /** Agent replies that answered caller speech. */
  readonly turns: number;
  /** End of the caller's last voiced frame → first agent frame sent. Empty when no turn was answered. */
  readonly firstAudioMs: readonly number[];
  /** Call start → first agent frame sent, when the agent spoke first. */
  readonly greetingMs?: number;
  readonly framesIn: number;
  readonly framesOut: number;
  /** Milliseconds of audio lost to congestion, overflow or a late agent; what a barge-in cut is not counted. */
  readonly droppedMs: number;
  /** Milliseconds in which both spoke. */
  readonly talkOverMs: number;
  readonly bargeIns: number;
}

/** Something that happened, without its time. */
export type CallNote =
  | { readonly type: "call-started"; readonly info: CallInfo; readonly agent: string; readonly raw: object }
  /** The agent is connected and can hear. */
  | { readonly type: "agent-ready"; readonly passthrough: boolean }
  /** A payload from the caller. `plannedAt`: when a simulated network was to deliver it. */
  | { readonly type: "caller-audio"; readonly payload: Payload; readonly plannedAt?: number }
  /** A payload sent to the caller, who hears it at `heardAt` (same clock as `at`). */
  | { readonly type: "agent-audio"; readonly payload: Payload; readonly heardAt: number }
  /** Audio on the agent's own wire, only its size. */
  | { readonly type: "agent-leg-audio"; readonly dir: "in" | "out"; readonly bytes: number }
  | { readonly type: "speech-started"; readonly who: Speaker }
  | { readonly type: "speech-ended"; readonly who: Speaker; readonly lastVoicedAt: number }
  /** The agent began to answer. */
  | { readonly type: "turn"; readonly firstAudioMs: number }
  | { readonly type: "greeting"; readonly greetingMs: number }
  | { readonly type: "turn-ended" }
  /** The agent was interrupted: the caller heard `heardMs` of the reply and `droppedMs` were held back. */
  | { readonly type: "barge-in"; readonly heardMs: number; readonly droppedMs: number }
  | { readonly type: "dtmf"; readonly digit: string; readonly durationMs?: number }
  /** What was said, in the order in which it was spoken. */
  | { readonly type: "transcript"; readonly who: Speaker; readonly text: string; readonly spokenAt: number }
  | { readonly type: "tool-call"; readonly id: string; readonly name: string; readonly args: ToolArguments }
  | {
      readonly type: "tool-result";
      readonly id: string;
      readonly name: string;
      readonly isError: boolean;
      readonly tookMs: number;
    }
  | { readonly type: "fault"; readonly code: FaultCode | CallFaultCode; readonly detail: string }
  | { readonly type: "warning"; readonly code: string; readonly message: string }
  /** A person on the phone marked this moment, the first with number 1. */
  | { readonly type: "mark"; readonly number: number }
  | { readonly type: "hangup"; readonly reason?: string }
  | {
      readonly type: "call-ended";
      readonly reason: EndReason;
      readonly detail: string;
      /** What the user can do about it. */
      readonly fix?: string;
      readonly summary: CallSummary;
    };

/** `at` is milliseconds since the caller's socket opened, from a monotonic clock. */
export type CallEvent = { readonly at: number } & CallNote;

/** True for what comes with every frame of audio, and not now and then. */
export function isSound({ type }: CallEvent): boolean {
  return type === "caller-audio" || type === "agent-audio" || type === "agent-leg-audio";
}

/** Faults that only the order of messages shows. */
export type CallFaultCode = "media-before-start" | "second-start" | "too-many-faults" | "late-message";

export interface Observer {
  (event: CallEvent): void;
  /** True while it has no use for sound: it may be spared what comes with every frame. */
  isDeaf?: boolean;
}
