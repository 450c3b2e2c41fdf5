/** A process that carries sound: started apart from the terminal's ^C, never outliving this one, with its last words kept. */
import type { ChildProcess } from "node:child_process";

const alive = new Set<ChildProcess>();
const MOST_WORDS = 4000;
const KILL_AFTER_MS = 1000;

// The only way to leave nobody behind when somebody calls process.exit() in the middle of a call.
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

export class Child {
  /** Resolves with how it ended, when it is gone and its pipes are read. Never rejects. */
  readonly ended: Promise<string>;
  readonly process: ChildProcess;
  #words = "";
  #isGone = false;

  constructor(process: ChildProcess) {
    this.process = process;
    alive.add(process);
    process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#words = (this.#words + text).slice(-MOST_WORDS);
    });
    // A write to a process that has just gone: its end says the same and more.
    process.stdin?.on("error", () => {});
    process.stdout?.on("error", () => {});
    process.stderr?.on("error", () => {});
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        alive.delete(process);
        this.#isGone = true;
        resolve(how);
      };
      process.once("error", (error) => end(error.message));
      process.once("close", (code, signal) => end(signal ? `ended by ${signal}` : `exit code ${code}`));
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** The last thing it said on stderr that a person can use. */
  get lastWords(): string {
    const lines = this.#words.split(/[\r\n]+/).map((line) => line.trim());
    const telling = lines.filter((line) =>
      /error|fail|refused|denied|unable|no such|entity|invalid|busy|cannot|sorry/i.test(line),
    );
    return (telling.at(-1) ?? lines.filter(Boolean).at(-1) ?? "").slice(0, 200);
  }

  /** Asks it to end with `signal`, and does not take no for an answer. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.#isGone) return;
    this.process.kill(signal);
    const timer = setTimeout(() => this.process.kill("SIGKILL"), KILL_AFTER_MS);
    await this.ended;
    clearTimeout(timer);
  }
}
