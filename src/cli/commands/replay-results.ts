/** What comes of replays: a result for each call, and the numbers of all of them together. */
import { basename } from "node:path";
import type { CallAnalysis } from "../../analysis/call-analysis.js";
import type { BridgeError } from "../../errors.js";
import type { Replayable, Replayed } from "../../replay/replay.js";
import type { Check, CheckResult } from "../../report/results/result.js";
import { Histogram } from "../../simulate/histogram.js";
import { LoopWatch, trust } from "../../simulate/trust.js";

/** Which call of the run. */
export interface Turn {
  readonly replay: Pick<Replayable, "folder" | "call">;
  /** From 1; undefined when each is replayed once. */
  readonly repeat: number | undefined;
  readonly startedAt: string;
  readonly durationMs: number;
  /** The file that says what is expected. */
  readonly file: string | undefined;
}

export function resultOf(
  turn: Turn,
  checks: readonly Check[],
  replayed: Replayed | undefined,
): CheckResult & { readonly firstAudioMs: readonly (number | null)[] } {
  const { replay, repeat, startedAt, durationMs, file } = turn;
  return {
    name: basename(replay.folder),
    file: file ?? replay.folder,
    startedAt,
    durationMs: Math.round(durationMs),
    // Where nothing was checked nothing has been shown.
    ok: checks.length > 0 && checks.every(({ ok }) => ok),
    callId: replay.call.callId,
    ...(repeat !== undefined && { repeat }),
    replayOf: replay.folder,
    ...(replayed?.folder !== undefined && { recording: replayed.folder }),
    firstAudioMs: replayed ? firstAudioOf(replayed) : [],
    checks,
  };
}

/** The latency of each reply there was or should have been, as the phone or the bridge has it. */
function firstAudioOf({ recorded, replayed }: Pick<Replayed, "recorded" | "replayed">): (number | null)[] {
  const latencyMs = ({ utterances }: CallAnalysis, k: number) => utterances[k]?.reply?.latencyMs ?? null;
  const length = Math.max(recorded.utterances.length, replayed.utterances.length);
  return Array.from({ length }, (_, k) => k)
    .filter((k) => latencyMs(recorded, k) !== null || latencyMs(replayed, k) !== null)
    .map((k) => tenths(latencyMs(replayed, k)));
}

/** A call that could not even begin, or was not let come to its end. */
export function notReplayed(error: BridgeError | "interrupted"): Check {
  const reason =
    error === "interrupted"
      ? "The replay was interrupted before the call came to its end."
      : `${error.message} ${error.fix}`;
  return { expect: "the call is replayed to its end", ok: false, measured: null, limit: null, reason };
}

/** Adds up the calls of a run. */
export class ReplaySums {
  /** For all calls to record in. */
  readonly lateness = new Histogram();
  readonly #loop = new LoopWatch();
  readonly #firstAudio = new Histogram();
  #ok = 0;
  #failed = 0;
  #missing = 0;

  get ok(): number {
    return this.#ok;
  }

  get failed(): number {
    return this.#failed;
  }

  add({ ok, firstAudioMs }: ReturnType<typeof resultOf>): void {
    if (ok) this.#ok++;
    else this.#failed++;
    for (const ms of firstAudioMs) {
      if (ms === null) this.#missing++;
      else this.#firstAudio.record(ms);
    }
  }

  /** Ends what is measured beside the calls. */
  stop(): void {
    this.#loop.stop();
  }

  /** With it, nothing more is measured. */
  summary(durationMs: number, recordings: number) {
    const { p50, p99, max } = percentiles(this.lateness);
    return {
      calls: this.#ok + this.#failed,
      ok: this.#ok,
      failed: this.#failed,
      recordings,
      replies: this.#firstAudio.count,
      missingReplies: this.#missing,
      firstAudioMs: percentiles(this.#firstAudio),
      senderLatenessMs: { p50, p99, max },
      durationMs: Math.round(durationMs),
      ...trust(this.lateness.percentile(99), this.#loop.stop()),
    };
  }
}

function percentiles(histogram: Histogram) {
  const at = (percent: number) => tenths(histogram.percentile(percent) ?? null);
  return { p50: at(50), p95: at(95), p99: at(99), max: tenths(histogram.max ?? null) };
}

function tenths(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}
