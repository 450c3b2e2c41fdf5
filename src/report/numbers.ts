/** Durations and counts as people read them. */

/** `312 ms`, `12.3 s`, `4 min 05 s`: three figures are enough. */
export function spellMs(ms: number): string {
  if (ms < 999.5) return `${ms < 9.95 && !Number.isInteger(ms) ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** `1 call`, `2 calls`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

/** `12:59:03` in local time. */
export function timeOfDay(wallMs: number): string {
  return new Date(wallMs).toTimeString().slice(0, 8);
}

/** The nearest-rank percentile, or null for no values: no latency is not a fast latency. */
export function percentile(values: readonly number[], percent: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}
