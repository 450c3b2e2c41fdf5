/** Puts a new folder in the place of an old one, so that a crash at any moment leaves one that is whole. */
import { constants } from "node:fs";
import { copyFile, lstat, mkdir, readdir, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { BridgeError } from "../errors.js";
import { RECORDING_FILES } from "./format.js";

export interface Swapped<T> {
  readonly made: T;
  /** Files in the folder that are no part of a recording: they are kept as they are. */
  readonly others: readonly string[];
}

/**
 * Makes a new version of a recording beside it, under a hidden name, then swaps the two and deletes the old one. What a
 * crash left of an earlier swap is finished or cleared away first.
 * @param make writes the new version into a folder that is not there yet.
 * @throws BridgeError `bad-recording` when the folder holds more than files. Whatever fails, the old one is there.
 */
export async function replaceRecording<T>(
  folder: string,
  make: (from: string, to: string) => Promise<T>,
): Promise<Swapped<T>> {
  const { place, fresh, old } = await placesOf(folder);
  await finishEarlier(place, fresh, old);
  const others = await otherFilesIn(place);
  try {
    const made = await make(place, fresh);
    for (const name of others) await copyFile(join(place, name), join(fresh, name), constants.COPYFILE_EXCL);
    await rename(place, old);
    await rename(fresh, place);
    await rm(old, { recursive: true });
    return { made, others };
  } catch (error) {
    // Not when the old one is already away: then the new one is the one that is whole.
    if (await isThere(place)) await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Makes a new version of a recording elsewhere.
 * @param directory becomes the new folder; where it is there already, the new folder is made in it, named as the old one.
 * @returns the new folder.
 * @throws BridgeError `cannot-write` when that is there, or is within the old one.
 */
export async function copyRecording<T>(
  folder: string,
  directory: string,
  make: (from: string, to: string) => Promise<T>,
): Promise<Swapped<T> & { readonly target: string }> {
  const isFolder = await lstat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const place = await realpath(folder).catch(() => resolve(folder));
  const target = resolve(isFolder ? join(directory, basename(place)) : directory);
  const parent = dirname(target);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const real = join(await realpath(parent), basename(target));
  if (await isThere(real)) throw cannotWrite(target, "it is there already");
  if (`${real}${sep}`.startsWith(`${place}${sep}`)) throw cannotWrite(target, "it lies within the recording");
  const fresh = join(dirname(real), `.${basename(real)}.redacted`);
  await rm(fresh, { recursive: true, force: true });
  try {
    const made = await make(place, fresh);
    await rename(fresh, real);
    return { made, others: [], target };
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

function cannotWrite(target: string, reason: string): BridgeError {
  return new BridgeError("cannot-write", `cannot write ${target}: ${reason}`, {
    fix: "Name a folder that is not there yet, for example: -o shared",
  });
}

/** A link to a recording stays a link: what it leads to is replaced. */
async function placesOf(folder: string): Promise<{ place: string; fresh: string; old: string }> {
  const place = await realpath(folder).catch(() => resolve(folder));
  const hidden = (what: string) => join(dirname(place), `.${basename(place)}.${what}`);
  return { place, fresh: hidden("redacted"), old: hidden("before-redact") };
}

async function finishEarlier(place: string, fresh: string, old: string): Promise<void> {
  // Between the two renames both are whole: the old one is away, and the new one not yet in its place.
  if (!(await isThere(place)) && (await isThere(old)))
    await rename((await isThere(fresh)) ? fresh : old, place);
  if (!(await isThere(place))) return;
  await rm(fresh, { recursive: true, force: true });
  await rm(old, { recursive: true, force: true });
}

async function otherFilesIn(place: string): Promise<string[]> {
  const others: string[] = [];
  const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (RECORDING_FILES.includes(entry.name) || entry.name.endsWith(".tmp")) continue;
    if (!entry.isFile()) throw notOnlyFiles(place, entry.name);
    others.push(entry.name);
  }
  return others;
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function notOnlyFiles(folder: string, name: string): BridgeError {
  return new BridgeError(
    "bad-recording",
    `${folder} holds ${name}, which is neither a file nor a part of a recording`,
    {
      fix: "Move it elsewhere, or write the redacted recording to another folder with -o DIR.",
    },
  );
}
