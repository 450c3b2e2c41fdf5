import { expect, it } from "vitest";
import { findingOf, rankedRoots, rootsOf } from "../../src/analysis/root-causes.js";

const agent = (kind: Parameters<typeof findingOf>[0]["kind"]) =>
  findingOf({ kind, side: "agent", seen: kind });

it("leaves out what another finding explains, and is as grave as that", () => {
  const roots = rootsOf([agent("too-fast"), agent("barge-in-ignored"), agent("dc-offset")]);
  expect(roots).toMatchObject([
    { code: "agent-too-fast", severity: "error" },
    { code: "agent-dc-offset", severity: "warning" },
  ]);
});

it("one side's finding explains nothing of the other side", () => {
  const caller = findingOf({ kind: "wrong-encoding", side: "caller", seen: "" });
  expect(rootsOf([caller, agent("clipped")])).toHaveLength(2);
});

it("of several calls each code stands once, the root first", () => {
  const call = (kind: Parameters<typeof findingOf>[0]["kind"]) =>
    findingOf({ kind, side: "call", seen: kind });
  const found = [
    agent("unanswered"),
    agent("too-quiet"),
    agent("wrong-rate"),
    agent("wrong-rate"),
    call("headers-ignored"),
    call("endpoint-dies"),
  ];
  expect(rankedRoots(found).map(({ code }) => code)).toEqual([
    "endpoint-dies",
    "agent-wrong-rate",
    "headers-ignored",
    "agent-too-quiet",
  ]);
});
