import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WaitingFrames } from "../../src/call/waiting-frames.js";

const FRAME_BYTES = 4;
const bytesOf = (number: number) =>
  Uint8Array.of(number & 0xff, (number >> 8) & 0xff, 7, 7).subarray(0, FRAME_BYTES);

test("behaves as a list does, whatever is added, taken and dropped", () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: fc.constant("add" as const), count: fc.nat({ max: 60 }) }) },
    { weight: 5, arbitrary: fc.record({ type: fc.constant("take" as const), count: fc.nat({ max: 20 }) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("clear" as const), count: fc.constant(0) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const frames = new WaitingFrames(FRAME_BYTES);
      let list: number[] = [];
      let number = 0;
      for (const { type, count } of steps) {
        if (type === "clear") {
          frames.clear();
          list = [];
        }
        for (let i = 0; i < count; i++) {
          if (type === "add") {
            frames.add(
              bytesOf(number),
              number % 2 === 0,
              number,
              number % 3 === 0 ? undefined : `${number % 5}`,
            );
            list.push(number++);
          } else {
            const expected = list.shift();
            const first = frames.firstLabel;
            const taken = frames.take();
            expect(taken?.label).toBe(first);
            expect(first?.reply).toBe(expected);
            if (!taken || expected === undefined) continue;
            expect([...taken.bytes]).toEqual([...bytesOf(expected)]);
            expect(first?.voiced).toBe(expected % 2 === 0);
            expect(first?.itemId).toBe(expected % 3 === 0 ? undefined : `${expected % 5}`);
          }
        }
        expect(frames.length).toBe(list.length);
        const ids = list.filter((one) => one % 3 !== 0).map((one) => `${one % 5}`);
        expect([...frames.itemIds()]).toEqual([...new Set(ids)]);
      }
    }),
    { numRuns: 200 },
  );
});

test("keeps a copy of what is added", () => {
  const frames = new WaitingFrames(FRAME_BYTES);
  const bytes = Uint8Array.of(1, 2, 3, 4);
  frames.add(bytes, true, 1, undefined);
  bytes.fill(0);
  expect([...frames.take()!.bytes]).toEqual([1, 2, 3, 4]);
});

test("frames in a row that are alike share their label", () => {
  const frames = new WaitingFrames(FRAME_BYTES);
  for (const voiced of [true, true, false]) frames.add(bytesOf(0), voiced, 1, "item");
  const [first, second, third] = [frames.take(), frames.take(), frames.take()];
  expect(first!.label).toBe(second!.label);
  expect(third!.label).toEqual({ voiced: false, reply: 1, itemId: "item" });
});

describe("memory", () => {
  const frameBytes = 960;
  const silence = new Uint8Array(frameBytes);
  const add = (frames: WaitingFrames) => frames.add(silence, false, 1, undefined);
  const held = () => process.memoryUsage().arrayBuffers;

  test("is used again, however many frames come and go", () => {
    const frames = new WaitingFrames(frameBytes);
    const before = held();
    for (let i = 0; i < 20_000; i++) {
      add(frames);
      if (i >= 10) frames.take();
    }
    expect(held() - before).toBeLessThan(20 * frameBytes);
  });

  const FLOOD = 20_000;
  test.each([
    ["taken", (frames: WaitingFrames) => Array.from({ length: FLOOD }, () => frames.take())],
    ["dropped", (frames: WaitingFrames) => frames.clear()],
  ])("of a flood is given back when all of it was %s", async (_, empty) => {
    setFlagsFromString("--expose-gc");
    const collectGarbage: () => void = runInNewContext("gc");
    const frames = new WaitingFrames(frameBytes);
    const before = held();
    for (let i = 0; i < FLOOD; i++) add(frames);
    empty(frames);
    // Freed buffers are swept beside us, some time after.
    const more = () => {
      collectGarbage();
      return held() - before;
    };
    await expect.poll(more).toBeLessThan((FLOOD * frameBytes) / 4);
    add(frames);
    expect(frames.take()?.label.reply).toBe(1);
  });
});
