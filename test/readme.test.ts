import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { agentKinds } from "../src/agents/index.js";

const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");

/** The table of agent kinds, a record of columns for each kind. */
const rows = (() => {
  const lines = readme.split("\n");
  const head = lines.findIndex((line) => line.startsWith("| kind | what answers |"));
  const cellsOf = (line: string) =>
    line
      .slice(1, -1)
      .split(" | ")
      .map((cell) => cell.trim());
  const columns = cellsOf(lines[head]);
  const table = [];
  for (let i = head + 2; lines[i].startsWith("|"); i++) {
    const cells = cellsOf(lines[i]);
    const row: Record<string, string> = Object.fromEntries(columns.map((column, c) => [column, cells[c]]));
    const names = new Set([...row.kind.matchAll(/`([a-z-]+)[:`]/g)].map(([, name]) => name));
    for (const name of names) table.push({ name, row });
  }
  return table;
})();

test("every kind has its row", () => {
  expect(rows.map(({ name }) => name).sort()).toEqual(agentKinds.map(({ name }) => name).sort());
});

/** Where a kind is tested, and what must stand there for a cell to say yes. */
const FILES: Record<string, string[]> = {
  adk: ["adk", "contract"],
  smartpbx: ["smartpbx", "contract"],
  websocket: ["websocket", "contract"],
  telnyx: ["twilio-relatives"],
  plivo: ["twilio-relatives"],
  exotel: ["twilio-relatives"],
  "openai-live": ["openai-live", "openai-live/swap"],
};
const EVIDENCE: Record<string, RegExp> = {
  "native μ-law": /ulaw|pcmu|mulaw|audio\/basic|passthrough/i,
  "barge-in": /interrupt(ed)?\b/,
  "told what was heard": /truncat|interruptions|mark/,
  tools: /callTool|tool-call|send_dtmf/,
  transcripts: /transcribe|transcript/,
  resume: /resum|history|reconnect/i,
  DTMF: /digits|dtmf/i,
};

describe.each(rows)("what the table says of $name", ({ name, row }) => {
  const text = (FILES[name] ?? [name])
    .map((file) => readFileSync(join(root, "test", "agents", `${file}.test.ts`), "utf8"))
    .join("\n");
  test.each(Object.entries(EVIDENCE))("%s is tested where it says yes", (column, evidence) => {
    if (!/^(yes|as text|by marks|hang up)/.test(row[column])) return;
    expect(text).toMatch(evidence);
  });
});

test("every page and example that is linked is there", () => {
  for (const page of [
    "README.md",
    "CONTRIBUTING.md",
    ...readdirSync(join(root, "docs")).map((name) => join("docs", name)),
  ]) {
    const text = readFileSync(join(root, page), "utf8");
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect(() => readFileSync(join(root, page, "..", target)), `${page} links ${target}`).not.toThrow(
        /ENOENT/,
      );
    }
  }
});
