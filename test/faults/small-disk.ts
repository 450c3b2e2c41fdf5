/** Disks on which there is hardly any room: a real one where this computer lets us, else a limit on the size of files. */
import { execFileSync } from "node:child_process";
import { existsSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";
import { folder } from "../e2e/bridge.js";

export interface SmallDisk {
  readonly path: string;
  /** What a process is to be run through, so that the disk is small for it. */
  readonly through: readonly string[];
  /** What it is called when there is no room any more. */
  readonly error: "ENOSPC" | "EFBIG";
  /** Takes the room that is left now. */
  fill(): void;
  /** Makes room. */
  free(): void;
}

const mounted: string[] = [];

afterAll(() => {
  for (const path of mounted) execFileSync("umount", ["--lazy", path]);
});

/** A file system of its own with so much room; where nothing may be mounted, the limit below. */
export function smallDisk(kibibytes: number): SmallDisk {
  const path = folder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kibibytes}k`, "tmpfs", path], { stdio: "pipe" });
  } catch {
    return limitedFiles(kibibytes / 4);
  }
  mounted.push(path);
  const ballast = join(path, "ballast");
  return {
    path,
    through: [],
    error: "ENOSPC",
    fill() {
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize, 1));
    },
    free() {
      execFileSync("mount", ["-o", "remount,size=32m", path]);
      rmSync(ballast, { force: true });
    },
  };
}

/** A folder in which no file of the process becomes larger than this. Needs no rights. */
export function limitedFiles(kibibytes: number): SmallDisk {
  // The shell counts in blocks of 512 or 1024 bytes; the signal of the limit would end the process before it sees the error.
  const limit = `trap '' XFSZ; ulimit -f ${Math.floor(kibibytes)}; exec "$@"`;
  return {
    path: folder(),
    through: [existsSync("/bin/bash") ? "/bin/bash" : "/bin/sh", "-c", limit, "limited"],
    error: "EFBIG",
    fill() {},
    free() {},
  };
}
