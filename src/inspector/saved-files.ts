/** What is made of a saved call, sent to the browser: the report as a page, everything else as a file to keep. */
import { createReadStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { answer } from "../devices/browser-phone/answer.js";
import { PAGE_HEADERS } from "../devices/browser-phone/page-files.js";
import type { SavedCall } from "./messages.js";
import type { SavedCalls } from "./saved-calls.js";
import type { ExportKind } from "./saved-messages.js";

const KINDS: Readonly<Record<string, { readonly kind: ExportKind; readonly type: string }>> = {
  "report.html": { kind: "report", type: "text/html; charset=utf-8" },
  "call.wav": { kind: "wav", type: "audio/wav" },
  "call.vcon.json": { kind: "vcon", type: "application/vcon+json" },
  "call.har": { kind: "har", type: "application/json" },
};
/** Each takes a processor's time and room on the disk. */
const MOST_AT_A_TIME = 4;
let writing = 0;

/** Answers with the file at `/ID/FILE`. @returns false when there is no such call or file. */
export function sendSaved(path: string, saved: SavedCalls, response: ServerResponse): boolean {
  const [, id = "", file = ""] = path.split("/");
  const wanted = Object.hasOwn(KINDS, file) ? KINDS[file] : undefined;
  const found = saved.find(id);
  if (!wanted || !found) return false;
  if (writing >= MOST_AT_A_TIME)
    answer(response, 503, "Other files are being written. Try again in a moment.\n");
  else void send(found.call, file, wanted, saved, response);
  return true;
}

async function send(
  call: SavedCall,
  file: string,
  { kind, type }: { kind: ExportKind; type: string },
  saved: SavedCalls,
  response: ServerResponse,
): Promise<void> {
  writing++;
  const folder = await mkdtemp(join(tmpdir(), "smartpbx-inspector-"));
  try {
    const path = join(folder, file);
    const failed = await saved.write(call, kind, path);
    if (failed !== undefined) return answer(response, 500, `Not written: ${failed}\n`);
    const opened = await open(path);
    const { size } = await opened.stat();
    await opened.close();
    response.writeHead(200, {
      ...PAGE_HEADERS,
      "Content-Type": type,
      "Content-Length": size,
      // The report holds what callers and agents sent: it gets an origin of its own, from which nothing here can be asked.
      "Content-Security-Policy": kind === "report" ? "sandbox allow-scripts" : "sandbox; default-src 'none'",
      ...(kind !== "report" && {
        "Content-Disposition": `attachment; filename="${fileName(call.name, file)}"`,
      }),
    });
    // A browser that goes away ends this, and that is no failure.
    await pipeline(createReadStream(path), response).catch(() => {});
  } catch {
    if (!response.headersSent) answer(response, 500, "Not written: is there room on the disk?\n");
  } finally {
    writing--;
    await rm(folder, { recursive: true, force: true });
  }
}

function fileName(name: string, file: string): string {
  return `${name.replace(/[^A-Za-z0-9._-]/g, "_").slice(0, 100)}${file.replace("call", "")}`;
}
