/** Budgets as people write them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { BadValue } from "../../src/config/bad-value.js";
import { parseBudgets } from "../../src/config/budgets.js";
import { budgetNames } from "../../src/simulate/budgets.js";

test("one a flag, or several with commas; the later of two counts", () => {
  expect(parseBudgets(["first-audio.p95=900ms"])).toEqual([
    { name: "first-audio.p95", metric: "first-audio", stat: "p95", limit: 900 },
  ]);
  expect(parseBudgets(["failed=0.5%, gaps.max<=0", "late=1%", "failed=2%"])).toEqual([
    { name: "failed", metric: "failed", limit: 2 },
    { name: "gaps.max", metric: "gaps", stat: "max", limit: 0 },
    { name: "late", metric: "late", limit: 1 },
  ]);
});

test.each([
  ["first-audio", { message: /is not a name, = and a limit/, instead: "first-audio.p95=900ms" }],
  ["=900ms", { message: /is not a name/, instead: "first-audio.p95=900ms" }],
  ["first-audio=900ms", { message: /has many values/, instead: "first-audio.p95=900ms" }],
  ["first-audio.p90=900ms", { message: /p50, p95, p99, max and mean/, instead: "first-audio.p95=900ms" }],
  ["failed.p95=1%", { message: /is one number/, instead: "failed=1%" }],
  ["failed=900ms", { message: /in percent/, instead: "failed=1%" }],
  ["failed=5", { message: /in percent/, instead: "failed=5%" }],
  ["late=200%", { message: /in percent/, instead: "late=1%" }],
  ["gaps.p95=60", { message: /in ms or s/, instead: "gaps.p95=60ms" }],
  ["gaps.p95=1%", { message: /in ms or s/, instead: "gaps.p95=1ms" }],
  ["gaps.p95=soon", { message: /gaps.p95: "soon" is not a duration/, instead: "gaps.p95=30s" }],
  ["frist-audio.p95=1s", { message: /no budget is called/, fix: "Did you mean first-audio.p95=1s?" }],
  ["first-audoi.p99=1s", { message: /no budget is called/, fix: "Did you mean first-audio.p99=1s?" }],
  ["fialed=1%", { message: /no budget is called/, fix: "Did you mean failed=1%?" }],
  ["talkover.max=1s", { message: /no budget is called/, fix: "Did you mean talk-over.max=1s?" }],
  ["bananas=1s", { message: /no budget is called/, fix: /^There are: first-audio, greeting, / }],
  ["constructor=1s", { message: /no budget is called/, fix: /^There are: / }],
])("%s", (text, { message, instead, fix }: Record<string, string | RegExp>) => {
  let error: unknown;
  try {
    parseBudgets([text]);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(BadValue);
  expect((error as BadValue).message).toMatch(message);
  if (instead) expect((error as BadValue).instead).toMatch(instead);
  if (fix) expect((error as BadValue).fix).toMatch(fix);
});

test("any text is a budget or a BadValue whose advice holds", () => {
  const name = fc.oneof(fc.constantFrom(...budgetNames), fc.string());
  const limit = fc.oneof(fc.constantFrom("1%", "900ms", "0", "5"), fc.string());
  fc.assert(
    fc.property(name, limit, (name, limit) => {
      try {
        expect(parseBudgets([`${name}=${limit}`]).length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(BadValue);
        const { instead, fix } = error as BadValue;
        if (instead === undefined) expect(fix).toBeTruthy();
        else if (!limit.includes(",") && !name.includes(",")) parseAfterAtMostTwo(instead);
      }
    }),
  );
});

/** Following the advice leads to a budget: one thing at a time is put right. */
function parseAfterAtMostTwo(text: string, left = 3): void {
  try {
    parseBudgets([text]);
  } catch (error) {
    expect(left, text).toBeGreaterThan(0);
    if (!(error instanceof BadValue) || error.instead === undefined) throw error;
    parseAfterAtMostTwo(error.instead, left - 1);
  }
}
