/** A program with all that it starts: apart from the terminal's ^C, and gone when we are, however we go. */
import { type ChildProcess, spawn } from "node:child_process";

const KILL_AFTER_MS = 2000;

/**
 * Holds the other end of a pipe to us. Should we be killed, the pipe closes and it ends the program. Until then it does nothing,
 * and ^C at the terminal is not meant for it.
 */
const GUARD = `
const end = (signal) => { try { process.kill(Number(process.argv[1]), signal); } catch {} };
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
process.stdin.on("error", () => {}).resume().once("close", () => {
  end("SIGTERM");
  setTimeout(() => end("SIGKILL"), ${KILL_AFTER_MS});
});`;

const alive = new Set<Group>();

process.on("exit", () => {
  for (const group of alive) group.signal("SIGKILL");
});

export class Group {
  readonly process: ChildProcess;
  /** Resolves with how it ended, when its output is read. Never rejects. */
  readonly ended: Promise<string>;
  readonly #guard: ChildProcess | undefined;
  #isGone = false;

  constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    // On its own it leads a process group, so that a wrapper script and what it wraps go together.
    this.process = spawn(program, args, {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    alive.add(this);
    this.#guard = this.process.pid === undefined ? undefined : guard(this.#target(this.process.pid));
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        alive.delete(this);
        this.#isGone = true;
        this.#guard?.kill("SIGKILL");
        resolve(how);
      };
      this.process.once("error", (error) => end(error.message));
      this.process.once("exit", (code, signal) => {
        // What it leaves behind would hold its pipes open, and the tunnel.
        this.signal("SIGKILL");
        this.process.once("close", () => end(signal ? `ended by ${signal}` : `exit code ${code}`));
      });
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  signal(name: NodeJS.Signals): void {
    const { pid } = this.process;
    if (pid === undefined || this.#isGone) return;
    try {
      process.kill(this.#target(pid), name);
    } catch {
      // Gone already.
    }
  }

  /** Asks it to end, and does not take no for an answer. */
  async stop(): Promise<void> {
    if (this.#isGone) return;
    this.signal("SIGTERM");
    const timer = setTimeout(() => this.signal("SIGKILL"), KILL_AFTER_MS);
    await this.ended;
    clearTimeout(timer);
  }

  #target(pid: number): number {
    return process.platform === "win32" ? pid : -pid;
  }
}

function guard(target: number): ChildProcess {
  const child = spawn(process.execPath, ["-e", GUARD, "--", String(target)], {
    env: {},
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    windowsHide: true,
  });
  child.on("error", () => {});
  child.unref();
  child.stdin?.on("error", () => {});
  (child.stdin as unknown as { unref(): void } | null)?.unref();
  return child;
}
