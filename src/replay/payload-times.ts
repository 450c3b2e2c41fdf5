/** When each payload of a caller was said, from when it came: a telephone sends without a break, the network does not. Pure. */

/** Lateness up to this is hidden by a phone's buffer. */
const JITTER_MS = 60;
/** A stall is made up for by a burst within this time; else it was a pause. */
const STALL_MS = 1000;

/**
 * The beginning of each payload's audio, in ms of the call's clock. Audio is back to back while it comes late by little, or by
 * more that is made up for; it jumps ahead where time is truly missing.
 */
export function startsOf({
  at,
  ms,
}: {
  readonly at: readonly number[];
  readonly ms: readonly number[];
}): number[] {
  const starts: number[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < at.length; k++) {
    const cameAt = at[k] - ms[k];
    const strayMs = cameAt - end;
    const isApart = strayMs < -STALL_MS || (strayMs > JITTER_MS && !isMadeUp(k, end));
    starts.push(isApart ? cameAt : end);
    end = (starts[k] as number) + ms[k];
  }
  return starts;

  /** Whether so much comes soon that from `end` on nothing is missing. */
  function isMadeUp(k: number, end: number): boolean {
    let saidUntil = end;
    for (let next = k; next < at.length && at[next] <= at[k] + STALL_MS; next++) {
      saidUntil += ms[next];
      if (at[next] - saidUntil <= JITTER_MS) return true;
    }
    return false;
  }
}
