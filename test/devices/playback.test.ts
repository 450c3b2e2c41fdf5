import { expect, it } from "vitest";
import { ManualClock } from "../../src/clock.js";
import type { Speaker } from "../../src/devices/device.js";
import { Playback } from "../../src/devices/playback.js";

/** Plays at a pace of its own, on the manual clock. */
class Plays implements Speaker {
  readonly name = "test";
  readonly backend = "test";
  readonly reason = "test";
  readonly sampleRate = 48_000;
  writtenMs = 0;
  underruns = 0;
  constructor(
    readonly clock: ManualClock,
    readonly pace = 1,
  ) {}
  get bufferedMs(): number {
    return Math.max(0, this.writtenMs - this.clock.now() * this.pace);
  }
  write(samples: Int16Array): void {
    if (this.bufferedMs === 0 && this.writtenMs > 0) this.underruns++;
    this.writtenMs = Math.max(this.writtenMs, this.clock.now() * this.pace) + samples.length / 48;
  }
  flush(): void {}
  async stop(): Promise<void> {}
}

function setUp(pace?: number) {
  const clock = new ManualClock();
  const speaker = new Plays(clock, pace);
  const buffered: number[] = [];
  let pulled = 0;
  const source = {
    push: () => {},
    pull: () => {
      pulled++;
      return new Int16Array(960);
    },
  };
  const playback = new Playback({
    speaker,
    source,
    clock,
    onFrame: (_frame, _now, ms) => buffered.push(ms),
  });
  playback.start();
  return { clock, speaker, playback, buffered, pulled: () => pulled };
}

it.each([1, 1.001, 0.999])("follows the pace of the speaker: %d", (pace) => {
  const { clock, speaker, pulled, buffered } = setUp(pace);
  clock.advance(60_000);
  expect(pulled()).toBeCloseTo((60_000 * pace + 60) / 20, -1);
  expect(Math.max(...buffered)).toBeLessThan(60);
  expect(speaker.underruns).toBe(0);
});

it("keeps more ready for a speaker that has run out, up to a bound and for a while", () => {
  const { clock, speaker, buffered } = setUp();
  for (let k = 0; k < 20; k++) {
    clock.advance(1000);
    speaker.writtenMs = 1;
  }
  clock.advance(1000);
  expect(Math.max(...buffered.slice(-20))).toBeGreaterThan(130);
  expect(Math.max(...buffered)).toBeLessThan(160);
  clock.advance(200_000);
  expect(Math.max(...buffered.slice(-20))).toBeLessThan(60);
});

it("stops", () => {
  const { clock, playback, pulled } = setUp();
  clock.advance(100);
  playback.stop();
  const before = pulled();
  clock.advance(1000);
  expect(pulled()).toBe(before);
});
