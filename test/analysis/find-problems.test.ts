import { expect, it } from "vitest";
import { FINDINGS } from "../../src/analysis/findings.js";
import { analysed, found, PCM, ULAW } from "./made-call.js";

it.each([ULAW, PCM])("finds nothing wrong with a healthy call: %o", (format) => {
  expect(found({ format })).toEqual([]);
  expect(found({ format, filled: true })).toEqual([]);
  expect(found({ format, sentAt: (at) => at + 7 * Math.sin(at) })).toEqual([]);
});

it("says errors first, and what was seen, why it matters and what to do of each", () => {
  const { findings } = analysed({ agent: [[3400, 5100]], notes: [], end: "none", droppedMs: 500 });
  expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
    ["agent-unanswered", "error"],
    ["cut-off", "warning"],
  ]);
  for (const { seen, why, fix } of findings)
    for (const text of [seen, why, fix]) expect(text).toMatch(/^[A-Z0-9].*\.$/);
});

it("has a whole sentence for everything", () => {
  for (const { why, fix } of Object.values(FINDINGS)) {
    expect(why).toMatch(/^[A-Z].*\.$/);
    expect(fix).toMatch(/^[A-Z].*[.]$/);
  }
});
