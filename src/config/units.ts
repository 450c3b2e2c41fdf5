/** Values with a unit: durations, sizes, frequencies and rates, from the text of a flag. */
import { BadValue } from "./bad-value.js";
import type { Setting } from "./setting.js";

const MS_IN = { ms: 1, s: 1000, m: 60_000 } as const;
const BYTES_IN = { b: 1, kib: 1024, mib: 1024 * 1024 } as const;

/** Node's timers hold no more than 24 days; a day is more than any call needs. */
const LONGEST_MS = 24 * 60 * MS_IN.m;

type Bounds = Pick<Setting, "min" | "max" | "default">;

/** `300ms`, `30s`, `1.5m` or `0`, in whole milliseconds. */
export function parseDuration(text: string, bounds: Bounds = {}): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text);
  if (!match && text !== "0") {
    const number = /^(\d+(?:\.\d+)?) *([a-z]*)/i.exec(text);
    if (!number) throw new BadValue(`${JSON.stringify(text)} is not a duration`, { instead: "30s" });
    const [, amount, unit] = number as unknown as [string, string, string];
    if (unit === "")
      throw new BadValue(`${JSON.stringify(text)} has no unit (ms, s or m)`, { instead: `${amount}s` });
    throw new BadValue(`${JSON.stringify(text)} is not a duration in ms, s or m`, {
      instead: unit.startsWith("h")
        ? `${Number(amount) * 60}m`
        : `${amount}${unit.startsWith("mi") ? "m" : "s"}`,
    });
  }
  const ms = match ? Math.round(Number(match[1]) * MS_IN[match[2] as keyof typeof MS_IN]) : 0;
  return within(ms, { max: LONGEST_MS, ...bounds }, spellDuration);
}

/** `512B`, `256KiB` or `1MiB`, in bytes. */
export function parseBytes(text: string, bounds: Bounds): number {
  const match = /^(\d+(?:\.\d+)?)(b|kib|mib)$/i.exec(text);
  if (!match) {
    const number = /^(\d+) *([a-z]?)/i.exec(text);
    const unit = { k: "KiB", m: "MiB" }[number?.[2]?.toLowerCase() ?? ""] ?? "B";
    throw new BadValue(`${JSON.stringify(text)} is not a size in B, KiB or MiB`, {
      instead: number ? `${number[1]}${unit}` : "256KiB",
    });
  }
  const bytes = Math.round(Number(match[1]) * BYTES_IN[match[2]!.toLowerCase() as keyof typeof BYTES_IN]);
  return within(bytes, bounds, spellBytes);
}

/** `440` or `440Hz`, in Hz. */
export function parseFrequency(text: string, bounds: Bounds): number {
  const match = /^(\d+(?:\.\d+)?)(?:hz)?$/i.exec(text);
  if (!match) throw new BadValue(`${JSON.stringify(text)} is not a frequency in Hz`, { instead: "1000" });
  return within(Number(match[1]), bounds, String);
}

/** `5/s`, in events a second. */
export function parseRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\/s$/.exec(text);
  if (match && Number(match[1]) > 0) return Number(match[1]);
  const amount = /^\d+(?:\.\d+)?/.exec(text)?.[0];
  throw new BadValue(`${JSON.stringify(text)} is not a number a second above 0`, {
    instead: `${amount && Number(amount) > 0 ? amount : 5}/s`,
  });
}

export function parseInteger(text: string, bounds: Bounds): number {
  if (!/^\d+$/.test(text))
    throw new BadValue(`${JSON.stringify(text)} is not a whole number`, {
      instead: bounds.default ?? String(bounds.min ?? 1),
    });
  return within(Number(text), bounds, String);
}

function within(
  value: number,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: Bounds,
  spell: (value: number) => string,
) {
  if (value >= min && value <= max) return value;
  throw new BadValue(`${spell(value)} is not between ${spell(min)} and ${spell(max)}`, {
    instead: spell(value < min ? min : max),
  });
}

function spellDuration(ms: number): string {
  if (ms >= MS_IN.m && ms % MS_IN.m === 0) return `${ms / MS_IN.m}m`;
  return ms >= MS_IN.s && ms % MS_IN.s === 0 ? `${ms / MS_IN.s}s` : `${ms}ms`;
}

function spellBytes(bytes: number): string {
  if (bytes >= BYTES_IN.mib && bytes % BYTES_IN.mib === 0) return `${bytes / BYTES_IN.mib}MiB`;
  return bytes >= BYTES_IN.kib && bytes % BYTES_IN.kib === 0 ? `${bytes / BYTES_IN.kib}KiB` : `${bytes}B`;
}
