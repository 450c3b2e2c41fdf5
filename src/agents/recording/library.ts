/** The recordings that answer calls: one, or a folder of them, of which each call gets its own. */
import { access, readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { BridgeError } from "../../errors.js";
import { CALL_FILE, EVENTS_FILE } from "../../recording/format.js";
import { openRecording, type Recording, requireAudio } from "../../recording/reader.js";
import { readScore, type Score } from "./score.js";

/** Scores are kept of the recordings used last: all calls of a load share them. */
const MAX_SCORES = 8;
const MAX_CALL_FILE_BYTES = 1024 * 1024;

interface KeptScore {
  readonly stamp: string;
  readonly score: Promise<Score>;
}

const scores = new Map<string, KeptScore>();
/** How many calls each list of recordings has answered in turn. */
const taken = new Map<string, number>();

/**
 * The folders of recordings that a path stands for.
 * @throws BridgeError `bad-recording` when there is none.
 */
export async function foldersAt(path: string): Promise<string[]> {
  const folder = resolve(path.replace(/^~(?=$|[\\/])/, () => homedir()));
  const found = await stat(folder).catch(() => undefined);
  if (!found) throw noRecording(`There is no folder ${path}`);
  if (!found.isDirectory()) throw noRecording(`${path} is a file, and a recording is a folder`);
  if (await exists(join(folder, CALL_FILE))) return [folder];
  const folders: string[] = [];
  for (const entry of (await readdir(folder, { withFileTypes: true })).sort(byName)) {
    const inner = join(folder, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith(".") && (await exists(join(inner, CALL_FILE))))
      folders.push(inner);
  }
  if (folders.length === 0) throw noRecording(`${path} holds no recording`);
  return folders;
}

/** The folder that answers this call: the recording of the call itself, or else the next in turn. */
export async function folderFor(folders: readonly string[], callId: string): Promise<string> {
  if (folders.length === 1) return folders[0];
  for (const folder of folders) if ((await callIdOf(folder)) === callId) return folder;
  const key = folders.join("\0");
  const turn = taken.get(key) ?? 0;
  taken.set(key, turn + 1);
  return folders[turn % folders.length];
}

/** @throws BridgeError `bad-recording` when it cannot answer a call. */
export async function checkFolder(folder: string): Promise<void> {
  const recording = await openRecording(folder);
  await recording.close();
  requireAudio(recording);
}

export interface OpenScore {
  /** Close it. */
  readonly recording: Recording;
  readonly score: Score;
}

/** @throws BridgeError `bad-recording` */
export async function openScore(folder: string): Promise<OpenScore> {
  const recording = await openRecording(folder);
  try {
    requireAudio(recording);
    return { recording, score: await scoreOf(recording) };
  } catch (error) {
    await recording.close();
    throw error;
  }
}

async function scoreOf(recording: Recording): Promise<Score> {
  const { folder } = recording;
  const { size, mtimeMs } = await stat(join(folder, EVENTS_FILE));
  const stamp = `${size} ${mtimeMs}`;
  let kept = scores.get(folder);
  scores.delete(folder);
  if (kept?.stamp !== stamp) kept = { stamp, score: readScore(recording) };
  scores.set(folder, kept);
  const oldest = scores.size > MAX_SCORES ? scores.keys().next().value : undefined;
  if (oldest !== undefined) scores.delete(oldest);
  kept.score.catch(() => scores.delete(folder));
  return kept.score;
}

/** Undefined where it cannot be told: whoever opens the recording is told why. */
async function callIdOf(folder: string): Promise<unknown> {
  try {
    const file = join(folder, CALL_FILE);
    if ((await stat(file)).size > MAX_CALL_FILE_BYTES) return undefined;
    return (JSON.parse(await readFile(file, "utf8")) as { callId?: unknown } | null)?.callId;
  } catch {
    return undefined;
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function noRecording(message: string): BridgeError {
  return new BridgeError("bad-recording", message, {
    fix: "Give a folder that --record wrote, or a folder of such: --agent recording:recordings",
  });
}
