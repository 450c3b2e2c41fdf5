/** What the inspector's page and this process tell each other; `page/line.js` is the other end. */
import type { Finding } from "../analysis/finding.js";
import type { Speaker } from "../call/leg.js";
import type { Check } from "../report/results/result.js";

/** One call as the list shows it. Numbers are masked unless `--show-personal`. */
export interface CallRow {
  /** Ours: call ids come from the far end and may be used twice. */
  readonly n: number;
  readonly callId: string;
  readonly caller: string;
  readonly callee: string;
  readonly format: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly speaks: { readonly caller: boolean; readonly agent: boolean };
  readonly greetingMs?: number;
  /** Of the last turn. */
  readonly firstAudioMs?: number;
  readonly turns: number;
  readonly bargeIns: number;
  readonly warnings: number;
  readonly end?: { readonly ok: boolean; readonly words: string; readonly durationMs: number };
}

/** RMS levels in whole dBFS of a call's last tenth of a second: caller, agent. */
export type Levels = readonly [n: number, caller: number, agent: number];

/** What was said, or happened, in a call. */
export type Line =
  | { readonly at: number; readonly who: Speaker; readonly text: string }
  | {
      readonly at: number;
      readonly name: string;
      readonly facts: string;
      readonly kind?: "bad" | "good";
    };

export interface SavedCall {
  /** Secret, and good while this process runs: what is saved of the call is had under it. */
  readonly id: string;
  readonly name: string;
  readonly facts: SavedFacts;
  /** Undefined until it has been looked for. */
  readonly problems?: Problems;
}

export type SavedFacts =
  | { readonly state: "broken"; readonly detail: string }
  | {
      readonly state: "open" | "closed";
      readonly callId: string;
      readonly caller: string;
      readonly callee: string;
      readonly format: string;
      readonly agent: string;
      readonly startedAt: number;
      readonly durationMs?: number;
      readonly bytes: number;
      readonly hasSound: boolean;
      readonly hasWav: boolean;
      readonly end?: string;
    };

export interface Problems {
  readonly errors: number;
  readonly warnings: number;
  /** The gravest ones. */
  readonly findings: readonly Pick<Finding, "code" | "severity" | "side" | "seen" | "why" | "fix">[];
}

/** How a replay stands. */
export interface ReplayState {
  readonly id: string;
  readonly name: string;
  readonly state: "reading" | "calling" | "done" | "failed";
  /** How long the call will take. */
  readonly durationMs?: number;
  readonly ok?: boolean;
  readonly checks?: readonly Pick<Check, "expect" | "ok" | "measured" | "limit" | "unit" | "reason">[];
  /** Why it failed. */
  readonly detail?: string;
}

export type ToPage =
  | {
      readonly type: "welcome";
      readonly version: string;
      readonly agent: string;
      readonly url: string;
      readonly saves: boolean;
      readonly showPersonal: boolean;
      /** Opens the browser phone. */
      readonly phone: string;
      /** This computer's clock: a page may be looked at from another. */
      readonly now: number;
    }
  | {
      readonly type: "update";
      readonly rows?: readonly CallRow[];
      readonly gone?: readonly number[];
      readonly levels?: readonly Levels[];
      /** Calls that run and are not listed. */
      readonly unlisted?: number;
      /** Of the call that this page watches; `all` replaces what the page has. */
      readonly lines?: { readonly n: number; readonly all: boolean; readonly lines: readonly Line[] };
    }
  | { readonly type: "saved"; readonly calls: readonly SavedCall[]; readonly total: number }
  /** Calls that start now are saved, or no more. */
  | { readonly type: "saves"; readonly saves: boolean }
  | { readonly type: "problems"; readonly id: string; readonly problems: Problems }
  | ({ readonly type: "replay" } & ReplayState)
  | { readonly type: "phone"; readonly link: string }
  | { readonly type: "note"; readonly ok: boolean; readonly text: string };

export type FromPage =
  | { readonly type: "watch" | "hang-up"; readonly n: number }
  | { readonly type: "test-call" }
  | { readonly type: "replay" | "stop-replay"; readonly id: string };

/** A larger message is no message of our page. */
export const MAX_PAGE_MESSAGE_BYTES = 1024;

/** @returns undefined for anything that our page does not send. */
export function readPageMessage(text: string): FromPage | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof message !== "object" || message === null) return undefined;
  const { type, n, id } = message as Readonly<Record<string, unknown>>;
  switch (type) {
    case "watch":
    case "hang-up":
      return Number.isSafeInteger(n) ? { type, n: n as number } : undefined;
    case "replay":
    case "stop-replay":
      return typeof id === "string" ? { type, id } : undefined;
    case "test-call":
      return { type };
    default:
      return undefined;
  }
}
