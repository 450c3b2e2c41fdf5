import { expect, test } from "vitest";
import { Complaints } from "../../src/call/complaints.js";
import type { CallNote } from "../../src/call/events.js";

test("a warning is said once for each code and variant, and there is an end to them", () => {
  const said: CallNote[] = [];
  const complaints = new Complaints((event) => said.push(event));
  for (let i = 0; i < 3; i++) complaints.warn("a", "first");
  complaints.warn("a", "second", "variant");
  expect(said).toEqual([
    { type: "warning", code: "a", message: "first" },
    { type: "warning", code: "a", message: "second" },
  ]);
  for (let i = 0; i < 1000; i++) complaints.warn("many", "x", String(i));
  expect(said).toHaveLength(22);
  complaints.warn("congested", "still heard");
  expect(said).toHaveLength(23);
});

test("every fault is noted; the fifty-first is one too many", () => {
  const said: CallNote[] = [];
  const complaints = new Complaints((event) => said.push(event));
  const verdicts = Array.from({ length: 51 }, () => complaints.fault("malformed-json", "broken"));
  expect(verdicts.indexOf(true)).toBe(50);
  expect(said).toHaveLength(51);
});
