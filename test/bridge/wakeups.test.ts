import fc from "fast-check";
import { expect, test } from "vitest";
import { Wakeups } from "../../src/bridge/wakeups.js";
import { ManualClock } from "../../src/clock.js";

test("wakes at the time asked for, at most a slot late and never early", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 30 }), (times) => {
      const clock = new ManualClock();
      const wakeups = new Wakeups(clock);
      const woken: number[] = [];
      times.forEach((time, i) => {
        wakeups.register(() => (woken[i] = clock.now())).at(time);
      });
      clock.advance(1000);
      times.forEach((time, i) => {
        expect(woken[i]).toBeGreaterThanOrEqual(time - 0.5);
        expect(woken[i]).toBeLessThanOrEqual(time + 4);
      });
    }),
  );
});

test("a later request replaces the earlier one, and a cancelled one is forgotten", () => {
  const clock = new ManualClock();
  const wakeups = new Wakeups(clock);
  const woken: string[] = [];
  const a = wakeups.register(() => woken.push(`a ${clock.now()}`));
  const b = wakeups.register(() => woken.push("b"));
  a.at(10);
  a.at(40);
  b.at(20);
  b.cancel();
  clock.advance(300);
  expect(woken).toEqual(["a 40"]);
});

test("long waits come early and can be asked for again: time asked again is kept to the slot", () => {
  const clock = new ManualClock();
  const wakeups = new Wakeups(clock);
  let wokenAt = -1;
  let wakes = 0;
  const wakeup = wakeups.register(() => {
    wakes++;
    if (clock.now() < 10_000) wakeup.at(10_000);
    else wokenAt = clock.now();
  });
  wakeup.at(10_000);
  clock.advance(11_000);
  expect(wokenAt).toBe(10_000);
  expect(wakes).toBeLessThan(30);
});

test("asking again from inside a wake-up, as a paced call does, keeps the cadence", () => {
  const clock = new ManualClock();
  const wakeups = new Wakeups(clock);
  const times: number[] = [];
  const wakeup = wakeups.register(() => {
    times.push(clock.now());
    wakeup.at(times.length * 20);
  });
  wakeup.at(0);
  clock.advance(1000);
  expect(times.slice(1, 40)).toEqual(Array.from({ length: 39 }, (_, i) => (i + 1) * 20));
});

test("after an idle stretch longer than the wheel it starts afresh", () => {
  const clock = new ManualClock();
  const wakeups = new Wakeups(clock);
  clock.advance(100_000);
  let at = 0;
  wakeups.register(() => (at = clock.now())).at(100_030);
  clock.advance(100);
  expect(at).toBe(100_030);
});

test("a process that stood still reads what came meanwhile, and then wakes everybody", async () => {
  const timers: (() => void)[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    wallMs: () => now,
    setTimer(callback: () => void) {
      timers.push(callback);
      return { cancel: () => void timers.splice(timers.indexOf(callback), 1) };
    },
  };
  const wakeups = new Wakeups(clock);
  let woken = 0;
  wakeups.register(() => woken++).at(20);
  now = 600;
  timers.shift()!();
  expect(woken).toBe(0);
  await new Promise(setImmediate);
  expect(woken).toBe(1);
});

test("of those woken together one may cancel another, and each may ask again", () => {
  const clock = new ManualClock();
  const wakeups = new Wakeups(clock);
  const woken: string[] = [];
  const a = wakeups.register(() => {
    woken.push(`a ${clock.now()}`);
    b.cancel();
    if (woken.length < 4) a.at(clock.now());
  });
  const b = wakeups.register(() => woken.push("b"));
  const c = wakeups.register(() => woken.push(`c ${clock.now()}`));
  for (const wakeup of [a, b, c]) wakeup.at(10);
  clock.advance(1000);
  expect(woken).toEqual(["a 10", "c 10", "a 12", "a 14"]);
});
