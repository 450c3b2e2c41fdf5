/** The shared timer, with time in hand. */
import { expect, test } from "vitest";
import { ManualClock } from "../../src/clock.js";
import { type Paced, Pacer } from "../../src/simulate/pacer.js";

class Metronome implements Paced {
  readonly beats: number[] = [];
  constructor(
    public dueAt: number,
    readonly everyMs: number,
  ) {}

  wake(now: number): void {
    this.beats.push(now);
    while (this.dueAt <= now) this.dueAt += this.everyMs;
  }
}

test("each call is woken at its own times, however many share the timer", () => {
  const clock = new ManualClock();
  const pacer = new Pacer(clock);
  const slow = new Metronome(5, 20);
  const fast = new Metronome(2, 10);
  pacer.add(slow);
  pacer.add(fast);
  clock.advance(50);
  expect(slow.beats).toEqual([5, 25, 45]);
  expect(fast.beats).toEqual([2, 12, 22, 32, 42]);
});

test("a call that leaves is left alone, and the last one takes the timer along", () => {
  const clock = new ManualClock();
  let timers = 0;
  const counting = {
    now: () => clock.now(),
    wallMs: () => clock.wallMs(),
    setTimer: (callback: () => void, delayMs: number) => {
      timers++;
      return clock.setTimer(callback, delayMs);
    },
  };
  const pacer = new Pacer(counting);
  const call = new Metronome(20, 20);
  pacer.add(call);
  clock.advance(40);
  pacer.remove(call);
  const before = timers;
  clock.advance(1000);
  expect(call.beats).toEqual([20, 40]);
  expect(timers).toBe(before);
});

test("a call may end in its own wake, and another may come in it", () => {
  const clock = new ManualClock();
  const pacer = new Pacer(clock);
  const second = new Metronome(13, 20);
  const woken: number[] = [];
  const first: Paced = {
    dueAt: 10,
    wake(now) {
      woken.push(now);
      pacer.remove(first);
      pacer.add(second);
    },
  };
  pacer.add(first);
  clock.advance(40);
  expect(woken).toEqual([10]);
  expect(second.beats).toEqual([13, 33]);
});

test("deadlines less than a millisecond away wait for one tick and do not spin", () => {
  const clock = new ManualClock();
  const pacer = new Pacer(clock);
  const call = new Metronome(0.25, 20);
  pacer.add(call);
  clock.advance(0.9);
  expect(call.beats).toEqual([]);
  clock.advance(0.1);
  expect(call.beats).toEqual([1]);
});

test("a call that has nothing due sets no timer", () => {
  const clock = new ManualClock();
  const pacer = new Pacer(clock);
  const idle = new Metronome(Number.POSITIVE_INFINITY, 20);
  pacer.add(idle);
  clock.advance(1000);
  expect(idle.beats).toEqual([]);
});
