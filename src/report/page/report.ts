/** Writes the report of one call: a page that holds everything it shows, and asks no server. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { CallAnalysis } from "../../analysis/call-analysis.js";
import { writeWholeFile } from "../../recording/export/whole-file.js";
import { AGENT_FILE, CALLER_FILE } from "../../recording/format.js";
import type { Recording } from "../../recording/reader.js";
import { inspection, redactionOf } from "../inspection.js";
import { bundle, pageFile } from "./bundle.js";
import { EventPieces } from "./event-pieces.js";
import type { PageDocument } from "./page-document.js";
import { PEAK_MS, PIECE_MS, SideSound, soundPlan } from "./side-sound.js";

export interface ReportOptions {
  readonly showPersonal: boolean;
  /** Of the program, for the foot of the page. */
  readonly version: string;
  /** Told how much is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

const SIDES = [
  ["caller", CALLER_FILE],
  ["agent", AGENT_FILE],
] as const;
/** Sound takes the most of the time. */
const SHARE_OF_SIDE = 0.4;

/**
 * Writes the page, or leaves what was there. Holds some seconds of the call at a time.
 * @throws BridgeError `cannot-write`.
 */
export async function writeReport(
  recording: Recording,
  analysis: CallAnalysis,
  path: string,
  { showPersonal, version, onProgress = () => {} }: ReportOptions,
): Promise<void> {
  const { call } = recording;
  const style = pageFile("page.css");
  const script = bundle("main.js");
  const [head, foot] = template({ style, script, version });
  const progress = (base: number, share: number, atMs: number) =>
    onProgress(base + share * Math.min(1, atMs / Math.max(1, analysis.durationMs)));
  const pages = async function* () {
    yield head;
    const plan = soundPlan(recording, analysis.caller.audioMs + analysis.agent.audioMs);
    for (const [place, [side, file]] of SIDES.entries()) {
      const sound = new SideSound(recording, file, plan);
      for await (const { index, bytes, atMs } of sound.pieces()) {
        yield packed(`sound-${side}-${index}`, bytes);
        progress(place * SHARE_OF_SIDE, SHARE_OF_SIDE, atMs);
      }
      yield packed(`peaks-${side}`, gzipSync(sound.peaks));
    }
    const events = new EventPieces(recording, redactionOf(call, showPersonal));
    let pieces = 0;
    for await (const { bytes, atMs } of events.pieces()) {
      yield packed(`events-${pieces++}`, bytes);
      progress(2 * SHARE_OF_SIDE, 1 - 2 * SHARE_OF_SIDE, atMs);
    }
    const page: PageDocument = {
      ...inspection(call, analysis, showPersonal),
      notes: notesOf(recording),
      marks: events.marks,
      sound: { codec: plan.codec, rateHz: plan.rateHz, pieceMs: PIECE_MS, note: plan.note },
      peaks: { stepMs: PEAK_MS },
      events: { count: events.count, pieces },
    };
    yield `<script type="application/json" id="document">${jsonInHtml(page)}</script>\n`;
    yield foot;
  };
  await writeWholeFile(path, recording.folder, async (file) => {
    for await (const text of pages()) await file.appendFile(text);
  });
}

/** What a reader should know first. */
function notesOf({ call }: Recording): string[] {
  return [
    ...(call.state === "open"
      ? ["This recording was never closed: the call still runs, or its end was cut off."]
      : []),
    ...(call.audio === false ? ["Only events were kept of this call: there is no sound."] : []),
  ];
}

/** What stands before the data, and after it. */
function template(texts: Readonly<Record<"style" | "script" | "version", string>>): [string, string] {
  const policy = [
    "default-src 'none'",
    `script-src '${hash(texts.script)}'`,
    `style-src '${hash(texts.style)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const whole = pageFile("page.html")
    .replace("{{policy}}", () => policy)
    .replace("{{version}}", () => texts.version)
    .replace("<!-- style -->", () => `<style>${texts.style}</style>`)
    .replace("<!-- script -->", () => `<script type="module">${texts.script}</script>`);
  const [head, foot] = whole.split("<!-- data -->\n");
  return [head, foot];
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function packed(id: string, gzip: Uint8Array): string {
  return `<script type="text/plain" id="${id}">${Buffer.from(gzip).toString("base64")}</script>\n`;
}

/** JSON that neither ends its element nor begins another. */
function jsonInHtml(value: unknown): string {
  return JSON.stringify(value).replace(/</g, "\\u003c");
}
