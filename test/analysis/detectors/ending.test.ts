import { expect, it } from "vitest";
import type { EndReason } from "../../../src/call/events.js";
import { analysed, found } from "../made-call.js";

it.each([
  ["agent-ended", []],
  ["shutting-down", []],
  ["agent-failed", ["agent-failed"]],
  ["caller-lost", ["caller-lost"]],
  ["protocol-fault", ["not-our-protocol"]],
  ["too-long", ["ended-by-rule"]],
  ["none", ["cut-off"]],
  ["what nobody knows", []],
  ["constructor", []],
] as const)("%s", (end, codes) => {
  expect(found({ end: end as EndReason })).toEqual(codes);
});

it("an agent that could not be reached explains that it was not heard", () => {
  const { findings } = analysed({ agent: [], end: "agent-unreachable" });
  expect(findings).toMatchObject([{ code: "agent-unreachable", side: "agent" }]);
  expect(findings[0].seen).toMatch(/^The call ended after 12 s as agent-unreachable/);
});
