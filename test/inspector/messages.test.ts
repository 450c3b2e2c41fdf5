import fc from "fast-check";
import { expect, it } from "vitest";
import { readPageMessage } from "../../src/inspector/messages.js";

it.each([
  { type: "watch", n: 3 },
  { type: "hang-up", n: 3 },
  { type: "test-call" },
  { type: "replay", id: "abc" },
  { type: "stop-replay", id: "abc" },
])("%j is a message of our page", (message) =>
  expect(readPageMessage(JSON.stringify({ ...message, more: 1 }))).toEqual(message),
);

it.each([
  "",
  "null",
  "[]",
  "3",
  '{"type":"watch"}',
  '{"type":"watch","n":"1"}',
  '{"type":"replay","id":1}',
  "{",
])("%j is none", (text) => expect(readPageMessage(text)).toBeUndefined());

it("never throws", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      readPageMessage(text);
    }),
  );
});
