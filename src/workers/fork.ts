/** Starts a worker: this program once more, with the same arguments, over node:cluster, which shares the listening socket. */
import cluster from "node:cluster";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { WORKER_ENVIRONMENT } from "./marker.js";
import type { FromWorker, ToWorker } from "./messages.js";

/** One worker as its primary sees it. */
export interface WorkerProcess {
  readonly pid: number;
  send(message: ToWorker): void;
  kill(): void;
}

export interface WorkerListener {
  message(message: FromWorker): void;
  /** It is gone, and everything it has said has been told. `how`: exit code or signal. */
  gone(how: string): void;
}

export type Fork = (listener: WorkerListener) => WorkerProcess;

const PROGRAM = fileURLToPath(new URL("../../bin/smartpbx-bridge.js", import.meta.url));

/** @param write where a line goes that a worker prints, which is what the user's own code prints. */
export function clusterFork(
  args: readonly string[],
  write: { readonly stdout: (text: string) => void; readonly stderr: (text: string) => void },
): Fork {
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({ exec: PROGRAM, args: [...args], silent: true });
  return (listener) => {
    const { process: child } = cluster.fork(WORKER_ENVIRONMENT);
    byLines(child.stdout!, write.stdout);
    byLines(child.stderr!, write.stderr);
    child.on("message", (message: FromWorker) => listener.message(message));
    const exited = new Promise<string>((resolve) => {
      child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
      child.once("error", (error) => resolve(error.message));
    });
    // What it sent last may still be on its way when it has exited.
    const silent = new Promise<void>((resolve) => {
      if (child.connected) child.once("disconnect", () => resolve());
      else resolve();
    });
    void Promise.all([exited, silent]).then(([how]) => listener.gone(how));
    return {
      pid: child.pid ?? 0,
      send: (message) => {
        if (child.connected) child.send(message, () => {});
      },
      kill: () => void child.kill("SIGKILL"),
    };
  };
}

/** Whole lines, so that none stands in the middle of another. */
function byLines(from: Readable, write: (text: string) => void): void {
  createInterface({ input: from }).on("line", (line) => write(`${line}\n`));
}
