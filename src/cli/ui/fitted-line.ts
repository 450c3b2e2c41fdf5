/** One line made of parts, of which a narrow terminal shows the most important. */
import type { Style } from "../../report/style.js";
import { cutText, textWidth } from "../../report/text-width.js";
import type { StyledLine } from "./pinned.js";

/** What the terminal can show. */
export interface Look {
  readonly columns: number;
  readonly rows: number;
  readonly unicode: boolean;
  readonly style: Style;
}

/** A part of a line. Where a line is too long, the parts with the highest `rank` are left out first. */
export interface Part {
  readonly text: string;
  readonly paint?: (text: string) => string;
  readonly rank: number;
  /** Says something even when its end is cut off. */
  readonly isProse?: boolean;
}

/** How many cells a line may take: the last column stays free, where some terminals would wrap. */
export function roomOf({ columns }: Pick<Look, "columns">): number {
  return Math.max(1, columns - 1);
}

export function ellipsisOf({ unicode }: Pick<Look, "unicode">): string {
  return unicode ? "…" : "~";
}

/** The parts that fit, the last of them cut short where that leaves enough of it to be read. */
export function fittedLine(parts: readonly Part[], look: Look, gap = "  "): StyledLine {
  const room = roomOf(look);
  const ellipsis = ellipsisOf(look);
  const kept = new Set<Part>();
  const cut = new Map<Part, string>();
  let width = 0;
  for (const part of [...parts].sort((a, b) => a.rank - b.rank)) {
    const between = kept.size > 0 ? gap.length : 0;
    const left = room - width - between;
    const full = textWidth(part.text);
    if (full > left && kept.size > 0 && (!part.isProse || left < 10)) continue;
    const text = cutText(part.text, left, ellipsis);
    kept.add(part);
    cut.set(part, text);
    width += between + textWidth(text);
  }
  const shown = parts.filter((part) => kept.has(part));
  return {
    plain: shown.map((part) => cut.get(part)).join(gap),
    text: shown.map((part) => (part.paint ?? String)(cut.get(part) as string)).join(gap),
  };
}

/** `r record` with the key in bold. */
export function keyPart(key: string, does: string, rank: number, { style }: Pick<Look, "style">): Part {
  return {
    text: `${key} ${does}`,
    paint: (text) => style.bold(text.slice(0, key.length)) + text.slice(key.length),
    rank,
  };
}

/** `0:07`, `1:02:03`. */
export function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
