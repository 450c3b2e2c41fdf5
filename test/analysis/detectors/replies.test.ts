import { expect, it } from "vitest";
import { analysed, found } from "../made-call.js";

it("late replies are counted", () => {
  const { findings } = analysed({
    durationMs: 14_000,
    agent: [
      [3400, 5100],
      [10_700, 12_000],
    ],
  });
  expect(findings).toMatchObject([{ code: "agent-slow-replies", severity: "warning" }]);
  expect(findings[0].seen).toBe(
    "1 of 2 replies began later than 2 s after the caller's last word, the slowest after 3 s.",
  );
});

it("words without an answer are counted, and where the caller goes on soon they are not", () => {
  expect(found({ agent: [[3400, 5100]] })).toEqual(["agent-unanswered"]);
  expect(found({ agent: [[3400, 5100]], durationMs: 9000 })).toEqual([]);
  expect(
    found({
      caller: [
        [1000, 2700],
        [3500, 4500],
      ],
      agent: [[5000, 6000]],
    }),
  ).toEqual([]);
});

it("an agent that speaks while the caller does has answered", () => {
  expect(
    found({
      agent: [
        [1100, 2800],
        [6100, 7800],
      ],
    }),
  ).toEqual([]);
});
