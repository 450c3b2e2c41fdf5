/** upload.json in the folder of a recording: how far it has been uploaded, for a process that starts later. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../recording/folder.js";

export const MARK_FILE = "upload.json";

export interface UploadMark {
  readonly version: 1;
  /** Where to, with the name of the recording. */
  readonly to: string;
  /** SHA-256 of call.json, which changes with every other file: a recording that was redacted since is another one. */
  readonly call: string;
  /** Files that are there. */
  readonly done: readonly string[];
  /** The file that is being sent in parts. */
  readonly parts?: SentParts;
  /** When all of it was there, in UTC. */
  readonly uploadedAt?: string;
  /** It was to be deleted here after that. */
  readonly delete?: true;
}

export interface SentParts {
  readonly file: string;
  readonly id: string;
  readonly partBytes: number;
  /** What the store said of each part that it has, in their order. */
  readonly tags: readonly string[];
}

/** @returns undefined when there is none, or none that can be understood: then the recording is uploaded anew. */
export async function readMark(folder: string): Promise<UploadMark | undefined> {
  try {
    const mark = JSON.parse(await readFile(join(folder, MARK_FILE), "utf8")) as Partial<UploadMark> | null;
    const isMark =
      mark?.version === 1 &&
      typeof mark.to === "string" &&
      typeof mark.call === "string" &&
      isTexts(mark.done) &&
      (mark.parts === undefined || isParts(mark.parts));
    return isMark ? (mark as UploadMark) : undefined;
  } catch {
    return undefined;
  }
}

export function writeMark(folder: string, mark: UploadMark): Promise<void> {
  return replaceFile(join(folder, MARK_FILE), (file) => file.writeFile(`${JSON.stringify(mark, null, 2)}\n`));
}

export function removeMark(folder: string): Promise<void> {
  return rm(join(folder, MARK_FILE), { force: true });
}

function isParts(parts: unknown): boolean {
  const { file, id, partBytes, tags } = (parts ?? {}) as Partial<SentParts>;
  return (
    typeof file === "string" && typeof id === "string" && Number.isSafeInteger(partBytes) && isTexts(tags)
  );
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
