/** One line that says how far a run with many calls has come: rewritten on a terminal, repeated now and then elsewhere. */
import type { Io } from "./io.js";

export interface Progress {
  readonly calls: number;
  readonly running: number;
  readonly ok: number;
  readonly failed: number;
}

const EVERY_MS = { terminal: 100, elsewhere: 5000 } as const;

export class ProgressLine {
  readonly #io: Io;
  readonly #shows: boolean;
  readonly #everyMs: number;
  #progress: Progress = { calls: 0, running: 0, ok: 0, failed: 0 };
  #shownAt: number;
  #isOpen = false;

  constructor(settings: { readonly calls: number; readonly quiet: boolean }, io: Io) {
    this.#io = io;
    this.#shows = settings.calls > 1 && !settings.quiet;
    this.#everyMs = io.stderr.isTTY ? EVERY_MS.terminal : EVERY_MS.elsewhere;
    this.#shownAt = io.clock.now();
  }

  get running(): number {
    return this.#progress.running;
  }

  show(progress: Progress): void {
    this.#progress = progress;
    const now = this.#io.clock.now();
    if (!this.#shows || now - this.#shownAt < this.#everyMs) return;
    this.#shownAt = now;
    this.#write(progress);
  }

  /** Leaves the last state behind on a line of its own. */
  end(): void {
    if (!this.#isOpen) return;
    this.#write(this.#progress);
    this.#io.stderr.write("\n");
    this.#isOpen = false;
  }

  #write({ calls, running, ok, failed }: Progress): void {
    const text = `${ok + failed} of ${calls} calls done  ${running} up  ${failed} failed`;
    if (!this.#io.stderr.isTTY) {
      this.#io.stderr.write(`${text}\n`);
      return;
    }
    this.#isOpen = true;
    this.#io.stderr.write(`\r\x1b[2K${text.slice(0, (this.#io.stderr.columns ?? 80) - 1)}`);
  }
}
