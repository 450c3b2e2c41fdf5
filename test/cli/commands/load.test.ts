/** What a load is worth as an exit code. */
import { describe, expect, it } from "vitest";
import { loadExitCode, mostCalls } from "../../../src/cli/commands/load.js";
import { type LoadSummary, Tally } from "../../../src/simulate/tally.js";

const summary = (rest: Partial<LoadSummary> & { ramp?: { calls: number } }) => ({
  ...new Tally().summary(1),
  ...rest,
});
const verdict = (name: string, ok: boolean) => ({ name, unit: "ms", limit: 1, measured: 1, ok }) as const;

describe("the exit code", () => {
  it.each([
    ["all calls went well", {}, 0],
    ["a call failed", { failed: 1 }, 1],
    ["all budgets hold", { budgets: [verdict("late", true)] }, 0],
    ["one does not", { budgets: [verdict("late", true), verdict("gaps.p95", false)] }, 1],
    ["a call failed, and budgets are about other things", { failed: 1, budgets: [verdict("late", true)] }, 1],
    ["calls failed within their budget", { failed: 1, budgets: [verdict("failed", true)] }, 0],
    ["it cannot be trusted", { trustworthy: false }, 0],
    ["it cannot be trusted and has budgets", { trustworthy: false, budgets: [verdict("late", true)] }, 1],
    ["a ramp found a number", { failed: 1, ramp: { calls: 5 } }, 0],
    ["a ramp found none", { ramp: { calls: 0 } }, 1],
  ])("when %s", (_, rest, code) => {
    expect(loadExitCode(summary(rest))).toBe(code);
  });
});

it("a ramp goes as far as --concurrency says, and far where it says nothing", () => {
  const settings = { calls: 1, concurrency: 1, ratePerSecond: undefined, budget: [], ramp: true };
  expect(mostCalls(settings)).toBe(5000);
  expect(mostCalls({ ...settings, concurrency: 40 })).toBe(40);
  expect(mostCalls({ ...settings, ramp: false })).toBe(1);
});
