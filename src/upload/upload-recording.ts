/** Uploads one recording, file by file and large files in parts, from where an earlier process was stopped. */
import { createHash } from "node:crypto";
import { type FileHandle, rm, rmdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { openToRead } from "../recording/folder.js";
import { CALL_FILE, type CallFile, RECORDING_FILES } from "../recording/format.js";
import { readMark, removeMark, type SentParts, type UploadMark, writeMark } from "./mark.js";
import { type ObjectStore, StoreFailure } from "./object-store.js";

export interface UploadOptions {
  readonly store: ObjectStore;
  /** Whether the recording is deleted here once all of it is there. */
  readonly deletes: boolean;
  readonly wallMs: () => number;
  readonly partBytes?: number;
}

/** What a kill can cost to be sent again. S3 takes no parts below 5 MiB. */
const PART_BYTES = 8 * 1024 * 1024;
const MOST_PARTS = 10_000;

/** `open`: its call still runs, or a crash cut it off. `gone`: it is no longer here, or no recording. */
export type Outcome = "uploaded" | "was-uploaded" | "open" | "gone";

/**
 * call.json goes last: where it is, the recording is whole.
 * @throws StoreFailure when the store is the cause; what was sent is kept in the folder's mark. Else errors of this computer's disk.
 */
export async function uploadRecording(
  folder: string,
  options: UploadOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const { store, deletes } = options;
  const earlier = await readMark(folder);
  const call = await readCall(folder);
  if (!call) {
    if (earlier?.uploadedAt && earlier.delete) await removeRecording(folder);
    return "gone";
  }
  if (call.state !== "closed") return "open";
  const to = store.address(basename(folder));
  const isSame = earlier?.to === to && earlier.call === call.sha256;
  if (isSame && earlier.uploadedAt) {
    if (earlier.delete) await removeRecording(folder);
    return "was-uploaded";
  }
  if (earlier?.parts && !isSame) await forget(earlier, folder, store, signal);
  const upload = new RecordingUpload(
    folder,
    options,
    isSame ? earlier : { version: 1, to, call: call.sha256, done: [] },
  );
  for (const name of [...call.others, CALL_FILE]) await upload.file(name, signal);
  // Redacted meanwhile: what was sent is no longer what it is.
  if ((await readCall(folder))?.sha256 !== call.sha256) return uploadRecording(folder, options, signal);
  await upload.finish();
  if (deletes) await removeRecording(folder);
  return "uploaded";
}

/** Whether there is something to do for a recording that is closed, or was being deleted: what `uploadRecording` would do. */
export async function isWaiting(folder: string, store: ObjectStore): Promise<boolean> {
  const mark = await readMark(folder);
  if (!mark?.uploadedAt || mark.delete) return true;
  return mark.to !== store.address(basename(folder)) || mark.call !== (await readCall(folder))?.sha256;
}

class RecordingUpload {
  readonly #folder: string;
  readonly #options: UploadOptions;
  #mark: UploadMark;

  constructor(folder: string, options: UploadOptions, mark: UploadMark) {
    this.#folder = folder;
    this.#options = options;
    this.#mark = mark;
  }

  async file(name: string, signal: AbortSignal): Promise<void> {
    if (this.#mark.done.includes(name)) return;
    const file = await openFile(join(this.#folder, name));
    // Someone has taken it away; the rest is worth keeping all the same.
    if (!file) return;
    try {
      const { size } = await file.stat();
      if (size > 2 * (this.#options.partBytes ?? PART_BYTES)) await this.#inParts(name, file, size, signal);
      else {
        await this.#options.store.put(this.#nameOf(name), { file, start: 0, bytes: size }, signal);
        await this.#remember({ done: [...this.#mark.done, name] });
      }
    } finally {
      await file.close();
    }
  }

  /** @throws errors of the disk, unless the recording is to be deleted anyway. */
  async finish(): Promise<void> {
    const { deletes, wallMs } = this.#options;
    const uploadedAt = new Date(wallMs()).toISOString();
    const mark = { ...this.#mark, uploadedAt, ...(deletes && { delete: true as const }) };
    await writeMark(this.#folder, mark).catch((error: unknown) => {
      if (!deletes) throw error;
    });
  }

  async #inParts(name: string, file: FileHandle, size: number, signal: AbortSignal): Promise<void> {
    const { store } = this.#options;
    const object = this.#nameOf(name);
    const isResumed = this.#mark.parts?.file === name;
    let parts = await this.#partsOf(name, size, signal);
    try {
      for (let start = parts.tags.length * parts.partBytes; start < size; start += parts.partBytes) {
        const piece = { file, start, bytes: Math.min(parts.partBytes, size - start) };
        const tag = await store.putPart(object, parts.id, parts.tags.length + 1, piece, signal);
        parts = { ...parts, tags: [...parts.tags, tag] };
        await this.#remember({ parts });
      }
      await store.finishParts(object, parts.id, parts.tags, signal);
    } catch (error) {
      // The store has forgotten what it had, or says something else of old parts: the next try begins anew.
      if (error instanceof StoreFailure && (FORGOTTEN.has(error.kind) || (isResumed && error.status)))
        await this.#remember({ parts: undefined });
      throw error;
    }
    await this.#remember({ parts: undefined, done: [...this.#mark.done, name] });
  }

  /** The parts of an earlier process, or a beginning. */
  async #partsOf(name: string, size: number, signal: AbortSignal): Promise<SentParts> {
    const earlier = this.#mark.parts;
    if (earlier?.file === name && earlier.partBytes > 0) return earlier;
    const id = await this.#options.store.startParts(this.#nameOf(name), signal);
    const partBytes = Math.max(this.#options.partBytes ?? PART_BYTES, Math.ceil(size / MOST_PARTS));
    const parts: SentParts = { file: name, id, partBytes, tags: [] };
    await this.#remember({ parts });
    return parts;
  }

  /** A mark that cannot be written costs a second upload after a restart, and no more. */
  async #remember(change: { done?: readonly string[]; parts?: SentParts | undefined }): Promise<void> {
    const { parts, ...rest } = { ...this.#mark, ...change };
    this.#mark = parts ? { ...rest, parts } : rest;
    await writeMark(this.#folder, this.#mark).catch(() => {});
  }

  #nameOf(name: string): string {
    return `${basename(this.#folder)}/${name}`;
  }
}

const FORGOTTEN = new Set(["NoSuchUpload", "InvalidPart", "InvalidPartOrder"]);

async function forget(
  { parts }: UploadMark,
  folder: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  if (!parts) return;
  // Of another bucket, or forgotten there: then there is nothing to be done about it.
  await store.dropParts(`${basename(folder)}/${parts.file}`, parts.id, signal).catch(() => {});
  if (signal.aborted) throw signal.reason;
}

interface ReadCall {
  readonly state: unknown;
  readonly sha256: string;
  /** Files besides call.json. */
  readonly others: readonly string[];
}

/** @returns undefined where there is no recording. */
async function readCall(folder: string): Promise<ReadCall | undefined> {
  const file = await openFile(join(folder, CALL_FILE));
  if (!file) return undefined;
  const text = await file.readFile().finally(() => file.close());
  try {
    const call = JSON.parse(text.toString()) as Partial<CallFile> | null;
    if (typeof call !== "object" || call === null) return undefined;
    const others = RECORDING_FILES.filter((name) => name !== CALL_FILE && name in (call.files ?? {}));
    return { state: call.state, sha256: createHash("sha256").update(text).digest("hex"), others };
  } catch {
    return undefined;
  }
}

/** @returns undefined when there is none. */
async function openFile(path: string): Promise<FileHandle | undefined> {
  return openToRead(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}

/** The mark goes last: what a crash leaves is removed at the next start. Files that are not ours stay, and with them the folder. */
async function removeRecording(folder: string): Promise<void> {
  for (const name of [CALL_FILE, ...RECORDING_FILES]) await rm(join(folder, name), { force: true });
  await removeMark(folder);
  await rmdir(folder).catch(() => {});
}
