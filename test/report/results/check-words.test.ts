import { expect, it } from "vitest";
import {
  causeOf,
  factsOf,
  inspectCommand,
  measuredAndLimit,
  momentOf,
} from "../../../src/report/results/check-words.js";
import { cutMiddle } from "../../../src/report/results/wrap.js";
import { check, result } from "./runs.js";

it("spells values by their unit, and exactly where they would look the same", () => {
  expect(factsOf(check())).toEqual(["measured 712 ms", "limit 2.0 s"]);
  expect(factsOf(check({ measured: -1500, limit: null }))).toEqual(["measured -1.5 s"]);
  expect(factsOf(check({ unit: "dB", measured: -6.04, limit: 3 }))).toEqual([
    "measured -6.04 dB",
    "limit 3 dB",
  ]);
  expect(factsOf(check({ unit: undefined, measured: "agent", limit: "caller" }))).toEqual([
    "measured agent",
    "limit caller",
  ]);
  expect(measuredAndLimit(check({ measured: 2004, limit: 2000 }))).toEqual(["2004 ms", "2000 ms"]);
  expect(measuredAndLimit(check({ measured: null, limit: null }))).toEqual([undefined, undefined]);
});

it("the cause is the first failing check's reason", () => {
  const failing = (reason: string) => check({ ok: false, reason });
  expect(causeOf(result({ checks: [check(), failing("first"), failing("second")] }))).toBe("first");
  expect(causeOf(result({ checks: [failing("")] }))).toBe("speaks within 2 s did not hold");
  expect(causeOf(result({ ok: false, checks: [] }))).toBe("it failed, and no check says why");
});

it.each([
  [0, "0:00.0"],
  [3_449, "0:03.4"],
  [59_960, "1:00.0"],
  [3_723_000, "62:03.0"],
])("%i ms into a call is %s", (ms, text) => expect(momentOf(ms)).toBe(text));

it.each([
  ["rec/20261122T1.5Z-call_1", "rec/20261122T1.5Z-call_1"],
  ["my calls/1", "'my calls/1'"],
  ["it's", "'it'\\''s'"],
  ["$(rm)", "'$(rm)'"],
  ["~me", "'~me'"],
])("%s goes into a shell as %s", (folder, word) =>
  expect(inspectCommand({ recording: folder })).toBe(`npx smartpbx-bridge inspect ${word} --open`),
);

it("without a recording of its own, a replay is looked at where it came from", () => {
  expect(inspectCommand({ replayOf: "a" })).toBe("npx smartpbx-bridge inspect a --open");
  expect(inspectCommand({ replayOf: "a", recording: "b" })).toBe("npx smartpbx-bridge inspect b --open");
  expect(inspectCommand({})).toBeUndefined();
});

it("a name that is too long loses its middle", () => {
  expect(cutMiddle("20261122T1-call-9", 11)).toBe("20261…all-9");
  expect(cutMiddle("short", 11)).toBe("short");
  expect(cutMiddle("語語語語語語", 7)).toBe("語…語語");
});
