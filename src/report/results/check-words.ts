/** Checks in words for people, the same in every report. Whatever a far end wrote is made safe to show. */
import { percentile, spellMs } from "../numbers.js";
import { safeText } from "../safe-text.js";
import type { Check, CheckResult } from "./result.js";

/** Room for a sentence with a path in it. */
const LONGEST = 400;

/** One line that a terminal can show: no control characters, no halves of characters. */
export function shown(text: string): string {
  return shownWhole(text, LONGEST);
}

function shownWhole(text: string, length = Number.POSITIVE_INFINITY): string {
  return safeText(text, length).replace(/\p{Surrogate}/gu, "\ufffd");
}

/** `barge-in, run 2`. */
export function nameOf({ name, repeat }: Pick<CheckResult, "name" | "repeat">): string {
  const shownName = shown(name).trim() || "?";
  return repeat === undefined ? shownName : `${shownName}, run ${repeat}`;
}

/** Why a result is not ok: the reason of its first check that failed. */
export function causeOf(result: CheckResult): string {
  const failed = result.checks.find(({ ok }) => !ok);
  if (!failed) return "it failed, and no check says why";
  return shown(failed.reason) || `${expectationOf(failed)} did not hold`;
}

/** `step 2  stops within 500 ms`. */
export function expectationOf({ step, expect }: Check): string {
  return [...(step === undefined ? [] : [`step ${step}`]), shown(expect).trim() || "?"].join("  ");
}

/** `measured 1.2 s`, `limit 600 ms`; nothing for what was not measured or has no limit. */
export function factsOf(check: Check): string[] {
  const [measured, limit] = measuredAndLimit(check);
  return [
    ...(measured === undefined ? [] : [`measured ${measured}`]),
    ...(limit === undefined ? [] : [`limit ${limit}`]),
  ];
}

/** Both spelled alike; exactly, where they would look the same and are not. */
export function measuredAndLimit({
  measured,
  limit,
  unit,
}: Check): readonly [string | undefined, string | undefined] {
  const [a, b] = [spell(measured, unit), spell(limit, unit)];
  if (a !== b || measured === limit) return [a, b];
  const exact = (value: Check["measured"]) => (value === null ? undefined : `${value} ${unit ?? ""}`.trim());
  return [exact(measured), exact(limit)];
}

function spell(value: number | string | null, unit: Check["unit"]): string | undefined {
  if (value === null) return undefined;
  if (typeof value === "string") return shown(value);
  if (unit === "ms") return value < 0 ? `-${spellMs(-value)}` : spellMs(value);
  return `${Math.round(value * 100) / 100}${unit === undefined ? "" : ` ${unit}`}`;
}

/** The middle and the largest first-audio latency of a call's replies; undefined when none came. */
export function firstAudioOf({
  firstAudioMs = [],
}: CheckResult): { readonly replies: number; readonly p50: string; readonly max: string } | undefined {
  const came = firstAudioMs.filter((ms) => ms !== null);
  const [p50, max] = [percentile(came, 50), percentile(came, 100)];
  if (p50 === null || max === null) return undefined;
  return { replies: came.length, p50: spellMs(p50), max: spellMs(max) };
}

/** `none` for a latency that nobody could measure: it is not 0. */
export function spellLatency(ms: number | null): string {
  return ms === null ? "none" : spellMs(ms);
}

/** `0:03.4`: where in the call. */
export function momentOf(ms: number): string {
  const tenths = Math.max(0, Math.round(ms / 100));
  const seconds = Math.floor(tenths / 10);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}.${tenths % 10}`;
}

/**
 * What to paste into a shell to look at the call, or else at the one that was played again: never cut, whatever the folder is
 * called. Undefined when none was saved.
 */
export function inspectCommand({
  recording,
  replayOf,
}: Pick<CheckResult, "recording" | "replayOf">): string | undefined {
  const folder = recording ?? replayOf;
  if (folder === undefined) return undefined;
  return shownWhole(`npx smartpbx-bridge inspect ${shellWord(folder)} --open`);
}

function shellWord(text: string): string {
  const isPlain = /^[\w@%+=:,./~\\-]+$/.test(text) && !text.startsWith("~") && !text.includes("\\");
  return isPlain ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
