/** The package as npm would publish it: packed once for all test files of a run, whichever comes first. */
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isMainThread } from "node:worker_threads";

const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CACHE = join(ROOT, "node_modules", ".cache", "packed");
const OLD_MS = 10 * 60_000;
const LONGEST_MS = 60_000;

export interface Packed {
  /** Its path. */
  readonly tarball: string;
  readonly version: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

export async function packed(): Promise<Packed> {
  // All workers of a run have the same parent, or are its threads.
  const place = join(CACHE, String(isMainThread ? process.ppid : process.pid));
  const facts = join(place, "packed.json");
  forgetOld();
  try {
    mkdirSync(CACHE, { recursive: true });
    mkdirSync(place);
  } catch {
    return await waitFor(facts);
  }
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", place];
  const { stdout } = await run("npm", args, { cwd: ROOT });
  const [{ filename, version, size, files }] = JSON.parse(stdout) as (Packed & { filename: string })[];
  const made: Packed = { tarball: join(place, filename), version, size, files };
  writeFileSync(`${facts}.part`, JSON.stringify(made));
  renameSync(`${facts}.part`, facts);
  return made;
}

/** Another file of this run packs. */
async function waitFor(facts: string): Promise<Packed> {
  for (let waitedMs = 0; waitedMs < LONGEST_MS; waitedMs += 50) {
    const text = await readFile(facts, "utf8").catch(() => undefined);
    if (text) return JSON.parse(text) as Packed;
    await sleep(50);
  }
  throw new Error(`waited in vain for ${facts}`);
}

/** Of runs that are over. */
function forgetOld(): void {
  for (const name of listed(CACHE)) {
    const path = join(CACHE, name);
    if (Date.now() - statSync(path).mtimeMs > OLD_MS) rmSync(path, { recursive: true, force: true });
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
