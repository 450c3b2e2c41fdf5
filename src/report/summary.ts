/** The summary of a finished command as lines for people: any plain data, one line a group of numbers. */
import { spellMs } from "./numbers.js";
import { safeText } from "./safe-text.js";
import type { Style } from "./style.js";

/**
 * `{ calls: 3, ok: 3, failed: 0, firstAudioMs: { p50: 312 } }` gives `3 calls  3 ok  0 failed` and
 * `first audio  p50 312 ms`. A null, or a group of nothing else, is `none`; empty groups are left out. Keys that end in `Ms` are durations, in
 * `Percent` shares.
 */
export function summaryLines(summary: object, style: Style): string[] {
  const entries = Object.entries(summary).filter(([, value]) => !isEmpty(value));
  const counts = entries.filter(([key, value]) => typeof value === "number" && !key.endsWith("Ms"));
  const rest = entries.filter((entry) => !counts.includes(entry));
  const names = rest.map(([key]) => words(key));
  const width = Math.max(0, ...names.map((name) => name.length));
  const lines = rest.map(
    ([key, value], index) => `${style.dim(names[index]!.padEnd(width))}  ${spell(key, value, style)}`,
  );
  return counts.length
    ? [counts.map(([key, value]) => spellCount(key, value, style)).join("  "), ...lines]
    : lines;
}

function spellCount(key: string, value: number, style: Style): string {
  const text = `${value} ${key === "calls" && value === 1 ? "call" : words(key)}`;
  return key === "failed" && value > 0 ? style.bad(text) : style.bold(text);
}

function spell(key: string, value: unknown, style: Style): string {
  if (value === null || isAllNull(value)) return "none";
  if (typeof value === "number") return spellNumber(key, value);
  if (Array.isArray(value)) return value.map((item) => spell(key, item, style)).join(", ");
  if (typeof value === "object")
    return Object.entries(value)
      .map(([inner, item]) => `${style.dim(words(inner))} ${spell(hasUnit(key) ? key : inner, item, style)}`)
      .join("  ");
  return safeText(String(value));
}

function spellNumber(key: string, value: number): string {
  if (key.endsWith("Ms")) return spellMs(value);
  return key.endsWith("Percent") ? `${value} %` : String(value);
}

function hasUnit(key: string): boolean {
  return /(?:Ms|Percent)$/.test(key);
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0)
  );
}

function isAllNull(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every((item) => item === null);
}

/** `firstAudioMs` → `first audio`. */
function words(key: string): string {
  return key
    .replace(/(?:Ms|Percent)$/, "")
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replaceAll("-", " ");
}
