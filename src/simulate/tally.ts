/** Adds up the calls of a load in memory that does not grow with their number. */
import type { CallEvent } from "../call/events.js";
import { type BudgetResult, METRICS, type Metric, type Stat } from "./budgets.js";
import { Histogram } from "./histogram.js";
import type { CallResult } from "./place-call.js";
import type { Trust } from "./trust.js";

/** Milliseconds or percent; null where nothing was measured, because no latency is not a fast one. */
export interface Percentiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** The last object of `simulate --json` (its `t` and `version` are the writer's). Percentiles are at most 0.2 % too large. */
export interface LoadSummary extends Partial<Trust> {
  readonly type: "summary";
  /** Calls placed: `ok` and `failed` together. */
  readonly calls: number;
  readonly ok: number;
  readonly failed: number;
  /** How many calls failed for each reason: an outcome's `reason` or an error's `code`. */
  readonly failures: Readonly<Record<string, number>>;
  /** How often the endpoints did each thing that the wire does not allow. */
  readonly complaints: Readonly<Record<string, number>>;
  /** Answers to what the caller said. */
  readonly turns: number;
  /** Holes in the agent's speech that no phone's buffer hides, in all calls together. */
  readonly gaps: number;
  /** Frames of the agent's speech that came more than 20 ms after they were due, in all calls together. */
  readonly lateFrames: number;
  /** End of the caller's last voiced frame → arrival of the first agent frame. */
  readonly firstAudioMs: Percentiles;
  /** Start of the call → arrival of the first agent frame, where the agent spoke first. */
  readonly greetingMs: Percentiles;
  /** The holes of each call together, over all calls in which the agent spoke. */
  readonly gapMs: Percentiles;
  /** The share of late frames in each of these calls. */
  readonly latePercent: Percentiles;
  /** Both spoke: of each call. */
  readonly talkOverPerCallMs: Percentiles;
  /** How late our own frames left: the measuring side's share in every latency above. */
  readonly senderLatenessMs: Omit<Percentiles, "p95">;
  /** Both spoke, in all calls together. */
  readonly talkOverMs: number;
  /** Audio that was lost for want of room, in all calls together. */
  readonly droppedMs: number;
  /** Caller audio that a simulated network had missing, in all calls together; absent where none was. */
  readonly missingMs?: number;
  /** From the first dialling to the last hang-up. */
  readonly durationMs: number;
  /** Where budgets were asked for. */
  readonly budgets?: readonly BudgetResult[];
}

export class Tally {
  /** For all calls to record in. */
  readonly lateness = new Histogram();
  readonly #firstAudio = new Histogram();
  readonly #greeting = new Histogram();
  readonly #gaps = new Histogram();
  readonly #late = new Histogram();
  readonly #talkOver = new Histogram();
  readonly #dropped = new Histogram();
  readonly #failures = new Map<string, number>();
  readonly #complaints = new Map<string, number>();
  #ok = 0;
  #failed = 0;
  #frames = 0;
  #lateFrames = 0;
  #holes = 0;
  #talkOverMs = 0;
  #droppedMs = 0;
  #missingMs = 0;

  get ok(): number {
    return this.#ok;
  }

  get failed(): number {
    return this.#failed;
  }

  /** Of all turns so far, also in calls that are still up. */
  get firstAudioP95Ms(): number | undefined {
    return this.#firstAudio.percentile(95);
  }

  /** Observes every call: what is measured at once counts at once. */
  readonly watch = (event: CallEvent): void => {
    if (event.type === "turn") this.#firstAudio.record(event.firstAudioMs);
    if (event.type === "greeting") this.#greeting.record(event.greetingMs);
  };

  /** A call that is over, with what `watch` has not told. */
  add({ ok, reason, summary, complaints, quality, missingMs }: CallResult): void {
    if (ok) this.#ok++;
    else this.addFailure(reason);
    for (const [code, count] of Object.entries(complaints)) increase(this.#complaints, code, count);
    this.#talkOver.record(summary.talkOverMs);
    this.#talkOverMs += summary.talkOverMs;
    this.#dropped.record(summary.droppedMs);
    this.#droppedMs += summary.droppedMs;
    this.#missingMs += missingMs;
    if (quality.frames === 0) return;
    this.#frames += quality.frames;
    this.#lateFrames += quality.lateFrames;
    this.#holes += quality.gaps;
    this.#gaps.record(quality.gapMs);
    this.#late.record(percent(quality.lateFrames, quality.frames));
  }

  /** A call that failed, or that did not even begin. */
  addFailure(reason: string): void {
    this.#failed++;
    increase(this.#failures, reason, 1);
  }

  /** What a budget limits, in its unit; undefined when it was never measured. */
  readonly measure = (metric: Metric, stat: Stat | undefined): number | undefined => {
    if (METRICS[metric].single) {
      const [part, whole] =
        metric === "failed" ? [this.#failed, this.#ok + this.#failed] : [this.#lateFrames, this.#frames];
      return whole === 0 ? undefined : percent(part, whole);
    }
    const histogram = {
      "first-audio": this.#firstAudio,
      greeting: this.#greeting,
      gaps: this.#gaps,
      "talk-over": this.#talkOver,
      dropped: this.#dropped,
      "sender-lateness": this.lateness,
    }[metric as string] as Histogram;
    if (stat === "max" || stat === "mean") return histogram[stat];
    return histogram.percentile(Number(stat?.slice(1)));
  };

  summary(durationMs: number): LoadSummary {
    const { p50, p99, max } = percentiles(this.lateness);
    return {
      type: "summary",
      calls: this.#ok + this.#failed,
      ok: this.#ok,
      failed: this.#failed,
      failures: Object.fromEntries(this.#failures),
      complaints: Object.fromEntries(this.#complaints),
      turns: this.#firstAudio.count,
      gaps: this.#holes,
      lateFrames: this.#lateFrames,
      firstAudioMs: percentiles(this.#firstAudio),
      greetingMs: percentiles(this.#greeting),
      gapMs: percentiles(this.#gaps),
      latePercent: percentiles(this.#late),
      talkOverPerCallMs: percentiles(this.#talkOver),
      senderLatenessMs: { p50, p99, max },
      talkOverMs: hundredths(this.#talkOverMs),
      droppedMs: hundredths(this.#droppedMs),
      ...(this.#missingMs > 0 && { missingMs: this.#missingMs }),
      durationMs: hundredths(durationMs),
    };
  }
}

function increase(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function percent(part: number, whole: number): number {
  return (100 * part) / whole;
}

function percentiles(histogram: Histogram): Percentiles {
  const at = (p: number) => hundredths(histogram.percentile(p) ?? null);
  return { p50: at(50), p95: at(95), p99: at(99), max: hundredths(histogram.max ?? null) };
}

/** Rounded to what was measured. */
function hundredths<T extends number | null>(value: T): T {
  return (value === null ? null : Math.round(value * 100) / 100) as T;
}
