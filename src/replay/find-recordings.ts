/** Finds the recordings that are meant: folders of calls, or folders that hold such. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { BridgeError } from "../errors.js";
import { CALL_FILE } from "../recording/format.js";

/**
 * The folders of the recordings in the order given; those inside a folder by name, which is by time.
 * @throws BridgeError `bad-recording` for one that is no recording and holds none.
 */
export async function findRecordings(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    if (await isFile(join(path, CALL_FILE))) found.push(path);
    else found.push(...(await recordingsIn(path)));
  }
  return [...new Set(found)];
}

async function recordingsIn(path: string): Promise<string[]> {
  const names = await namesIn(path);
  const folders: string[] = [];
  // Hidden ones are being made.
  for (const name of names.filter((name) => !name.startsWith(".")).sort())
    if (await isFile(join(path, name, CALL_FILE))) folders.push(join(path, name));
  if (folders.length > 0) return folders;
  throw new BridgeError("bad-recording", `${path} is no recording, and there is none in it`, {
    fix: "Name the folder of a call, or a folder of such. One is made by: serve --record recordings",
  });
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const what = isMissing ? "is not there" : "is no folder that can be read";
    throw new BridgeError("bad-recording", `${path} ${what}`, {
      fix: "Name the folder of a saved call, for example: replay recordings/20261122T125900.123Z-call-1",
      cause,
    });
  }
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
