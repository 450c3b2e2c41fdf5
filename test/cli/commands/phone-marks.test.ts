import { expect, it } from "vitest";
import type { CallEvent } from "../../../src/call/events.js";
import { PhoneMarks } from "../../../src/cli/commands/phone-marks.js";
import { ManualClock } from "../../../src/clock.js";

it("tells all observers of the call when a moment is marked, in the call's own time", () => {
  const clock = new ManualClock();
  const marks = new PhoneMarks(clock);
  const seen: CallEvent[] = [];
  const observers = marks.watch([(event) => seen.push(event)]);
  const tell = (event: object) => {
    for (const observer of observers) observer(event as CallEvent);
  };
  expect(marks.mark()).toBeUndefined();
  clock.advance(5000);
  tell({ type: "call-started", at: 20 });
  clock.advance(1000);
  expect(marks.mark()).toBe(1);
  clock.advance(500);
  expect(marks.mark()).toBe(2);
  tell({ type: "call-ended", at: 2000 });
  expect(marks.mark()).toBeUndefined();
  expect(seen.filter(({ type }) => type === "mark")).toEqual([
    { type: "mark", number: 1, at: 1020 },
    { type: "mark", number: 2, at: 1520 },
  ]);
});
