/** The line between a caller and the endpoint: what is passed on when, and whose lateness is counted. */
import { expect, it } from "vitest";
import { Histogram } from "../../src/simulate/histogram.js";
import { Line } from "../../src/simulate/line.js";
import { DeliveryPlan } from "../../src/simulate/network.js";

function stalled(stallMs = 1000): DeliveryPlan {
  const rest = { jitterMs: 0, burstMs: 0, loss: 0, burstEveryMs: 5000, stallEveryMs: 20_000 };
  return new DeliveryPlan({ ...rest, stallMs }, 1);
}

/** When the stall of `stalled` begins and ends. */
function stall(): [start: number, end: number] {
  const plan = stalled();
  for (let at = 0; ; at++) if (plan.message(at) !== at) return [at, plan.message(at)];
}

it("passes everything on at once where no network is planned, and counts how late it was", () => {
  const lateness = new Histogram();
  const line = new Line(lateness);
  const done: unknown[] = [];
  line.frame(20, 27, (plannedAt) => done.push(plannedAt));
  line.message(30, 31, () => done.push("key"));
  expect(done).toEqual([undefined, "key"]);
  expect([lateness.count, lateness.max, line.dueAt, line.missing]).toEqual([
    1,
    7,
    Number.POSITIVE_INFINITY,
    0,
  ]);
});

it("holds back what the plan holds back, in order, and does not count the planned delay as lateness", () => {
  const [start, end] = stall();
  const lateness = new Histogram();
  const line = new Line(lateness, stalled());
  const done: unknown[] = [];
  line.frame(start - 20, start - 20, (at) => done.push((at ?? 0) - start));
  line.frame(start, start, (at) => done.push((at ?? 0) - start));
  line.message(start + 5, start + 5, () => done.push("key"));
  line.frame(start + 20, start + 20, (at) => done.push((at ?? 0) - start));
  expect([done, line.dueAt]).toEqual([[-20], end]);
  line.release(end - 1);
  expect(done.length).toBe(1);
  line.release(end + 3);
  expect(done).toEqual([-20, 1000, "key", 1000]);
  expect([lateness.count, lateness.max, line.dueAt]).toEqual([3, 3, Number.POSITIVE_INFINITY]);
});

it("passes on all of it when it is told to, or none", () => {
  const [start] = stall();
  for (const [end, expected] of [
    ["flush", 2],
    ["cut", 0],
  ] as const) {
    const line = new Line(new Histogram(), stalled());
    let passed = 0;
    for (const at of [start, start + 20]) line.frame(at, at, () => passed++);
    line[end]();
    line.release(start + 5000);
    expect([passed, line.dueAt]).toEqual([expected, Number.POSITIVE_INFINITY]);
  }
});

it("never sends what is missing, and counts it", () => {
  const rest = { jitterMs: 0, burstMs: 0, stallMs: 0, burstEveryMs: 5000, stallEveryMs: 20_000 };
  const lateness = new Histogram();
  const line = new Line(lateness, new DeliveryPlan({ ...rest, loss: 1 }, 1));
  let passed = 0;
  for (let at = 0; at < 200; at += 20) line.frame(at, at, () => passed++);
  expect([passed, line.missing, lateness.count]).toEqual([1, 9, 1]);
});
