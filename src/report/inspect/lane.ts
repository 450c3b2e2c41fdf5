/** A line of characters that shows when somebody spoke: each stands for a stretch of the call. */
import type { Span } from "../../analysis/call-analysis.js";

const BARS = ["·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const PLAIN_BARS = [".", "-", "-", "=", "=", "=", "#", "#", "#"];

/** The fuller, the more of the stretch was speech. Never empty where anything was said. */
export function lane(spans: readonly Span[], durationMs: number, cells: number, unicode: boolean): string {
  const speech = new Float64Array(cells);
  const cellMs = durationMs / cells;
  for (const { from, to } of spans) {
    const last = Math.min(cells - 1, Math.ceil(to / cellMs) - 1);
    for (let cell = Math.max(0, Math.floor(from / cellMs)); cell <= last; cell++)
      speech[cell] += Math.max(0, Math.min(to, (cell + 1) * cellMs) - Math.max(from, cell * cellMs));
  }
  const bars = unicode ? BARS : PLAIN_BARS;
  return Array.from(
    speech,
    (ms) => bars[ms <= 0 ? 0 : Math.max(1, Math.min(8, Math.round((ms / cellMs) * 8)))],
  ).join("");
}

export interface Mark {
  readonly at: number;
  readonly text: string;
  /** In place of `text`, where there is room before the next. */
  readonly long?: string;
}

/** Short texts under the places they belong to. What would run into its neighbour is left out. */
export function marksLine(marks: readonly Mark[], durationMs: number, cells: number): string {
  const placed = [...marks]
    .sort((a, b) => a.at - b.at)
    .map((mark) => ({ ...mark, cell: Math.max(0, Math.floor((mark.at / durationMs) * cells)) }));
  let line = "";
  for (const [index, { cell, text, long = text }] of placed.entries()) {
    const place = Math.min(cells - text.length, cell);
    if (place < line.length) continue;
    const room = Math.min(placed[index + 1]?.cell ?? cells + 1, cells + 1) - place - 1;
    line = line.padEnd(place) + (long.length <= room ? long : text);
  }
  return line;
}

const TICKS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
const TICK_CELLS = 12;

/** Times above the places they stand for. */
export function ruler(durationMs: number, cells: number): string {
  const least = (durationMs / 1000 / cells) * TICK_CELLS;
  const step = (TICKS_S.find((seconds) => seconds >= least) ?? Math.ceil(least / 3600) * 3600) * 1000;
  const ticks = Array.from({ length: Math.floor(durationMs / step) + 1 }, (_, i) => i * step);
  const whole = ticks.map((at) => ({ at, text: moment(at, 0) }));
  return marksLine(
    whole.filter(({ at, text }) => (at / durationMs) * cells + text.length <= cells),
    durationMs,
    cells,
  );
}

/** `1:02.3`, of the call's clock. */
export function moment(ms: number, digits: 0 | 1 = 1): string {
  const unit = digits === 1 ? 100 : 1000;
  const whole = Math.round(ms / unit) * unit;
  const [minutes, rest] = [Math.floor(whole / 60_000), (whole % 60_000) / 1000];
  const seconds = rest.toFixed(digits).padStart(digits === 1 ? 4 : 2, "0");
  if (minutes < 60) return `${minutes}:${seconds}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${seconds}`;
}
