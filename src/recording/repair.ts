/** Completes a recording that a crash cut off: what is there is kept, and nothing is made up. */
import { constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { BridgeError } from "../errors.js";
import { factsOfFiles, fileFacts, otherFiles, writeCallFile } from "./call-file.js";
import { rebuildWav } from "./call-wav.js";
import {
  AGENT_FILE,
  CALLER_FILE,
  type CallFile,
  EVENTS_FILE,
  type FileFacts,
  type RecordedEvent,
  type RecordingCounts,
  WAV_FILE,
} from "./format.js";
import { openRecording, type Recording } from "./reader.js";

export interface Repair {
  /** `healthy`: nothing was done. */
  readonly outcome: "healthy" | "repaired";
  /** What was done, a few words each. */
  readonly done: readonly string[];
}

/** What a recording says that has no last word of its own. */
const CUT_OFF = "cut off: the recording ends before the call does";
/** A call that goes on writes several times in this time. */
const WATCH_MS = 600;
const BLOCK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * Drops the torn last line, makes call.wav, and closes call.json with counts and checksums. When and why the call ended is
 * taken from its last line; where that does not tell, `endedAt` is when the last thing happened and there is no `reason`. A
 * closed recording is left alone but for a call.wav that is missing or damaged. May be run again, also after a crash.
 * @param watchMs how long it is watched whether the call still runs.
 * @throws BridgeError `bad-recording` when it is none, when the call still runs, or when a closed recording's own files are
 * not what they were: then nothing is changed. `cannot-write`
 */
export async function repairRecording(folder: string, watchMs = WATCH_MS): Promise<Repair> {
  try {
    const { call } = await opened(folder, async (recording) => recording);
    if (call.state === "closed") return await repairClosed(folder, call);
    if (await isGrowing(folder, watchMs)) throw stillRuns(folder);
    return await repairOpen(folder);
  } catch (cause) {
    if (cause instanceof BridgeError || !(cause instanceof Error) || !("syscall" in cause)) throw cause;
    throw new BridgeError("cannot-write", `cannot repair ${folder}: ${cause.message}`, {
      fix: "Copy it to a folder that you may write to, and repair the copy.",
      cause,
    });
  }
}

async function repairOpen(folder: string): Promise<Repair> {
  const done: string[] = [];
  const torn = await dropTornLine(folder);
  if (torn > 0) done.push(`dropped a torn last line of ${torn} bytes`);
  const { call, last, counts, lastT } = await opened(folder, readThrough);
  if (call.audio !== false) {
    await rebuildWav(folder);
    done.push(`made ${WAV_FILE}`);
  }
  const closed: CallFile = {
    ...call,
    state: "closed",
    endedAt: new Date(Date.parse(call.startedAt) + Math.round(lastT / 1000)).toISOString(),
    ...lastWords(last),
    counts,
    files: await factsOfFiles(folder, call),
  };
  await writeCallFile(folder, closed);
  done.push(`closed it: ${closed.detail}`);
  return { outcome: "repaired", done };
}

/** Why the call ended, where the crash came between its last line and call.json. */
function lastWords(last: RecordedEvent | undefined): Pick<CallFile, "reason" | "detail" | "summary"> {
  if (last?.type !== "call-ended") return { detail: CUT_OFF };
  const { reason, detail, summary } = last;
  if (typeof reason !== "string" || typeof summary !== "object" || summary === null)
    return { detail: CUT_OFF };
  return {
    reason: reason as CallFile["reason"] & string,
    detail: typeof detail === "string" ? detail : "",
    summary: summary as CallFile["summary"] & object,
  };
}

interface Contents {
  readonly call: CallFile;
  readonly counts: RecordingCounts;
  readonly last: RecordedEvent | undefined;
  readonly lastT: number;
}

async function readThrough(recording: Recording): Promise<Contents> {
  const counts = { events: 0, callerPayloads: 0, callerBytes: 0, agentPayloads: 0, agentBytes: 0 };
  let last: RecordedEvent | undefined;
  let lastT = 0;
  for await (const batch of recording.batches())
    for (const event of batch) {
      if (event.type === "bad-line") continue;
      const line = event as RecordedEvent;
      counts.events++;
      last = line;
      lastT = Math.max(lastT, line.t);
      if (line.type !== "media" || line.leg !== "pbx") continue;
      const bytes = Number(line.length ?? line.bytes ?? 0);
      const side = line.dir === "in" ? "caller" : "agent";
      counts[`${side}Payloads`]++;
      counts[`${side}Bytes`] += Number.isSafeInteger(bytes) ? bytes : 0;
    }
  return { call: recording.call, counts, last, lastT };
}

async function repairClosed(folder: string, call: CallFile): Promise<Repair> {
  const recorded = call.files ?? {};
  const damaged: string[] = [];
  for (const name of otherFiles(call))
    if (
      name in recorded &&
      !isSame(recorded[name], await fileFacts(join(folder, name)).catch(() => undefined))
    )
      damaged.push(name);
  const own = damaged.filter((name) => name !== WAV_FILE);
  if (own.length > 0) throw changedSince(folder, own);
  // The disk was full when it was to be made.
  if (call.files && call.audio !== false && !(WAV_FILE in recorded)) damaged.push(WAV_FILE);
  if (damaged.length === 0) return { outcome: "healthy", done: [] };
  await rebuildWav(folder);
  await writeCallFile(folder, { ...call, files: await factsOfFiles(folder, call) });
  return { outcome: "repaired", done: [`made ${WAV_FILE}${WAV_FILE in recorded ? " again" : ""}`] };
}

function isSame(a: FileFacts | undefined, b: FileFacts | undefined): boolean {
  return a?.bytes === b?.bytes && a?.sha256 === b?.sha256;
}

/** Cuts events.jsonl behind its last whole line. @returns how many bytes that were. */
async function dropTornLine(folder: string): Promise<number> {
  const { O_RDWR, O_NOFOLLOW = 0 } = constants;
  const file = await open(join(folder, EVENTS_FILE), O_RDWR | O_NOFOLLOW);
  try {
    const { size } = await file.stat();
    const end = await lastLineEnd(file, size);
    if (end < size) await file.truncate(end);
    return size - end;
  } finally {
    await file.close();
  }
}

async function lastLineEnd(file: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let end = size; end > 0; end -= BLOCK_BYTES) {
    const from = Math.max(0, end - BLOCK_BYTES);
    const { bytesRead } = await file.read(block, 0, end - from, from);
    const newline = block.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (newline >= 0) return from + newline + 1;
  }
  return 0;
}

async function isGrowing(folder: string, watchMs: number): Promise<boolean> {
  const before = await sizes(folder);
  await wait(watchMs);
  return (await sizes(folder)) !== before;
}

async function sizes(folder: string): Promise<string> {
  const names = [EVENTS_FILE, CALLER_FILE, AGENT_FILE];
  return (await Promise.all(names.map(async (name) => (await lstat(join(folder, name))).size))).join();
}

async function opened<T>(folder: string, use: (recording: Recording) => Promise<T>): Promise<T> {
  const recording = await openRecording(folder);
  return use(recording).finally(() => recording.close());
}

function stillRuns(folder: string): BridgeError {
  return new BridgeError("bad-recording", `${folder} is still being recorded`, {
    fix: "Wait for the end of the call: then the recording is complete by itself.",
  });
}

function changedSince(folder: string, names: readonly string[]): BridgeError {
  return new BridgeError("bad-recording", `${folder} was changed after the call: ${names.join(", ")}`, {
    fix: "A crash does not do this, and it cannot be undone here: take the recording from a backup. It can still be read as it is.",
  });
}
