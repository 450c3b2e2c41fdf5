/** Limits and their verdicts. */
import { expect, test } from "vitest";
import { budget, budgetNames, judge } from "../../src/simulate/budgets.js";

test("a limit is met up to itself", () => {
  const budgets = [budget("first-audio.p95", 900), budget("failed", 1)];
  const measured = (ms: number) => judge(budgets, (metric) => (metric === "failed" ? 0.5 : ms));
  expect(measured(900)[0]).toEqual({
    name: "first-audio.p95",
    unit: "ms",
    limit: 900,
    measured: 900,
    ok: true,
  });
  expect(measured(900.004)[0]).toMatchObject({ measured: 900, ok: false });
  expect(measured(1)[1]).toEqual({ name: "failed", unit: "%", limit: 1, measured: 0.5, ok: true });
});

test("what was never measured fails with that reason", () => {
  expect(judge([budget("greeting.max", 900)], () => undefined)).toEqual([
    {
      name: "greeting.max",
      unit: "ms",
      limit: 900,
      measured: null,
      ok: false,
      reason: "it was never measured",
    },
  ]);
});

test("the measurement is asked for by metric and stat", () => {
  const asked: unknown[] = [];
  judge([budget("gaps.mean", 1), budget("late", 1)], (...question) => {
    asked.push(question);
    return 0;
  });
  expect(asked).toEqual([
    ["gaps", "mean"],
    ["late", undefined],
  ]);
});

test("only names of the table are budgets", () => {
  for (const name of budgetNames) expect(budget(name, 1).name).toBe(name);
  for (const name of ["first-audio", "failed.p95", "gaps.p90", "toString", "nothing.p95", ""])
    expect(() => budget(name, 1), name).toThrow(RangeError);
});
