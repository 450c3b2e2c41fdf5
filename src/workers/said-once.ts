/** What every worker finds for itself and says in the same words, as a certificate that cannot be read, is told once. */
import type { Clock } from "../clock.js";

type Warn = (code: string, message: string) => void;

const SAME_MS = 60_000;
/** More different ones than this are not remembered. */
const MOST = 100;

export function saidOnce(warn: Warn, clock: Clock): Warn {
  const saidAt = new Map<string, number>();
  return (code, message) => {
    const key = `${code} ${message}`;
    const now = clock.now();
    if (now - (saidAt.get(key) ?? Number.NEGATIVE_INFINITY) < SAME_MS) return;
    if (saidAt.size >= MOST) saidAt.clear();
    saidAt.set(key, now);
    warn(code, message);
  };
}
