/** Whether calls can be saved where they are to be saved: rights, and room. */
import { mkdtemp, rm, stat, statfs, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type Checked, fine, type Problem, skipped } from "../checked.js";
import { spellBytes } from "./hardware.js";

/** An hour of a call in PCM, both sides, with its events: 2 × 48,000 bytes a second of payloads, and their lines. */
const HOUR_BYTES = 500e6;
/** Less than this is soon full. */
const LOW_BYTES = 1e9;

const NAME = "recordings";
const WHAT = "recordings";

/** @param room how many bytes may still be written there. */
export async function checkFolder(
  folder: string | undefined,
  cwd: string,
  room: (path: string) => Promise<number> = freeBytes,
): Promise<Checked> {
  if (folder === undefined) return skipped(NAME, WHAT, "calls are not saved; --record DIR would");
  const path = resolve(cwd, folder);
  const { place, isThere, fault } = await nearest(path);
  const code = fault ?? (await tryToWrite(place));
  if (code !== undefined)
    return {
      name: NAME,
      what: WHAT,
      value: `nothing can be written to ${folder}`,
      measured: { folder, code },
      findings: [notWritable(folder, code)],
    };
  const bytes = await room(place);
  const hours = Math.floor(bytes / HOUR_BYTES);
  const value = `${folder} ${isThere ? "can be written to" : "can be made"}, ${spellBytes(bytes)} free`;
  const measured = { folder, freeBytes: bytes, hours };
  if (bytes >= LOW_BYTES) return fine(NAME, WHAT, `${value}: ${hours} hours of calls or more`, { measured });
  return {
    name: NAME,
    what: WHAT,
    value,
    measured,
    findings: [
      {
        code: "disk-nearly-full",
        severity: "warning",
        seen: `The disk of ${folder} has ${spellBytes(bytes)} left.`,
        why: `An hour of one call may take ${spellBytes(HOUR_BYTES)}, and a call that cannot be saved goes on without its recording.`,
        fix: "Make room, name a folder on another disk, or save events without sound: --no-audio",
      },
    ],
  };
}

function notWritable(folder: string, code: string): Problem {
  const seen =
    code === "ENOTDIR"
      ? `${folder} is not a folder, or lies below a file.`
      : code === "ENOSPC"
        ? `The disk of ${folder} is full.`
        : `A file in ${folder} could not be written (${code}).`;
  return {
    code: "cannot-write",
    severity: "error",
    seen,
    why: "serve and record refuse to start when they cannot save what they are told to save.",
    fix:
      code === "ENOSPC"
        ? "Make room, or name a folder on another disk: --record DIR"
        : "Name a folder that you may write to, for example: --record recordings",
  };
}

/** The folder itself, or the one above it in which it would be made. */
async function nearest(path: string): Promise<{ place: string; isThere: boolean; fault?: string }> {
  for (let place = path; ; place = dirname(place)) {
    try {
      const isFolder = (await stat(place)).isDirectory();
      return { place, isThere: place === path, ...(!isFolder && { fault: "ENOTDIR" }) };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" || dirname(place) === place)
        return { place, isThere: false, fault: code ?? "unknown" };
    }
  }
}

/** Really writes: rights alone do not tell of full disks and file systems for reading only. Leaves nothing behind. */
async function tryToWrite(place: string): Promise<string | undefined> {
  let made: string | undefined;
  try {
    made = await mkdtemp(join(place, ".doctor-"));
    await writeFile(join(made, "probe"), Buffer.alloc(4096, 1));
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unknown";
  } finally {
    if (made !== undefined) await rm(made, { recursive: true, force: true }).catch(() => {});
  }
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
