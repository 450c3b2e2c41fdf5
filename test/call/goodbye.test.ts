import { expect, test } from "vitest";
import type { Conversation } from "../../src/call/conversation.js";
import { Goodbye } from "../../src/call/goodbye.js";

const conversation = (heardAllAt: number | undefined, at = 0, ended = true) =>
  ({ heardAllAt, lastWord: { at, ended } }) as Conversation;

test("nobody is leaving, nothing is due", () => {
  expect(new Goodbye().dueAt(conversation(100))).toBe(Number.POSITIVE_INFINITY);
});

test("an agent that closed is left when all has been heard, and not before that is known", () => {
  const goodbye = new Goodbye();
  goodbye.agentClosed();
  expect(goodbye.dueAt(conversation(100))).toBe(100);
  expect(goodbye.dueAt(conversation(undefined))).toBe(Number.POSITIVE_INFINITY);
});

test("after a hang-up a reply that goes on is waited for longer than one that is over", () => {
  const goodbye = new Goodbye();
  goodbye.hangUp(1000);
  expect(goodbye.dueAt(conversation(0, 900, true))).toBe(1400);
  expect(goodbye.dueAt(conversation(0, 900, false))).toBe(2500);
  expect(goodbye.dueAt(conversation(9000, 900, true))).toBe(9000);
});
