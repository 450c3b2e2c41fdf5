/** Whether this process is in the foreground of its terminal: who changes or reads a terminal from behind is stopped by it. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** True also where it cannot be told. */
export function isForeground(platform: NodeJS.Platform = process.platform): boolean {
  if (platform === "win32") return true;
  try {
    const [group, foreground] = platform === "linux" ? groupsOfProc() : groupsOfPs();
    return group === foreground || !(Number(foreground) > 0);
  } catch {
    return true;
  }
}

/** proc(5): behind the name in parentheses stand state, ppid, pgrp, session, tty_nr and tpgid. */
function groupsOfProc(): (string | undefined)[] {
  const stat = readFileSync("/proc/self/stat", "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return [fields[2], fields[5]];
}

function groupsOfPs(): string[] {
  const { stdout } = spawnSync("ps", ["-o", "pgid=,tpgid=", "-p", String(process.pid)], { encoding: "utf8" });
  return stdout.trim().split(/\s+/);
}
