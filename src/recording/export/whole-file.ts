/** Writes a file for others: whole or not at all, and never over a part of the recording it is made from. */
import { randomBytes } from "node:crypto";
import { type FileHandle, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { BridgeError } from "../../errors.js";
import { createFile } from "../folder.js";
import { RECORDING_FILES } from "../format.js";

/**
 * @param recordingFolder what the file is made from.
 * @param write is given a new file, which only its owner can read, and its path.
 * @throws BridgeError `cannot-write`; whatever stood at `path` is then still there.
 */
export async function writeWholeFile(
  path: string,
  recordingFolder: string,
  write: (file: FileHandle, unfinished: string) => Promise<void>,
): Promise<void> {
  const target = await placeToWrite(path, recordingFolder);
  const unfinished = `${target}.${randomBytes(4).toString("hex")}.tmp`;
  let file: FileHandle;
  try {
    file = await createFile(unfinished);
  } catch (cause) {
    throw cannotWrite(path, reasonOf(cause), cause);
  }
  try {
    await write(file, unfinished).finally(() => file.close());
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error instanceof BridgeError || !isSystemError(error)
      ? error
      : cannotWrite(path, reasonOf(error), error);
  }
}

/** Where a link leads to is what is written, so that the link stays one. */
async function placeToWrite(path: string, recordingFolder: string): Promise<string> {
  const wanted = resolve(path);
  const existing = await realpath(wanted).catch(() => undefined);
  if (existing !== undefined && !(await stat(existing)).isFile())
    throw cannotWrite(path, "it is there and is not a file");
  const folder = await realpath(dirname(existing ?? wanted)).catch((cause) => {
    throw cannotWrite(path, "there is no such folder", cause);
  });
  const name = basename(existing ?? wanted);
  const isInside = folder === (await realpath(recordingFolder).catch(() => resolve(recordingFolder)));
  if (isInside && RECORDING_FILES.includes(name.toLowerCase()))
    throw cannotWrite(path, "it is a part of the recording itself");
  return join(folder, name);
}

function cannotWrite(path: string, reason: string, cause?: unknown): BridgeError {
  return new BridgeError("cannot-write", `cannot write ${path}: ${reason}`, {
    fix: "Name a file in a folder that you may write to, and that is no part of the recording.",
    cause,
  });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC") return "the disk is full";
  return code === "EACCES" || code === "EPERM" || code === "EROFS" ? "it may not be written here" : message;
}

const MOST_WAITING = 64 * 1024;

/** Text for a file, in pieces of a size that disks like. */
export class TextFile {
  readonly #file: FileHandle;
  #waiting: string[] = [];
  #length = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(text: string): Promise<void> {
    this.#waiting.push(text);
    this.#length += text.length;
    if (this.#length >= MOST_WAITING) await this.flush();
  }

  /** To be called at the end. */
  async flush(): Promise<void> {
    const text = this.#waiting.join("");
    this.#waiting = [];
    this.#length = 0;
    await this.#file.appendFile(text);
  }
}
