import { expect, it } from "vitest";
import { analysed } from "../made-call.js";

const warning = (code: string, message: string, at = 3000) =>
  ({ at, type: "warning", code, message }) as const;

it.each([
  ["missing-ids", "agent-missing-ids"],
  ["wrong-ids", "agent-wrong-ids"],
  ["binary-frame", "bad-message"],
  ["bad-line", "bad-lines"],
])("%s", (code, finding) => {
  const notes = [warning(code, "Media without callId: silence."), warning(code, "again", 3100)];
  expect(analysed({ notes }).findings).toMatchObject([
    { code: finding, seen: "Media without callId: silence (2 times).", at: 3000 },
  ]);
});

it("what is only of interest is no problem", () => {
  expect(analysed({ notes: [warning("no-dtmf", "x"), warning("toString", "y")] }).findings).toEqual([]);
});
