/** Writes an inspected call in the forms that were asked for, and says where they lie. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { CallAnalysis } from "../../analysis/call-analysis.js";
import type { Values } from "../../config/setting.js";
import { openBrowser } from "../../devices/open-browser.js";
import type { Recording } from "../../recording/reader.js";
import { safeText } from "../../report/safe-text.js";
import type { Io } from "../ui/io.js";
import { PercentLine } from "../ui/percent-line.js";
import { version } from "../version.js";

type ExportSettings = Pick<
  Values<"inspect">,
  "html" | "open" | "vcon" | "har" | "sides" | "showPersonal" | "quiet"
>;

export async function writeExports(
  recording: Recording,
  analysis: CallAnalysis,
  settings: ExportSettings,
  io: Io,
): Promise<void> {
  const { html, open, vcon, har, sides, quiet } = settings;
  const creator = { name: "smartpbx-bridge", version: version() };
  const wrote = (path: string) => {
    if (!quiet) io.stderr.write(`Wrote ${safeText(path, 400)}\n`);
  };
  if (html !== undefined || open) {
    const path = html ?? join(await mkdtemp(join(tmpdir(), "smartpbx-bridge-")), "call.html");
    await writePage(recording, analysis, path, settings, io);
    wrote(path);
    if (open) await show(path, io);
  }
  if (vcon !== undefined) {
    const { exportVcon } = await import("../../recording/export/vcon.js");
    await exportVcon(recording, vcon, { analysis, creator, now: new Date(io.clock.wallMs()) });
    wrote(vcon);
  }
  if (har !== undefined) {
    const { exportHar } = await import("../../recording/export/har.js");
    await exportHar(recording, har, creator);
    wrote(har);
  }
  if (sides !== undefined) {
    const { exportSides } = await import("../../recording/export/sides.js");
    for (const path of await exportSides(recording, sides)) wrote(path);
  }
}

async function writePage(
  recording: Recording,
  analysis: CallAnalysis,
  path: string,
  { showPersonal, quiet }: ExportSettings,
  io: Io,
): Promise<void> {
  const { writeReport } = await import("../../report/page/report.js");
  const line = new PercentLine(io, `Writing ${safeText(path, 60)}`, quiet);
  const onProgress = (share: number) => line.show(share);
  await writeReport(recording, analysis, path, { showPersonal, version: version(), onProgress }).finally(() =>
    line.end(),
  );
}

async function show(path: string, io: Io): Promise<void> {
  const url = pathToFileURL(resolve(path)).href;
  const cannot = await openBrowser(url, io.env);
  if (cannot) io.stderr.write(`Open it yourself, ${cannot}: ${url}\n`);
}
