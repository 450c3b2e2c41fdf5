import fc from "fast-check";
import { expect, it } from "vitest";
import { lane, marksLine, moment, ruler } from "../../../src/report/inspect/lane.js";
import { textWidth } from "../../../src/report/text-width.js";

it("shows how much of each stretch was speech, and never hides a word", () => {
  const spans = [
    { from: 0, to: 1000 },
    { from: 1500, to: 2000 },
    { from: 3001, to: 3002 },
  ];
  expect(lane(spans, 5000, 5, true)).toBe("█▄·▁·");
  expect(lane(spans, 5000, 5, false)).toBe("#=.-.");
});

it("says more of a mark where there is room, and leaves out what would overlap", () => {
  const marks = [
    { at: 0, text: "^", long: "^ barge-in" },
    { at: 900, text: "5", long: "key 5" },
    { at: 950, text: "6", long: "key 6" },
    { at: 3000, text: "7", long: "key 7" },
  ];
  expect(marksLine(marks, 4000, 40)).toBe("^        5                    key 7");
  expect(marksLine([{ at: 4000, text: "^", long: "^ barge-in" }], 4000, 10)).toBe("         ^");
});

it("writes moments of the call's clock", () => {
  expect([0, 59_960, 61_000, 3_723_400].map((ms) => moment(ms))).toEqual([
    "0:00.0",
    "1:00.0",
    "1:01.0",
    "1:02:03.4",
  ]);
  expect(ruler(10_000, 60)).toBe("0:00        0:02        0:04        0:06        0:08");
});

it("does not count on room behind the end of the call", () => {
  const marks = [0.77, 1.05].map((at) => ({ at, text: "^", long: "^ barge-in" }));
  expect(marksLine(marks, 1, 38)).toHaveLength(38);
});

it("is never wider than it may be, whatever a recording claims", () => {
  const time = fc.oneof(fc.double({ noNaN: true, min: -1e12, max: 1e12 }), fc.constant(0));
  const span = fc.record({ from: time, to: time });
  const cells = fc.integer({ min: 31, max: 300 });
  fc.assert(
    fc.property(
      fc.array(span),
      fc.double({ noNaN: true, min: 1, max: 1e11 }),
      cells,
      (spans, durationMs, cells) => {
        expect(textWidth(lane(spans, durationMs, cells, true))).toBe(cells);
        expect(ruler(durationMs, cells).length).toBeLessThanOrEqual(cells);
        const marks = spans.map(({ from }) => ({ at: from, text: "^", long: "^ barge-in" }));
        expect(marksLine(marks, durationMs, cells).length).toBeLessThanOrEqual(cells);
      },
    ),
  );
});
