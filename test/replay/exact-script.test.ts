/** Playbooks on manual time: a recorded caller says everything when it was said. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../src/clock.js";
import type { CallerSide } from "../../src/replay/caller-side.js";
import { ExactScript } from "../../src/replay/exact-script.js";
import { Payloads } from "../../src/replay/payloads.js";
import { Pacer } from "../../src/simulate/pacer.js";
import { Stage } from "../simulate/stage.js";
import { frameOf, SILENCE, sideOf } from "./side.js";

function stage(side: CallerSide): Stage {
  const script = new ExactScript(side, frameOf(side), SILENCE, true);
  return new Stage({
    track: { format: side.format, longestMessage: 400, start: () => script },
  });
}

describe("everything at its time", () => {
  test("payloads, keys and the hang-up", () => {
    const side = sideOf({
      voice: [[100, 300]],
      keys: [
        [110, "5"],
        [400, "#"],
      ],
      endAt: 405,
    });
    const played = stage(side).open().untilEnd();
    expect(played.timesOf("media")).toEqual(side.payloads.at);
    expect(played.timesOf("dtmf")).toEqual([110, 400]);
    expect(played.done.slice(-3)).toEqual([
      [400, "media"],
      [405, "hangup"],
      [405, "close 1000"],
    ]);
  });

  test("a connection that was lost is lost again", () => {
    const played = stage(sideOf({ endAt: 50, how: "drop" }))
      .open()
      .untilEnd();
    expect(played.done.slice(-2)).toEqual([
      [40, "media"],
      [50, "drop"],
    ]);
  });

  test("when the agent ended the call, the caller listens on in silence and then hangs up", () => {
    const played = stage(sideOf({ endAt: 100, how: "listen" }))
      .open()
      .untilEnd();
    const times = played.timesOf("media");
    expect(times.slice(0, 7)).toEqual([20, 40, 60, 80, 100, 600, 620]);
    expect(times.at(-1)).toBe(10_080);
    expect(played.done.slice(-2).map(([at]) => at)).toEqual([10_100, 10_100]);
  });

  test("any times, lengths and keys: the same order, each at its own time, and the end", () => {
    const times = fc.array(
      fc.record({
        after: fc.constantFrom(0, 0, 1, 20, 700),
        ms: fc.constantFrom(0, 0.125, 20, 100),
        key: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(times, fc.boolean(), (steps, drops) => {
        const payloads = new Payloads();
        const keys: { at: number; digit: string; before: number }[] = [];
        const expected: [number, string][] = [];
        let at = 0;
        for (const { after, ms, key } of steps) {
          at += after;
          if (key) keys.push({ at, digit: "1", before: payloads.length });
          else payloads.add(Uint8Array.of(payloads.length), at, ms, false);
          expected.push([at, key ? "dtmf" : "media"]);
        }
        const end = { at: at + 3, how: drops ? "drop" : "hang-up", hangup: {} } as const;
        const played = stage({ ...sideOf({ endAt: 0 }), payloads, keys, end })
          .open()
          .untilEnd();
        const media = played.done.filter(([, what]) => what === "media" || what === "dtmf");
        expect(media).toEqual(expected);
        expect(played.done.at(-1)).toEqual([at + 3, drops ? "drop" : "close 1000"]);
      }),
    );
  });
});

test("an hour adds no drift", () => {
  const payloads = new Payloads();
  // A telephone whose clock is not ours: a frame every 19.997 ms.
  for (let k = 0; k < 180_000; k++) payloads.add(Uint8Array.of(k & 255), 5 + k * 19.997, 20, false);
  const end = { at: 3_600_000, how: "hang-up", hangup: {} } as const;
  const played = stage({ ...sideOf({ endAt: 0 }), payloads, end });
  const clock = new ManualClock();
  const pacer = new Pacer(clock);
  pacer.add({
    get dueAt() {
      return played.caller.dueAt;
    },
    wake: (now) => void played.wake(now),
  });
  played.open();
  pacer.reschedule({ dueAt: played.caller.dueAt, wake: () => {} });
  clock.advance(3_600_100);
  const sent = played.timesOf("media");
  expect(sent.length).toBe(180_000);
  const lateMs = sent.map((at, k) => at - payloads.at[k]);
  expect(Math.min(...lateMs.slice(-1000))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...lateMs.slice(-1000))).toBeLessThanOrEqual(1);
  expect(played.lateness.max).toBeLessThanOrEqual(1);
});
