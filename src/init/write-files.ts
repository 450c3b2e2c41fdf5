/** Writes several files so that all of them are there afterwards, or none is changed. */
import { randomBytes } from "node:crypto";
import { chmod, mkdir, realpath, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BridgeError } from "../errors.js";

export interface WrittenFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly text: string;
  /** What it holds now; undefined when it is not there. */
  readonly present: string | undefined;
  /** For its owner only. */
  readonly isSecret?: boolean;
}

const OWNER_ONLY = 0o600;

interface Draft {
  readonly file: WrittenFile;
  readonly target: string;
  readonly draft: string;
  readonly mode: number | undefined;
}

/** Every text is on the disk before the first file is replaced. @throws BridgeError `cannot-write`, with everything as it was */
export async function writeAll(folder: string, files: readonly WrittenFile[]): Promise<void> {
  const madeFolders: string[] = [];
  const drafts: Draft[] = [];
  const done: Draft[] = [];
  let path = folder;
  try {
    for (const file of files) {
      path = file.path;
      const place = join(folder, file.path);
      const first = await mkdir(dirname(place), { recursive: true });
      if (first) madeFolders.push(...pathsBetween(first, dirname(place)));
      // A link stays one.
      const target = file.present === undefined ? place : await realpath(place);
      const draft = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}`);
      const mode = file.present === undefined ? undefined : (await stat(target)).mode & 0o777;
      drafts.push({ file, target, draft, mode });
      await writeFile(draft, file.text, { flag: "wx", ...(file.isSecret && { mode: OWNER_ONLY }) });
      if (mode !== undefined && !file.isSecret) await chmod(draft, mode);
    }
    for (const one of drafts) {
      path = one.file.path;
      await rename(one.draft, one.target);
      done.push(one);
    }
  } catch (cause) {
    await putBack(done);
    await Promise.allSettled(drafts.map(({ draft }) => rm(draft, { force: true })));
    // The deepest first; one that holds something of others stays.
    for (const made of madeFolders.sort((a, b) => b.length - a.length)) await rmdir(made).catch(() => {});
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new BridgeError("cannot-write", `${path} cannot be written: ${why}. Nothing was changed`, {
      fix: "Check that the folder may be written to and has room, or name another: smartpbx-bridge init DIR",
      cause,
    });
  }
}

async function putBack(done: readonly Draft[]): Promise<void> {
  for (const { file, target, mode } of done) {
    if (file.present === undefined) await rm(target, { force: true });
    else {
      await writeFile(target, file.present);
      if (mode !== undefined) await chmod(target, mode);
    }
  }
}

/** `/a/b`, `/a/b/c/d` → all folders from the one to the other. */
function pathsBetween(first: string, last: string): string[] {
  const paths = [last];
  while (paths[0] !== first && dirname(paths[0]!) !== paths[0]) paths.unshift(dirname(paths[0]!));
  return paths;
}
