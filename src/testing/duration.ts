/** Durations as tests write them: milliseconds, or a text with a unit. */

/** `800` and `"800ms"` are the same; also `"1.5s"` and `"2m"`. */
export type Duration = number | `${number}ms` | `${number}s` | `${number}m`;

const MS_IN: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** In milliseconds. @throws TypeError for what is no duration, a mistake of the test. */
export function durationMs(duration: Duration): number {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(String(duration)) ?? [];
  const ms = typeof duration === "number" ? duration : Number(amount || Number.NaN) * MS_IN[unit];
  if (Number.isFinite(ms) && ms >= 0) return ms;
  throw new TypeError(
    `${JSON.stringify(duration)} is no duration: give milliseconds, or a text such as "800ms"`,
  );
}

/** `800 ms`, `2.35 s`. */
export function spellMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 10) / 100} s`;
}
