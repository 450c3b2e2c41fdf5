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

function run(queue: CaptureQueue, frames: number, next: (n: number) => Int16Array): void {
  for (let n = 0; n < frames; n++) {
    queue.take();
    queue.push(next(n));
  }
}

it("lets quiet frames go when more wait than is needed", () => {
  const queue = new CaptureQueue(960);
  for (let n = 0; n < 12; n++) queue.push(frame(n));
  run(queue, 300, (n) => (n % 3 === 0 ? quiet : frame(n)));
  expect(queue.waitingFrames).toBe(2);
  expect(queue.droppedFrames).toBe(10);
});

it("lets a frame of speech go every two seconds where nobody is ever quiet", () => {
  const queue = new CaptureQueue(960);
  for (let n = 0; n < 12; n++) queue.push(frame(n));
  run(queue, 200, frame);
  expect(queue.droppedFrames).toBe(2);
  run(queue, 2000, frame);
  expect([queue.waitingFrames, queue.droppedFrames]).toEqual([2, 10]);
});

it("keeps the newest after a stall", () => {
  const queue = new CaptureQueue(960);
  for (let n = 0; n < 210; n++) queue.push(frame(n));
  expect(queue.waitingFrames).toBeLessThanOrEqual(100);
  expect(queue.droppedFrames + queue.waitingFrames).toBe(210);
  let last = 0;
  for (let k = queue.waitingFrames; k > 0; k--) last = Number(numberOf(queue.take()));
  expect(last).toBe(209);
});
