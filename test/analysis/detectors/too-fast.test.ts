import { expect, it } from "vitest";
import { analysed, found } from "../made-call.js";

it("a reply that is sent at once cannot be interrupted", () => {
  const sentAt = (at: number) => (at < 6000 ? 3400 : 8400);
  const { findings } = analysed({ sentAt });
  expect(findings).toMatchObject([{ code: "agent-too-fast", severity: "warning", at: 3400 }]);
  expect(findings[0].seen).toBe("Audio was sent up to 1.7 s before it was heard.");
});

it("a lead of half a second is nobody's harm", () => {
  expect(
    found({ sentAt: (at) => (at < 6000 ? Math.max(3400, at - 500) : Math.max(8400, at - 500)) }),
  ).toEqual([]);
});
