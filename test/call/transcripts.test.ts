import { expect, test } from "vitest";
import type { CallNote } from "../../src/call/events.js";
import { Transcripts } from "../../src/call/transcripts.js";

function transcripts() {
  const said: string[] = [];
  const made = new Transcripts((event: CallNote) => event.type === "transcript" && said.push(event.text));
  return { made, said };
}

test("what was spoken first is said first, though it was recognized later", () => {
  const { made, said } = transcripts();
  made.add("agent", "answer", 2000, 2100);
  made.add("caller", "question", 500, 2900);
  made.tick(3000);
  expect(said).toEqual([]);
  made.tick(3600);
  expect(said).toEqual(["question", "answer"]);
});

test("one that comes too late is said when it comes, and the end says all that is left", () => {
  const { made, said } = transcripts();
  made.add("agent", "answer", 2000, 2100);
  made.tick(4000);
  made.add("caller", "late", 500, 4100);
  made.add("agent", "next", 4200, 4200);
  made.flush();
  expect(said).toEqual(["answer", "late", "next"]);
});

test("an agent that floods transcripts is held to a bound", () => {
  const { made, said } = transcripts();
  for (let i = 0; i < 500; i++) made.add("agent", String(i), i, 0);
  expect(said.length).toBe(400);
});
