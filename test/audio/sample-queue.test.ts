import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SampleQueue } from "../../src/audio/sample-queue.js";

describe("SampleQueue", () => {
  it("gives back what went in, in order, however it is cut", () => {
    const step = fc.oneof(
      fc.record({ push: fc.array(fc.integer({ min: -32768, max: 32767 }), { maxLength: 40 }) }),
      fc.record({ take: fc.nat(50) }),
      fc.record({ peek: fc.nat(50) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new SampleQueue();
        let expected: number[] = [];
        for (const given of steps) {
          if ("push" in given) {
            queue.push(Int16Array.from(given.push));
            expected = [...expected, ...given.push];
          } else if ("take" in given) {
            expect([...queue.take(given.take)]).toEqual(expected.slice(0, given.take));
            expected = expected.slice(given.take);
          } else expect([...queue.peek(given.peek)]).toEqual(expected.slice(0, given.peek));
          expect(queue.length).toBe(expected.length);
        }
      }),
    );
  });

  it("keeps its own copy", () => {
    const queue = new SampleQueue();
    const samples = Int16Array.of(1, 2);
    queue.push(samples);
    samples.fill(9);
    expect([...queue.take(2)]).toEqual([1, 2]);
  });

  it("is empty when it is cleared", () => {
    const queue = new SampleQueue();
    queue.push(Int16Array.of(1, 2, 3));
    queue.skip(1);
    queue.clear();
    queue.push(Int16Array.of(4));
    expect([...queue.take(9)]).toEqual([4]);
  });
});
