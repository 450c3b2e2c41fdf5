import { expect, it } from "vitest";
import { Notes } from "../../src/analysis/notes.js";
import type { CallEvent } from "../../src/call/events.js";

it("joins a tool's answer to its call, and says each warning once", () => {
  const notes = new Notes();
  const events: CallEvent[] = [
    { at: 1, type: "tool-call", id: "a", name: "look_up", args: { q: 1 } },
    { at: 2, type: "tool-call", id: "b", name: "hang_up", args: {} },
    { at: 3, type: "tool-result", id: "a", name: "look_up", isError: false, tookMs: 2 },
    { at: 4, type: "tool-result", id: "z", name: "nobody asked", isError: true, tookMs: 2 },
    { at: 5, type: "warning", code: "w", message: "first" },
    { at: 6, type: "warning", code: "w", message: "second" },
    { at: 7, type: "fault", code: "bad-payload", detail: "not base64" },
    { at: 8, type: "dtmf", digit: "5" },
    { at: 9, type: "transcript", who: "agent", text: "Hello", spokenAt: 4 },
  ];
  for (const event of events) notes.observe(event);
  expect(notes.tools).toEqual([
    { at: 1, id: "a", name: "look_up", args: { q: 1 }, result: { at: 3, isError: false, tookMs: 2 } },
    { at: 2, id: "b", name: "hang_up", args: {} },
  ]);
  expect(notes.warnings).toEqual([
    { at: 5, code: "w", message: "first", count: 2 },
    { at: 7, code: "bad-payload", message: "not base64", count: 1 },
  ]);
  expect(notes.keys).toEqual([{ at: 8, digit: "5" }]);
  expect(notes.transcripts).toEqual([{ at: 4, who: "agent", text: "Hello" }]);
  expect(notes.end).toBeUndefined();
});
