/** One thing that was compared, with its place among the causes of a failure. */
import type { CallAnalysis } from "../../analysis/call-analysis.js";
import type { Check } from "../../report/results/result.js";
import type { Measured } from "../measured.js";
import type { Tolerances } from "../tolerances.js";

/** The two calls that are compared. */
export interface Comparison {
  readonly recorded: CallAnalysis;
  readonly replayed: CallAnalysis;
  /** What is expected: of the recording, or of the run that was accepted. */
  readonly expected: Measured;
  /** What it is called: `later than recorded`. */
  readonly than: "recorded" | "accepted";
  readonly measured: Measured;
  readonly tolerances: Tolerances;
}

/** `wire` explains all else. Of what happened `in time` the first explains the rest. What is said of the `whole` call follows. */
export type Grade = "wire" | "in time" | "whole";

export interface Difference {
  readonly check: Check;
  readonly grade: Grade;
  /** When in the replayed call it began to be otherwise, in ms. */
  readonly since: number;
}

type Facts = Pick<Check, "expect" | "measured" | "limit" | "unit" | "at">;

export interface Place {
  readonly grade?: Grade;
  readonly since?: number;
}

/** @param reason why it fails; undefined when it does not. */
export function difference(facts: Facts, reason: string | undefined, place: Place = {}): Difference {
  const { expect, measured, limit, unit, at } = facts;
  return {
    check: {
      expect,
      ok: reason === undefined,
      measured,
      limit,
      ...(unit !== undefined && { unit }),
      reason: reason ?? "",
      ...(at !== undefined && { at: Math.round(at) }),
    },
    grade: place.grade ?? "in time",
    since: place.since ?? at ?? 0,
  };
}

/** `1,210 ms`. */
export function ms(value: number): string {
  return `${String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",")} ms`;
}

/** In tenths: `6.1 dB`. */
export function dB(value: number): string {
  return `${tenths(value)} dB`;
}

export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
