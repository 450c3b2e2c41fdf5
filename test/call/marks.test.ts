import { expect, test } from "vitest";
import { Marks } from "../../src/call/marks.js";

test("a mark is reached when the last frame before it has been heard, in the order of the marks", () => {
  const marks = new Marks();
  marks.add("a", 2, undefined);
  marks.add("b", 3, undefined);
  expect(marks.nextAt).toBe(Number.POSITIVE_INFINITY);
  marks.released(1, 20);
  marks.released(2, 40);
  expect(marks.nextAt).toBe(40);
  expect(marks.take(39)).toEqual([]);
  marks.released(3, 60);
  expect(marks.take(60)).toEqual(["a", "b"]);
});

test("a mark behind audio that has all left knows its time at once", () => {
  const marks = new Marks();
  marks.add("now", 5, 100);
  expect(marks.take(100)).toEqual(["now"]);
});

test("takeAll empties them", () => {
  const marks = new Marks();
  marks.add("a", 1, undefined);
  marks.add("b", 1, undefined);
  expect(marks.takeAll()).toEqual(["a", "b"]);
  expect(marks.takeAll()).toEqual([]);
});
