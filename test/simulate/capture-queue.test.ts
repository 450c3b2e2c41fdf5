import { expect, it } from "vitest";
import { CaptureQueue } from "../../src/simulate/capture-queue.js";

/** Frames that are loud and can be told apart. */
const frame = (n: number) => new Int16Array(960).fill(1000 + n);
const quiet = new Int16Array(960).fill(1);
const numberOf = (samples: Int16Array) => (samples[0] === 0 ? "-" : samples[0] - 1000);

it("waits for two frames, and then loses none", () => {
  const queue = new CaptureQueue(960);
  const taken: (string | number)[] = [numberOf(queue.take())];
  for (let n = 0; n < 5; n++) {
    queue.push(frame(n));
    taken.push(numberOf(queue.take()));
  }
  expect(taken).toEqual(["-", "-", 0, 1, 2, 3]);
  expect([queue.underruns, queue.droppedFrames]).toEqual([0, 0]);
});

it("says silence in a gap, and then keeps one frame more to bridge the next", () => {
  const queue = new CaptureQueue(960);
  const taken: (string | number)[] = [];
  let n = 0;
  const run = (pushes: number) => {
    for (let k = 0; k < pushes; k++) queue.push(frame(n++));
    taken.push(numberOf(queue.take()));
  };
  for (const pushes of [2, 1, 0, 0, 0, 0, 1, 1, 1, 1]) run(pushes);
  expect(taken).toEqual([0, 1, 2, "-", "-", "-", "-", "-", 3, 4]);
  expect(queue.underruns).toBe(1);
});

it("lets a quiet frame go when the device runs faster than the call", () => {
  const queue = new CaptureQueue(960);
  for (let n = 0; n < 5; n++) queue.push(n === 3 ? quiet : frame(n));
  for (let n = 0; n < 300; n++) {
    queue.take();
    queue.push(n % 7 === 0 ? quiet : frame(n));
  }
  expect(queue.waitingFrames).toBe(2);
  expect(queue.droppedFrames).toBe(3);
});

it("keeps the newest after a stall", () => {
  const queue = new CaptureQueue(960);
  for (let n = 0; n < 100; n++) queue.push(frame(n));
  expect(queue.waitingFrames).toBeLessThanOrEqual(25);
  expect(queue.droppedFrames + queue.waitingFrames).toBe(100);
  let last = 0;
  for (let k = queue.waitingFrames; k > 0; k--) last = Number(numberOf(queue.take()));
  expect(last).toBe(99);
});
