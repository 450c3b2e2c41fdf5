import { expect, it } from "vitest";
import { analysed, found } from "../made-call.js";

it("an agent that speaks on is found", () => {
  const call = {
    caller: [
      [1000, 2700],
      [5000, 6700],
    ],
    agent: [
      [3400, 8400],
      [9000, 10_000],
    ],
  } as const;
  const { findings, bargeIns } = analysed(call);
  expect(bargeIns).toHaveLength(1);
  expect(findings).toMatchObject([{ code: "agent-barge-in-ignored", side: "agent", at: bargeIns[0].at }]);
  expect(findings[0].seen).toMatch(
    /^The caller spoke into the agent's speech once, and once it spoke on, at worst for 3\.\d s\.$/,
  );
});

it("an agent that stops, and a caller who only says mm-hm, are not", () => {
  expect(
    found({
      caller: [
        [1000, 2700],
        [5000, 6700],
      ],
      agent: [
        [3400, 5300],
        [7300, 8400],
      ],
    }),
  ).toEqual([]);
  expect(
    found({
      caller: [
        [1000, 2700],
        [5000, 5300],
      ],
      agent: [[3400, 8400]],
    }),
  ).toEqual([]);
});
