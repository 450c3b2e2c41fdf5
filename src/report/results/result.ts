/** What was checked and what came of it, whatever checked it: a replay, a scenario, a budget. Reporters turn it into files. */

/** A whole run of a command. */
export interface RunResult {
  /** `smartpbx-bridge replay`. */
  readonly name: string;
  /** UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly results: readonly CheckResult[];
}

/** One call that was checked, or one group of checks. */
export interface CheckResult {
  /** What people call it: the recording's folder name, the scenario's name. Holds no personal data. */
  readonly name: string;
  /** The file or folder that asks for it, where annotations go. */
  readonly file?: string;
  readonly startedAt?: string;
  readonly durationMs: number;
  readonly ok: boolean;
  readonly callId?: string;
  /** Which of several runs of the same, from 1; absent when there is one. */
  readonly repeat?: number;
  /** The folder of the saved call that was played again. */
  readonly replayOf?: string;
  /** The folder that the checked call was recorded to. */
  readonly recording?: string;
  /** First-audio latency of each of the agent's replies in order, in ms; null for one that did not come. */
  readonly firstAudioMs?: readonly (number | null)[];
  /** The gravest failure first; those that hold keep their order. */
  readonly checks: readonly Check[];
}

/** One thing that was expected. A scenario's verdicts are such. */
export interface Check {
  /** The step of a scenario, from 1. */
  readonly step?: number;
  /** What was expected, in words: `speaks within 2 s`. */
  readonly expect: string;
  readonly ok: boolean;
  readonly measured: number | string | null;
  readonly limit: number | string | null;
  readonly unit?: "ms" | "%" | "dB";
  /** Why it failed, a sentence that stands alone; empty when it did not. */
  readonly reason: string;
  /** Where in the call, in ms. */
  readonly at?: number;
}

/** Takes the results of a run as they come, and writes them somewhere. */
export interface ResultReporter {
  /** One result is there. */
  result?(result: CheckResult): void;
  /** All are there. Rejects with a BridgeError `cannot-write` when its file cannot be written. */
  end(run: RunResult): Promise<void>;
}
