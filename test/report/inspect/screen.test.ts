import { describe, expect, it } from "vitest";
import type { CallAnalysis } from "../../../src/analysis/call-analysis.js";
import { analyseRecording } from "../../../src/recording/analyse.js";
import { openRecording } from "../../../src/recording/reader.js";
import { inspectScreen } from "../../../src/report/inspect/screen.js";
import { type Inspection, inspection } from "../../../src/report/inspection.js";
import { plain } from "../../../src/report/style.js";
import { textWidth } from "../../../src/report/text-width.js";
import { temporaryFolder } from "../../recording/calls.js";
import { recordExample } from "../example-call.js";

const OPTIONS = { columns: 80, rows: 23, style: plain, unicode: true };

async function inspected(example?: Parameters<typeof recordExample>[1]): Promise<Inspection> {
  const recording = await openRecording(
    await recordExample(await temporaryFolder(), example, { showPersonal: true }),
  );
  try {
    return inspection(recording.call, await analyseRecording(recording), false);
  } finally {
    await recording.close();
  }
}

function withAnalysis(inspection: Inspection, analysis: Partial<CallAnalysis>): Inspection {
  return { ...inspection, analysis: { ...inspection.analysis, ...analysis } };
}

describe("the screen", () => {
  it("shows the whole call in 80 by 23", async () => {
    const lines = inspectScreen(await inspected(), OPTIONS);
    expect(lines.length).toBeLessThanOrEqual(23);
    for (const line of lines) expect(textWidth(line), line).toBeLessThanOrEqual(80);
    const text = lines.join("\n");
    expect(lines[0]).toBe("Call call-1  g711_ulaw/8000  11.0 s  caller hung up");
    expect(text).toMatch(/^caller {3}·+▇?█/m);
    expect(text).toContain("▲ barge-in");
    expect(text).toMatch(/first {4}1 0:02\.0 860 ms {4}2 0:06\.0 2\.6 s/);
    expect(text).toMatch(/barge-in 0:04\.9 {2}agent silent after 160 ms {2}heard 2\.2 s {2}dropped 960 ms/);
    expect(text).toContain("tool     0:07.0  lookup  answered after 100 ms");
    expect(text).toContain("replies began later than 2 s");
    expect(text).toContain("  Fix: Stream the first audio");
    expect(text).not.toContain("1234512");
  });

  it("shows the slowest replies and the gravest problems where there is no room for all", async () => {
    const call = await inspected();
    const [utterance] = call.analysis.utterances;
    const [finding] = call.analysis.findings;
    const many = withAnalysis(call, {
      utterances: Array.from({ length: 300 }, (_, k) => ({
        ...utterance,
        reply: { ...utterance.reply!, latencyMs: k === 250 ? 9000 : 700 },
      })),
      findings: Array.from({ length: 20 }, () => ({ ...finding, severity: "error" as const })),
    });
    const lines = inspectScreen(many, OPTIONS);
    expect(lines.length).toBeLessThanOrEqual(23);
    expect(lines.join("\n")).toMatch(/slowest .*251 0:02\.0 9\.0 s/);
    expect(lines.at(-1)).toMatch(/^and \d+ more problems: --json, or --html FILE --open$/);
  });

  it("says that nothing is wrong, and that the end is missing", async () => {
    const cut = withAnalysis(await inspected(), {
      findings: [],
      end: undefined,
      utterances: [],
      bargeIns: [],
    });
    const open = { ...cut, call: { ...cut.call, state: "open" as const } };
    const lines = inspectScreen(open, { ...OPTIONS, unicode: false });
    expect(lines.at(-1)).toBe("No problems found.");
    expect(lines[0]).toContain("cut off, or still running");
    const full = {
      ...cut,
      call: { ...cut.call, detail: "cut short: ENOSPC: no space left on device, write" },
    };
    expect(inspectScreen(full, OPTIONS)[0]).toMatch(/cut short: ENOSPC$/);
    const silent = { ...cut, call: { ...cut.call, audio: false as const } };
    expect(inspectScreen(silent, OPTIONS).join("\n")).toContain("levels   no sound was kept");
    expect(lines.join("\n")).toContain("replies  0 to 0 utterances  first audio p50 none  max none");
  });

  it("lets a hostile recording write no control character", async () => {
    const hostile = "\u001b[2Jx\u202e".repeat(50);
    const lines = inspectScreen(await inspected({ callId: hostile, tool: hostile }), OPTIONS);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about.
    expect(lines.join("\n")).not.toMatch(/[\u0000-\u0009\u001b\u202e]/);
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(80);
  });
});
