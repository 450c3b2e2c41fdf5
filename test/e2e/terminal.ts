/** The built command line on a real terminal: a pseudo-terminal by `script`, what is on its screen, and keys. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { afterAll } from "vitest";
import { Watch } from "../../src/testing/watch.js";
import { EndlessScreen } from "../cli/ui/endless-screen.js";
import { CLI, folder } from "./bridge.js";

const DEADLINE_MS = 20_000;
const running = new Set<Terminal>();

afterAll(() => {
  for (const terminal of running) terminal.kill();
});

interface Settings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

export class Terminal {
  readonly screen = new EndlessScreen();
  /** Where the program runs. */
  readonly cwd: string;
  /** All that was written, with its escape sequences. */
  text = "";
  /** Where what has not been answered yet begins in `text`. */
  #answered = 0;
  /** Resolves with the program's exit code. */
  readonly exit: Promise<number>;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #watch = new Watch();
  readonly #kept: string;

  /** Runs `smartpbx-bridge args`; what `stty` says is kept before and after. */
  constructor(args: readonly string[], { cwd = folder(), env = {}, columns = 80, rows = 24 }: Settings = {}) {
    this.cwd = cwd;
    this.#kept = folder();
    const quoted = [process.execPath, CLI, ...args].map((word) => `'${word}'`).join(" ");
    const commands = [
      `stty rows ${rows} cols ${columns}`,
      `stty -a > ${this.#kept}/before`,
      quoted,
      `echo $? > ${this.#kept}/code`,
      `stty -a > ${this.#kept}/after`,
    ].join("; ");
    const { PATH = "", HOME = "" } = process.env;
    this.#child = spawn("script", ["-qfc", commands, "/dev/null"], {
      cwd: this.cwd,
      env: { PATH, HOME, TERM: "xterm", LANG: "C.UTF-8", SHELL: "/bin/sh", ...env },
      stdio: ["pipe", "pipe", "inherit"],
      detached: true,
    });
    running.add(this);
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.text += text;
      this.screen.write(text);
      this.#watch.changed();
    });
    this.exit = new Promise((resolve) => {
      this.#child.once("close", () => {
        running.delete(this);
        this.#watch.over(`it ended\n${this.screen.text}`);
        resolve(Number(this.kept("code")));
      });
    });
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** Resolves as soon as this is on the screen. */
  sees(what: string | RegExp): Promise<void> {
    return this.#wait(what, () =>
      typeof what === "string" ? this.screen.text.includes(what) : what.test(this.screen.text),
    );
  }

  /** Resolves as soon as this has been written, wherever. */
  until(text: string): Promise<void> {
    return this.#wait(text, () => this.text.includes(text));
  }

  /** Types `keys` when `question` has been written since the answer before. */
  async answer(question: string, keys: string): Promise<void> {
    await this.#wait(question, () => this.text.includes(question, this.#answered));
    this.#answered = this.text.length;
    this.type(keys);
  }

  async #wait(what: string | RegExp, isThere: () => boolean): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`waited for ${what} in vain\n${this.screen.text}`)),
        DEADLINE_MS,
      );
    });
    await Promise.race([this.#watch.until(isThere), late]).finally(() => clearTimeout(timer));
  }

  /** A file that was written while it ran. */
  kept(name: "before" | "after" | "code"): string {
    return readFileSync(join(this.#kept, name), "utf8");
  }

  kill(): void {
    try {
      process.kill(-(this.#child.pid as number), "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}
