/** Runs a measured program in a process of its own and asks it how much processor time and memory it has used. */
import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PRELOAD = new URL("./report-usage.js", import.meta.url).href;

/** Starts `file` (relative to this folder) under Node; resolves when it has sent its first message, `{ url }`. */
export async function start(file, args = [], { execArgv = [] } = {}) {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, args, {
    execArgv: ["--expose-gc", "--import", PRELOAD, ...execArgv],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [ready] = await once(child, "message");
  return {
    url: ready.url,
    pid: child.pid,
    /** `{ cpuUs, rssBytes, heapBytes }` since the process began. */
    async usage() {
      child.send("usage");
      return (await once(child, "message"))[0];
    },
    async ask(message) {
      child.send(message);
      return (await once(child, "message"))[0];
    },
    async stop() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

/** Keeps a process, with all its threads, to one core. */
export function pin(pid, core) {
  spawnSync("taskset", ["-a", "-c", "-p", String(core), String(pid)]);
}
