import { expect, it } from "vitest";
import { analysed, found } from "../made-call.js";

it("what was dropped is told, with the reason that was given", () => {
  expect(found({ droppedMs: 40 })).toEqual([]);
  const notes = [{ at: 4000, type: "warning", code: "flood", message: "More than 60 s wait." }] as const;
  const { findings } = analysed({ droppedMs: 1500, notes });
  expect(findings).toMatchObject([
    { code: "audio-lost", side: "call", seen: "1.5 s of audio were dropped. More than 60 s wait.", at: 4000 },
  ]);
});
