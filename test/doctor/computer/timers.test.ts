import { describe, expect, it } from "vitest";
import { type Clock, ManualClock } from "../../../src/clock.js";
import { checkTimers, realTiming } from "../../../src/doctor/computer/timers.js";

const watchLoop = () => ({ stop: () => ({ p99: 0, max: 0 }) });

/** A second of a computer whose timers are late by what `lateMs` says of each, and whose time of day goes at `wallRate`. */
async function check(lateMs: (k: number) => number, wallRate = 1, frameCostMs = 0.023) {
  const manual = new ManualClock();
  let k = 0;
  const clock: Clock = {
    now: () => manual.now(),
    wallMs: () => 1e12 + Math.round(manual.now() * wallRate),
    setTimer: (callback, ms) => manual.setTimer(callback, ms + lateMs(k++)),
  };
  const checking = checkTimers({ clock, watchLoop, frameCostMs: () => frameCostMs });
  manual.advance(20_000);
  return checking;
}

describe("clock and timers", () => {
  it("are good, with room for so many calls", async () => {
    const { value, findings, measured } = await check(() => 0.5);
    expect(findings).toEqual([]);
    expect(value).toBe("timers 0.5 ms late at p99, 0.5 at most; room for roughly 100 calls at a time");
    expect(measured).toMatchObject({ callsAtATime: 100, wallDriftMs: 0 });
  });

  it("are held up once, which is no finding", async () => {
    const { findings, measured } = await check((k) => (k === 50 ? 45 : 1));
    expect(findings).toEqual([]);
    expect(measured).toMatchObject({ timerLatenessMs: { max: 45 } });
  });

  it("are held up now and then: a warning", async () => {
    const { findings } = await check((k) => (k % 30 === 7 ? 30 : 0));
    expect(findings).toMatchObject([{ code: "late-timers", severity: "warning" }]);
    expect(findings[0]?.seen).toContain("30 ms late at the 99th");
  });

  it("are late all the time: an error", async () => {
    const { findings } = await check(() => 35);
    expect(findings).toMatchObject([{ code: "late-timers", severity: "error" }]);
  });

  it.each([
    [1.5, "ahead of"],
    [0.5, "behind"],
  ])("have a time of day that goes at %d", async (rate, words) => {
    const { findings } = await check(() => 0, rate);
    expect(findings).toMatchObject([{ code: "clock-drifts", severity: "warning" }]);
    expect(findings[0]?.seen).toContain(words);
  });

  it("have no room where a call takes a processor of its own", async () => {
    expect((await check(() => 0, 1, 10)).measured).toMatchObject({ callsAtATime: 0 });
  });

  it("have a cost of a frame that can be measured here", () => {
    const { frameCostMs } = realTiming(new ManualClock());
    expect(frameCostMs()).toBeGreaterThan(0);
  });
});
