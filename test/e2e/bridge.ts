/** Runs the built command line as its users do: a child process, its lines, its signals and its exit code. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { Watch } from "../../src/testing/watch.js";

export const CLI = fileURLToPath(new URL("../../bin/smartpbx-bridge.js", import.meta.url));
const DEADLINE_MS = 20_000;

/** One line of `--json`. */
export type Document = Readonly<Record<string, unknown>> & { readonly type: string; readonly t: number };

export interface RunOptions {
  /** Added to a nearly empty environment: the tester's own settings are not to be seen. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A program with its arguments that runs what follows it, in its own place. */
  readonly through?: readonly string[];
}

const running = new Set<Bridge>();
const folders: string[] = [];

afterAll(async () => {
  await Promise.all([...running].map((bridge) => bridge.kill()));
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

/** A new, empty folder, gone when the file's tests are over. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "smartpbx-e2e-"));
  folders.push(path);
  return path;
}

export class Bridge {
  /** The JSON documents printed so far. */
  readonly documents: Document[] = [];
  /** Resolves with the exit code; 128 and the signal's number when one ended the process. */
  readonly exit: Promise<number>;
  readonly #args: readonly string[];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #watch = new Watch();
  #stdout = "";
  #stderr = "";

  constructor(args: readonly string[], { env = {}, cwd = folder(), through = [] }: RunOptions = {}) {
    this.#args = args;
    const { PATH = "", HOME = "" } = process.env;
    const [program, ...rest] = [...through, process.execPath, CLI, ...args];
    const child = spawn(program, rest, {
      cwd,
      env: { PATH, HOME, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    running.add(this);
    createInterface(child.stdout).on("line", (line) => {
      this.#stdout += `${line}\n`;
      if (line.startsWith("{")) this.documents.push(JSON.parse(line) as Document);
      this.#watch.changed();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#watch.changed();
    });
    this.exit = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        running.delete(this);
        this.#watch.over(`it ended with ${signal ?? code}\n${this.output}`);
        resolve(signal ? 128 + constants.signals[signal] : (code as number));
      });
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Everything that can be seen of it. */
  get output(): string {
    return this.#stdout + this.#stderr;
  }

  /** Where it listens, once it has said so. */
  get url(): string {
    return String(this.all("listening")[0]?.url);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get isRunning(): boolean {
    return running.has(this);
  }

  /** The documents of one type, in order. */
  all(type: string): Document[] {
    return this.documents.filter((document) => document.type === type);
  }

  /** The first document of this type and, where given, about this call. */
  async first(type: string, callId?: string): Promise<Document> {
    const wanted = (document: Document) =>
      document.type === type && (callId === undefined || document.callId === callId);
    await this.until(() => this.documents.some(wanted), `a document of type ${type}`);
    return this.documents.find(wanted) as Document;
  }

  /** Resolves as soon as `condition` holds, which is looked at after every line. */
  async until(condition: () => boolean, what: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`waited for ${what} in vain: ${this.#args.join(" ")}\n${this.output}`)),
        DEADLINE_MS,
      );
    });
    await Promise.race([this.#watch.until(condition), late]).finally(() => clearTimeout(timer));
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Asks it to stop, as a process manager does. */
  stop(): Promise<number> {
    this.signal("SIGTERM");
    return this.exit;
  }

  kill(): Promise<number> {
    this.signal("SIGKILL");
    return this.exit;
  }
}

/** `serve --json` on a free port, once it listens. */
export async function serve(args: readonly string[] = [], options?: RunOptions): Promise<Bridge> {
  return listening(new Bridge(["serve", "--json", "--port", "0", ...args], options));
}

/** `record --json` on a free port, once it listens. */
export async function record(
  upstream: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<Bridge> {
  return listening(new Bridge(["record", upstream, "--json", "--port", "0", ...args], options));
}

export function simulate(args: readonly string[], options?: RunOptions): Bridge {
  return new Bridge(["simulate", "--json", ...args], options);
}

async function listening(bridge: Bridge): Promise<Bridge> {
  await bridge.first("listening");
  return bridge;
}
