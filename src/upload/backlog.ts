/** Finds the recordings that an earlier process has left: those not uploaded yet, and those that a crash cut off. */
import { opendir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { BridgeError } from "../errors.js";
import { CALL_FILE, EVENTS_FILE } from "../recording/format.js";
import { repairRecording } from "../recording/repair.js";
import { readMark } from "./mark.js";
import type { ObjectStore } from "./object-store.js";
import { isWaiting } from "./upload-recording.js";

export interface Waiting {
  readonly folder: string;
  /** False for one whose call may still be running, here or in another process. */
  readonly isReady: boolean;
}

export interface BacklogOptions {
  readonly directory: string;
  readonly store: ObjectStore;
  /** A recording that nothing was added to for so long is no running call's: it is repaired. */
  readonly abandonedMs: number;
  readonly known: (folder: string) => boolean;
  readonly wallMs: number;
  readonly signal: AbortSignal;
}

/** One after the other, so that a folder of a hundred thousand takes no memory. */
export async function* waitingRecordings(options: BacklogOptions): AsyncGenerator<Waiting> {
  const { directory, store, known, signal } = options;
  for await (const entry of await opendir(directory)) {
    if (signal.aborted) return;
    const folder = join(directory, entry.name);
    if (!entry.isDirectory() || entry.name.startsWith(".") || known(folder)) continue;
    const state = await stateOf(folder);
    if (state === "open") yield { folder, isReady: await isRepaired(folder, options) };
    else if (state === "closed" && (await isWaiting(folder, store))) yield { folder, isReady: true };
    // A deletion that was cut off.
    else if (state === "none" && (await readMark(folder))?.delete) yield { folder, isReady: true };
  }
}

async function stateOf(folder: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, CALL_FILE), "utf8")).state;
  } catch {
    return "none";
  }
}

async function isRepaired(folder: string, { abandonedMs, wallMs }: BacklogOptions): Promise<boolean> {
  const { mtimeMs } = await stat(join(folder, EVENTS_FILE)).catch(() => ({ mtimeMs: 0 }));
  if (wallMs - mtimeMs < abandonedMs) return false;
  try {
    await repairRecording(folder, 0);
    return true;
  } catch (error) {
    // Beyond repair, or still growing: it stays as it is.
    if (error instanceof BridgeError) return false;
    throw error;
  }
}
