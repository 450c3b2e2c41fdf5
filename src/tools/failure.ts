/** How a tool fails: with words that may be told to the model, within its time, or because the call is over. */
import type { Clock } from "../clock.js";
import { printable } from "../protocol/text.js";

/** Its message may be told to the model. It holds no numbers, keys or addresses. */
export class ToolFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ToolFailure";
  }
}

/** More of what a far end says about its failure helps no model. */
const MAX_WORDS = 300;

/** What a far end said, short and in one line. */
export function words(text: string): string {
  return printable(text.trim().replace(/\s+/g, " "), MAX_WORDS);
}

export interface Limits {
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Aborted when the call ends. Left out for what must be carried through. */
  readonly signal?: AbortSignal;
}

/** Rejects when the time is over or the call has ended, whether `work` listens to its signal or not. */
export async function inTime<T>(
  { timeoutMs, clock, signal }: Limits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal?.aborted) throw callEnded();
  const controller = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason), { once: true });
  });
  const onEnd = () => controller.abort(callEnded());
  signal?.addEventListener("abort", onEnd, { once: true });
  const timer = clock.setTimer(() => controller.abort(tooSlow(timeoutMs)), timeoutMs);
  try {
    return await Promise.race([work(controller.signal), stopped]);
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", onEnd);
  }
}

function callEnded(): ToolFailure {
  return new ToolFailure("the call has ended");
}

function tooSlow(timeoutMs: number): ToolFailure {
  return new ToolFailure(
    `the tool did not answer within ${timeoutMs / 1000} s; it is not known what came of it`,
  );
}
