/** What the tests of faults found, in lines that `npm run trust` adds up. */
import { expect } from "vitest";

/** Whether the long mode was asked for, which takes minutes. */
export const isLong = process.env.TRUST_LONG === "1";

/** Says how much of `what` was found in so many cases, which should be nothing. */
export function nothingOf(what: string, found: readonly unknown[], cases: number): void {
  hardlyAnyOf(what, found, cases, 0);
}

/** The same of what cannot be told from a moment of the machine's own with certainty: a test lets a few pass, and says so. */
export function hardlyAnyOf(what: string, found: readonly unknown[], cases: number, few: number): void {
  console.log(`trust: ${what}=${found.length} cases=${cases}`);
  expect(found.slice(few), what).toEqual([]);
}
