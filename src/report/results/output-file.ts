/** The file that a reporter writes: looked at before the run, and put in place whole or not at all. */
import { randomBytes } from "node:crypto";
import { access, constants, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BridgeError } from "../../errors.js";

/**
 * @param path absolute; `name` is what the user called it.
 * @throws BridgeError `cannot-write`
 */
export async function checkWritable(path: string, name: string): Promise<void> {
  const folder = dirname(path);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw cannotWrite(name, found ? `${folder} is no folder` : `there is no folder ${folder}`, {
      fix: `Make it first: mkdir -p ${dirname(name)}`,
    });
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory())
    throw cannotWrite(name, "it is a folder", { fix: `Name a file in it: ${join(name, "results")}` });
  try {
    // A file is replaced by a new one in its folder; a pipe or a device is written as it is.
    await access(there && !there.isFile() ? path : folder, constants.W_OK);
  } catch (cause) {
    throw cannotWrite(name, `${folder} may not be written to`, { fix: "Name another folder.", cause });
  }
}

/** Nobody ever reads half of it. @throws BridgeError `cannot-write` */
export async function writeWhole(path: string, text: string): Promise<void> {
  try {
    const there = await stat(path).catch(() => undefined);
    if (there && !there.isFile()) return await writeFile(path, text);
    // A link stays one.
    const target = there ? await realpath(path) : path;
    const draft = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}`);
    try {
      await writeFile(draft, text, { flag: "wx" });
      await rename(draft, target);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  } catch (cause) {
    throw whileWriting(path, cause);
  }
}

/** The disk is full, the folder is gone. */
export function whileWriting(path: string, cause: unknown): BridgeError {
  const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return cannotWrite(path, why, { fix: "Check that its folder still exists and has room.", cause });
}

function cannotWrite(name: string, why: string, options: { fix: string; cause?: unknown }): BridgeError {
  return new BridgeError("cannot-write", `${name} cannot be written: ${why}`, options);
}
