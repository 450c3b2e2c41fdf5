import { expect, it } from "vitest";
import { Repeats } from "../../src/report/repeats.js";

it("is new once, then counted", () => {
  const repeats = new Repeats();
  expect([
    repeats.add("a", "x"),
    repeats.add("a", "x"),
    repeats.add("a", "y"),
    repeats.add("b", "x"),
  ]).toEqual([true, false, true, true]);
  expect(repeats.repeated()).toEqual([{ code: "a", message: "x", count: 2 }]);
});

it("says and keeps a bounded number of messages", () => {
  const repeats = new Repeats();
  let said = 0;
  for (let number = 0; number < 10_000; number++) if (repeats.add("odd", `message ${number}`)) said++;
  expect(said).toBeLessThan(30);
  expect(repeats.repeated()).toEqual([expect.objectContaining({ code: "odd", count: 10_000 - said + 1 })]);
});
