/** Writes one saved call as the file that is asked for, with what `inspect` writes them with. */
import { constants } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { analyseRecording } from "../recording/analyse.js";
import { exportHar } from "../recording/export/har.js";
import { exportVcon } from "../recording/export/vcon.js";
import { WAV_FILE } from "../recording/format.js";
import { openRecording } from "../recording/reader.js";
import { writeReport } from "../report/page/report.js";
import type { ExportKind, ReadingSettings } from "./saved-messages.js";

/** @throws BridgeError */
export async function writeExport(
  folder: string,
  kind: ExportKind,
  path: string,
  { showPersonal, version }: Pick<ReadingSettings, "showPersonal" | "version">,
): Promise<void> {
  const recording = await openRecording(folder);
  const creator = { name: "smartpbx-bridge", version };
  try {
    if (kind === "wav") await copyFile(join(folder, WAV_FILE), path, constants.COPYFILE_EXCL);
    else if (kind === "har") await exportHar(recording, path, creator);
    else {
      const analysis = await analyseRecording(recording);
      if (kind === "report") await writeReport(recording, analysis, path, { showPersonal, version });
      else await exportVcon(recording, path, { analysis, creator, now: new Date() });
    }
  } finally {
    await recording.close();
  }
}
