/** What all calls of a server came to, in a few lines at its end. */
import { count, spellMs } from "../../report/numbers.js";
import type { Style } from "../../report/style.js";
import { END_WORDS } from "../../report/words.js";
import type { LiveTotals } from "./live-calls.js";

export function liveSummary(
  { calls, turns, bargeIns, firstAudioMs, failures }: LiveTotals,
  style: Style,
): string[] {
  if (calls === 0) return ["No calls."];
  const [p50, p95] = [firstAudioMs.percentile(50), firstAudioMs.percentile(95)];
  const failed = [...failures.values()].reduce((sum, times) => sum + times, 0);
  const latency =
    p50 === undefined || p95 === undefined ? "none" : `p50 ${spellMs(p50)}  p95 ${spellMs(p95)}`;
  const counts = [
    count(calls, "call"),
    count(turns, "turn"),
    count(bargeIns, "barge-in"),
    failed > 0 ? style.bad(`${failed} failed`) : "0 failed",
  ];
  return [
    style.bold(counts.slice(0, 3).join("  ")).concat("  ", counts[3] as string),
    `${style.dim("first audio")}  ${latency}`,
    ...[...failures]
      .sort((a, b) => b[1] - a[1])
      .map(([reason, times]) => `${style.dim("failed")}       ${times} × ${END_WORDS[reason]}`),
  ];
}
