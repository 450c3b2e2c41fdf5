/** Times and shares as findings spell them. */

/** `340 ms`, `1.2 s`, `2 min 5 s`. */
export function spellMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = Math.round(ms / 100) / 10;
  if (s < 60) return `${s} s`;
  return `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
}

/** `12 %`, `0.4 %`. */
export function spellShare(share: number): string {
  const percent = 100 * share;
  return `${percent < 1 ? Math.round(percent * 10) / 10 : Math.round(percent)} %`;
}

/** `-23 dBFS`. */
export function spellDbfs(dbfs: number): string {
  return `${Math.round(dbfs)} dBFS`;
}

/** `1 payload`, `3 payloads`. */
export function spellCount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
