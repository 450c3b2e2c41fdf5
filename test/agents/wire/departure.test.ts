/** When a connection is left, and what is kept for the next one. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Departure } from "../../../src/agents/wire/departure.js";

let left = 0;
let droppedMs = 0;
let departure: Departure;
beforeEach(() => {
  vi.useFakeTimers();
  left = 0;
  droppedMs = 0;
  departure = new Departure(
    () => left++,
    (ms) => (droppedMs += ms),
  );
});
afterEach(() => vi.useRealTimers());

it("sends everything and keeps nothing as long as nothing is announced", () => {
  expect(departure.keep("a", 20)).toBe(true);
  departure.turnOver();
  departure.handleRenewed();
  vi.advanceTimersByTime(100_000);
  expect(left).toBe(0);
  expect(departure.hasBegun).toBe(false);
});

it.each([
  ["50s", 40_000],
  ["12.5s", 2500],
  ["3s", 0],
  ["9999s", 60_000],
  ["soon", 0],
  [undefined, 0],
])("leaves with %s left after %i ms at the latest, once", (timeLeft, ms) => {
  departure.begin(timeLeft);
  departure.begin("1s");
  if (ms > 0) {
    vi.advanceTimersByTime(ms - 1);
    expect(left).toBe(0);
  }
  vi.advanceTimersByTime(1);
  expect(left).toBe(1);
  departure.leaveNow();
  expect(left).toBe(1);
});

it("leaves after a turn as soon as the session can be continued from there", () => {
  departure.begin("50s");
  departure.handleRenewed();
  expect(left).toBe(0);
  departure.turnOver();
  expect(left).toBe(0);
  departure.handleRenewed();
  expect(left).toBe(1);
});

it("does not wait longer than a second for that", () => {
  departure.begin("50s");
  departure.turnOver();
  vi.advanceTimersByTime(999);
  expect(left).toBe(0);
  vi.advanceTimersByTime(1);
  expect(left).toBe(1);
});

it("keeps what was said since it is known to be understood, and what comes during the change", () => {
  departure.begin("50s");
  expect(departure.keep("asked", 20)).toBe(true);
  departure.turnOver();
  expect(departure.keep("after the turn", 20)).toBe(true);
  departure.leaveNow();
  expect(departure.isMoving).toBe(true);
  expect(departure.keep("meanwhile", 20)).toBe(false);
  expect(departure.keep("a key", 0)).toBe(false);
  expect(departure.arrived()).toEqual(["after the turn", "meanwhile", "a key"]);
  expect(departure.keep("then", 20)).toBe(true);
  expect(departure.arrived()).toEqual([]);
});

it("keeps ten seconds at most, but every key, and tells what is lost in the change", () => {
  departure.begin("50s");
  departure.keep("a key", 0);
  for (let i = 0; i < 15; i++) departure.keep(`${i}`, 1000);
  expect(droppedMs).toBe(0);
  departure.leaveNow();
  departure.keep("15", 1000);
  expect(droppedMs).toBe(1000);
  expect(departure.arrived()).toEqual(["a key", ...Array.from({ length: 10 }, (_, i) => `${i + 6}`)]);
});

it("can be done again, and is over with the call", () => {
  departure.leaveNow();
  departure.arrived();
  departure.begin("50s");
  departure.end();
  vi.advanceTimersByTime(100_000);
  departure.leaveNow();
  expect(left).toBe(1);
  expect(departure.keep("late", 20)).toBe(false);
  expect(departure.arrived()).toEqual([]);
});
