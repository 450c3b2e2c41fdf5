import { expect, test } from "vitest";
import { Heard } from "../../src/call/heard.js";

test("nothing sent is nothing heard", () => {
  expect(new Heard().at(100)).toEqual({ heardMs: 0, itemId: undefined });
});

test("counts only what reached the ear by then", () => {
  const heard = new Heard();
  for (let i = 0; i < 10; i++) heard.add(1000 + i * 20, 20, 1, "a");
  expect(heard.at(1000).heardMs).toBe(0);
  expect(heard.at(1050).heardMs).toBe(50);
  expect(heard.at(5000)).toEqual({ heardMs: 200, itemId: "a" });
  expect(heard.endsAt).toBe(1200);
});

test("a pause inside a reply is not heard time", () => {
  const heard = new Heard();
  heard.add(0, 20, 1, "a");
  heard.add(500, 20, 1, "a");
  expect(heard.at(600).heardMs).toBe(40);
});

test("items of one reply are told apart, by what is in the ear", () => {
  const heard = new Heard();
  heard.add(0, 100, 1, "a");
  heard.add(100, 100, 1, "b");
  expect(heard.at(50)).toEqual({ heardMs: 50, itemId: "a" });
  expect(heard.at(150)).toEqual({ heardMs: 50, itemId: "b" });
});

test("an earlier reply of the same item does not add to the present one", () => {
  const heard = new Heard();
  heard.add(0, 100, 1, undefined);
  heard.add(2000, 40, 2, undefined);
  expect(heard.at(2030).heardMs).toBe(30);
  expect(heard.lastReply).toBe(2);
});
