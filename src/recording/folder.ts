/** The folder of one recording: its name, and files in it that are whole or not there. */
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";

const MAX_ID_LENGTH = 64;
/** More calls than this with one id in one millisecond are no accident. */
const MAX_NAMESAKES = 1000;

/** `20261122T125900.123Z-<callId>`: sorts by time, and is one harmless name whatever the PBX called the call. */
export function folderName(startedMs: number, callId: string): string {
  const start = new Date(startedMs).toISOString().replace(/[-:]/g, "");
  const safe = callId
    .slice(0, 1024)
    .replace(/[^A-Za-z0-9._-]/g, "_")
    .replace(/^\.+/, "")
    .slice(0, MAX_ID_LENGTH);
  return `${start}-${safe || "call"}`;
}

/** Makes a new folder for one recording, readable for its owner only, and gives its path. A name that is taken gets `-2`, `-3`… */
export async function createFolder(directory: string, name: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (let namesake = 1; ; namesake++) {
    const folder = join(directory, namesake === 1 ? name : `${name}-${namesake}`);
    try {
      await mkdir(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || namesake === MAX_NAMESAKES) throw error;
    }
  }
}

/** Creates a file that only its owner can read. Fails when the name is taken, also by a link. */
export function createFile(path: string): Promise<FileHandle> {
  return open(path, "wx", 0o600);
}

/** Opens a file to read it. A link of that name is not followed, and a pipe that stands in its place does not block. */
export function openToRead(path: string): Promise<FileHandle> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  return open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
}

/** Takes room on the disk for a later `path`, which `replaceReserved` writes there also when the disk has become full. */
export async function reserveFile(path: string, bytes: number): Promise<void> {
  const file = await createFile(unfinishedName(path));
  await file.writeFile(Buffer.alloc(bytes, " ")).finally(() => file.close());
}

/** As `replaceFile`, in the room that was reserved, if it still is. */
export async function replaceReserved(path: string, text: string): Promise<void> {
  const { O_WRONLY, O_NOFOLLOW = 0 } = constants;
  const reserved = await open(unfinishedName(path), O_WRONLY | O_NOFOLLOW).catch(() => undefined);
  if (!reserved) return replaceFile(path, (file) => file.writeFile(text));
  try {
    await reserved.writeFile(text);
    await reserved.truncate(Buffer.byteLength(text));
  } finally {
    await reserved.close();
  }
  await rename(unfinishedName(path), path);
}

/** Writes a file beside `path` and then puts it in its place, so that `path` is never half a file. */
export async function replaceFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const unfinished = unfinishedName(path);
  await rm(unfinished, { force: true });
  const file = await createFile(unfinished);
  try {
    await write(file).finally(() => file.close());
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

function unfinishedName(path: string): string {
  return `${path}.tmp`;
}
