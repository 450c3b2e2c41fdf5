/** `inspect`: shows a saved call on one screen, as a page or as data, and writes it in other forms. */
import type { Resolution } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import { BridgeError } from "../../errors.js";
import { analyseRecording } from "../../recording/analyse.js";
import { openRecording } from "../../recording/reader.js";
import { inspectScreen } from "../../report/inspect/screen.js";
import { inspection } from "../../report/inspection.js";
import { jsonLine } from "../../report/jsonl.js";
import { safeText } from "../../report/safe-text.js";
import { EXIT_OK } from "../exit-codes.js";
import { makeStyle } from "../ui/color.js";
import { Interrupted } from "../ui/interrupted.js";
import { type Io, usesUnicode } from "../ui/io.js";
import { writeExports } from "./inspect-exports.js";
import { checkNamed } from "./named-recordings.js";

export type InspectSettings = Values<"inspect"> & { readonly inspected: string };

const SCREEN = { columns: 80, rows: 24 } as const;
/** Where nobody looks at a screen, all is told. */
const MANY_ROWS = 200;

/** @throws BridgeError `bad-flag` without a recording. */
export function readSettings({ values }: Resolution<"inspect">): InspectSettings {
  const { inspected } = values;
  if (inspected === undefined)
    throw new BridgeError("bad-flag", "inspect needs the folder of a saved call", {
      fix: "smartpbx-bridge inspect recordings/CALL",
    });
  return { ...values, inspected };
}

export async function run(settings: InspectSettings, io: Io): Promise<number> {
  const { inspected: folder, showPersonal, json, quiet } = settings;
  checkNamed("inspect", [folder]);
  if (settings.repair) await repairFirst(folder, quiet, io);
  const recording = await openRecording(folder);
  try {
    const analysis = await analyseRecording(recording);
    const inspected = inspection(recording.call, analysis, showPersonal);
    if (recording.call.state === "open" && !quiet) io.stderr.write(openNote(folder));
    if (json) io.stdout.write(jsonLine(inspected));
    else {
      const { columns = SCREEN.columns, rows = SCREEN.rows, isTTY } = io.stdout;
      const lines = inspectScreen(inspected, {
        columns,
        rows: isTTY ? rows - 1 : MANY_ROWS,
        style: await makeStyle(io, settings.noColor),
        unicode: usesUnicode(io.env),
      });
      io.stdout.write(`${lines.join("\n")}\n`);
    }
    await writeExports(recording, analysis, settings, io);
    return EXIT_OK;
  } catch (error) {
    if (error instanceof Interrupted) return error.exitCode;
    throw error;
  } finally {
    await recording.close();
  }
}

async function repairFirst(folder: string, quiet: boolean, io: Io): Promise<void> {
  const { repairRecording } = await import("../../recording/repair.js");
  const { outcome, done } = await repairRecording(folder);
  if (quiet) return;
  io.stderr.write(outcome === "healthy" ? "Nothing to repair.\n" : `Repaired: ${done.join(", ")}.\n`);
}

function openNote(folder: string): string {
  return [
    "This recording was never closed: the call still runs, or its end was cut off.\n",
    `If it is over, complete it: smartpbx-bridge inspect ${safeText(folder, 400)} --repair\n`,
  ].join("");
}
