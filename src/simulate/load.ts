/** Places many calls, so many at a time and so many a second, and sums them up. */
import { setMaxListeners } from "node:events";
import { FRAME_MS } from "../audio/format.js";
import type { Observer } from "../call/events.js";
import { type Clock, realClock } from "../clock.js";
import { BridgeError } from "../errors.js";
import { type Budget, judge } from "./budgets.js";
import { Pacer } from "./pacer.js";
import { type CallOptions, type CallResult, placeCall } from "./place-call.js";
import { type LoadSummary, Tally } from "./tally.js";
import { LoopWatch, trust } from "./trust.js";

export interface LoadOptions {
  /** How each call is placed. `out` makes sense for one call only. */
  readonly call: Omit<CallOptions, "observers" | "signal" | "pacer" | "lateness" | "clock">;
  /** In what a call differs from `call`. */
  readonly callOf?: (index: number) => Partial<LoadOptions["call"]>;
  /** Default 1. */
  readonly calls?: number;
  /** Calls at a time. Default 1. */
  readonly concurrency?: number;
  /** At most so many new calls a second. Default: as many as `concurrency` allows. */
  readonly ratePerS?: number;
  /** Goes on placing calls until so much time has passed, also when all `calls` are placed. */
  readonly atLeastMs?: number;
  /** Limits on what is measured; the summary says how each came out. */
  readonly budgets?: readonly Budget[];
  /** The observers of one call, asked for when it is about to be placed. */
  readonly observersOf?: (index: number) => readonly Observer[];
  /** Hangs up one call: asked for before its observers. */
  readonly signalOf?: (index: number) => AbortSignal;
  /** Told how each call came out, or why it did not begin. */
  readonly onResult?: (index: number, result: CallResult | BridgeError) => void;
  /** Told after every change. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Places no more calls and hangs up those that are up; what was measured is kept. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

export interface LoadProgress {
  readonly calls: number;
  readonly running: number;
  readonly ok: number;
  readonly failed: number;
  /** The 95th percentile of first-audio latency so far; undefined before the first answer. */
  firstAudioP95Ms(): number | undefined;
}

export interface LoadResult {
  readonly summary: LoadSummary;
  /** Of the call that ended last. */
  readonly last: CallResult | undefined;
  /** The first thing that kept a call from beginning. */
  readonly firstError: BridgeError | undefined;
}

/** A call that cannot begin counts as failed, by its error's code. @throws whatever is not a BridgeError: our bug. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { calls = 1, concurrency = 1, ratePerS, observersOf, onProgress, clock = realClock } = options;
  const { atLeastMs = 0, budgets } = options;
  const tally = new Tally();
  const pacer = new Pacer(clock);
  const stop = new AbortController();
  const { signal } = stop;
  setMaxListeners(0, signal);
  const abort = () => stop.abort(options.signal?.reason);
  if (options.signal?.aborted) abort();
  options.signal?.addEventListener("abort", abort, { once: true });

  const startedAt = clock.now();
  let placed = 0;
  let running = 0;
  let last: CallResult | undefined;
  let firstError: BridgeError | undefined;
  const firstAudioP95Ms = () => tally.firstAudioP95Ms;
  const progress = () =>
    onProgress?.({ calls, running, ok: tally.ok, failed: tally.failed, firstAudioP95Ms });

  const placeOne = async (index: number): Promise<void> => {
    running++;
    progress();
    const own = options.signalOf?.(index);
    try {
      const observers = [tally.watch, ...(observersOf?.(index) ?? [])];
      last = await placeCall({
        ...options.call,
        ...options.callOf?.(index),
        index,
        observers,
        signal: own ? AbortSignal.any([signal, own]) : signal,
        pacer,
        lateness: tally.lateness,
        clock,
      });
      tally.add(last);
      options.onResult?.(index, last);
    } catch (error) {
      if (error instanceof BridgeError) {
        firstError ??= error;
        tally.addFailure(error.code);
        options.onResult?.(index, error);
      } else if (!signal.aborted || error !== signal.reason) {
        stop.abort(error);
        throw error;
      }
    }
    running--;
    progress();
  };

  const line = async (): Promise<void> => {
    while ((placed < calls || clock.now() - startedAt < atLeastMs) && !signal.aborted) {
      const index = placed++;
      const turn = ratePerS === undefined ? 0 : (index * 1000) / ratePerS;
      await waitUntil(clock, startedAt + turn + phaseMs(index), signal);
      if (!signal.aborted) await placeOne(index);
    }
  };

  const loop = new LoopWatch();
  await Promise.all(Array.from({ length: Math.min(calls, concurrency) }, line)).finally(() => {
    options.signal?.removeEventListener("abort", abort);
    loop.stop();
  });
  const summary = {
    ...tally.summary(clock.now() - startedAt),
    ...trust(tally.lateness.percentile(99), loop.stop()),
    ...(budgets && { budgets: judge(budgets, tally.measure) }),
  };
  return { summary, last, firstError };
}

/**
 * People do not ring in step: without this, fifty calls a second would all send their frames in the same millisecond. Multiples
 * of the golden ratio spread any number of calls evenly over a frame.
 */
export function phaseMs(index: number): number {
  return ((index * 0.618034) % 1) * FRAME_MS;
}

/** Resolves at `at`, or as soon as `signal` is aborted. */
async function waitUntil(clock: Clock, at: number, signal: AbortSignal): Promise<void> {
  if (at <= clock.now()) return;
  return new Promise((resolve) => {
    const done = () => {
      timer.cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.setTimer(done, at - clock.now());
    signal.addEventListener("abort", done, { once: true });
  });
}
