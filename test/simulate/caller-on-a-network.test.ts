/** A caller whose words are delivered late: what the delay moves, what it must not move, and how such a call ends. */
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { DeliveryPlan, type NetworkModel } from "../../src/simulate/network.js";
import type { Track } from "../../src/simulate/track.js";
import { LOUD, Stage, says } from "./stage.js";

const PERFECT: NetworkModel = {
  jitterMs: 0,
  burstMs: 0,
  stallMs: 0,
  loss: 0,
  burstEveryMs: 5000,
  stallEveryMs: 20_000,
};
const network = (model: Partial<NetworkModel>, seed = 1) => new DeliveryPlan({ ...PERFECT, ...model }, seed);
/** About half of the time the line is held back. */
const STALLS = { stallMs: 1000, stallEveryMs: 2000 };

let nothing: Track;
/** Speaks for 200 ms; the source ends at 300 ms. */
let speech: Track;
beforeAll(async () => {
  nothing = await says(0, 100);
  speech = await says(200, 300);
});

/** The first stall of seed 1. */
function stall(): [start: number, end: number] {
  const plan = network(STALLS);
  for (let at = 0; ; at++) {
    const end = plan.message(at);
    if (end !== at) return [at, end];
  }
}

test("frames leave when the plan has them arrive, which is no lateness of ours", () => {
  const planned = Array.from(
    { length: 500 },
    (
      (plan) => (_, k) =>
        plan.frame(20 * k)
    )(network({ jitterMs: 50, loss: 0.1 })),
  );
  const expected = planned.filter(({ at, missing }) => !missing && at < 9_900).map(({ at }) => at);
  const stage = new Stage({
    track: nothing,
    network: network({ jitterMs: 50, loss: 0.1 }),
    hangUpAfterMs: 10_000,
  });
  stage.open().untilEnd();
  expect(stage.timesOf("media").filter((at) => at < 9_900)).toEqual(expected);
  expect(stage.eventsOf("caller-audio").every(({ at, plannedAt }) => at === plannedAt)).toBe(true);
  expect(stage.lateness.max).toBe(0);
  expect(stage.lateness.count).toBe(stage.timesOf("media").length);
});

test("what we deliver later than planned is our lateness", () => {
  const [start, end] = stall();
  const stage = new Stage({ track: nothing, network: network(STALLS), hangUpAfterMs: 60_000 }).open();
  stage.until(Math.ceil(start / 20) * 20);
  stage.until(end - 1);
  expect(stage.lateness.max).toBe(0);
  stage.wake(end + 5);
  expect(stage.lateness.max).toBeGreaterThanOrEqual(5);
  expect(stage.lateness.max).toBeLessThan(25);
});

test("latency is what the caller waits: it begins when the words were said, and the delay counts", () => {
  const answered = (model: Partial<NetworkModel>) => {
    const stage = new Stage({ track: speech, network: network(model) }).open();
    for (let at = 900; at < 1200; at += 20) stage.arrives(at, LOUD);
    return stage.untilEnd().caller.summary?.firstAudioMs;
  };
  expect(answered(STALLS)).toEqual(answered({}));
});

test("keys, hang-up and close stay behind the words before them; the call lasts until they are delivered", () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(500), fc.integer({ min: 1, max: 3000 }), (seed, jitterMs, at) => {
      const plan = network({ ...STALLS, jitterMs }, seed);
      const keys = [{ digit: "5", atMs: Math.floor(at / 2) }];
      const stage = new Stage({ track: nothing, network: plan, keys, hangUpAfterMs: at }).open().untilEnd();
      const order = stage.done.map(([, what]) => what);
      const before = Math.ceil(Math.floor(at / 2) / 20);
      const due = Math.ceil(at / 20);
      expect(order).toEqual([
        "start",
        ...Array(before).fill("media"),
        "dtmf",
        ...Array(due - before).fill("media"),
        "hangup",
        "close 1000",
      ]);
      expect(stage.done.at(-1)![0]).toBeGreaterThanOrEqual(at);
      // One stall may follow another at once.
      expect(stage.done.at(-1)![0]).toBeLessThanOrEqual(at + 2 * STALLS.stallMs + jitterMs);
      expect(stage.eventsOf("call-ended")).toMatchObject([{ reason: "caller-hung-up" }]);
      expect(stage.caller.summary?.durationMs).toBe(stage.done.at(-1)![0]);
    }),
    { numRuns: 50 },
  );
});

/** A caller in the middle of a stall, with words on their way. */
function stalled(settings: object = {}): Stage {
  const [start] = stall();
  return new Stage({ track: nothing, network: network(STALLS), ...settings }).open().until(start + 100);
}

test("a line that is cut loses what was on its way", () => {
  const [start] = stall();
  const stage = stalled({ dropAfterMs: start + 100 });
  expect(stage.done.at(-1)).toEqual([start + 100, "drop"]);
  expect(stage.timesOf("media").every((at) => at < start)).toBe(true);
  expect(stage.caller.dueAt).toBe(Number.POSITIVE_INFINITY);
});

test("an endpoint that closes is told nothing more", () => {
  const stage = stalled({ hangUpAfterMs: 60_000 });
  const sent = stage.sent.length;
  stage.caller.closed(1000, "", stage.now);
  stage.until(stage.now + 5000);
  expect(stage.sent.length).toBe(sent);
  expect(stage.eventsOf("call-ended").length).toBe(1);
});

test("interrupted, the caller hangs up at once, and what was on its way is not lost", () => {
  for (const hangUpAfterMs of [60_000, stall()[0] + 90]) {
    const stage = stalled({ hangUpAfterMs });
    stage.caller.interrupt(stage.now);
    expect(stage.done.slice(-3).map(([, what]) => what)).toEqual(["media", "hangup", "close 1000"]);
    expect(stage.timesOf("hangup").length).toBe(1);
    expect(stage.timesOf("media").length).toBe(Math.floor(Math.min(stage.now, hangUpAfterMs - 1) / 20) + 1);
    expect(stage.eventsOf("call-ended").length).toBe(1);
  }
});
