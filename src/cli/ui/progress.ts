/** One line that says how far a run with many calls has come: rewritten on a terminal, repeated now and then elsewhere. */
import type { Timer } from "../../clock.js";
import { spellMs } from "../../report/numbers.js";
import type { Reporter } from "../../report/reporter.js";
import type { Io } from "./io.js";

export interface Progress {
  /** How many there will be. */
  readonly calls: number;
  readonly running: number;
  readonly ok: number;
  readonly failed: number;
  /** The 95th percentile so far. */
  firstAudioP95Ms?(): number | undefined;
}

const EVERY_MS = { terminal: 200, elsewhere: 5000 } as const;
/** A run that is shorter needs no line. */
const FIRST_AFTER_MS = 1000;

export class ProgressLine {
  readonly #io: Io;
  readonly #everyMs: number;
  #progress: Progress | undefined;
  #timer: Timer | undefined;
  #isOpen = false;

  constructor(
    settings: {
      readonly calls: number;
      readonly quiet: boolean;
      readonly json?: boolean;
      readonly ramp?: boolean;
    },
    io: Io,
  ) {
    this.#io = io;
    this.#everyMs = io.stderr.isTTY ? EVERY_MS.terminal : EVERY_MS.elsewhere;
    const shows = (settings.calls > 1 || settings.ramp) && !settings.quiet && !settings.json;
    if (shows) this.#wait(io.stderr.isTTY ? FIRST_AFTER_MS : EVERY_MS.elsewhere);
  }

  get running(): number {
    return this.#progress?.running ?? 0;
  }

  /** The state that the line will show next. */
  show(progress: Progress): void {
    this.#progress = progress;
  }

  /** Says results on the way where the line is; it comes back after them. */
  aside(reporter: Pick<Reporter, "step">): Pick<Reporter, "step"> {
    return {
      step: (...result) => {
        this.#clear();
        reporter.step(...result);
      },
    };
  }

  /** Takes the line away for good: the results say more. */
  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#clear();
  }

  #clear(): void {
    if (!this.#isOpen) return;
    this.#io.stderr.write("\r\x1b[2K");
    this.#isOpen = false;
  }

  #wait(ms: number): void {
    this.#timer = this.#io.clock.setTimer(() => {
      if (this.#progress) this.#write(this.#progress);
      this.#wait(this.#everyMs);
    }, ms);
  }

  #write({ calls, running, ok, failed, firstAudioP95Ms }: Progress): void {
    const p95 = firstAudioP95Ms?.();
    const facts = [
      `${running} up`,
      // Calls for a time are more than were asked for.
      `${ok + failed} of ${Math.max(calls, ok + failed + running)} done`,
      `${ok} ok`,
      `${failed} failed`,
      ...(p95 === undefined ? [] : [`first audio p95 ${spellMs(p95)}`]),
    ];
    const text = facts.join("  ");
    if (!this.#io.stderr.isTTY) {
      this.#io.stderr.write(`${text}\n`);
      return;
    }
    this.#isOpen = true;
    this.#io.stderr.write(`\r\x1b[2K${text.slice(0, (this.#io.stderr.columns || 80) - 1)}`);
  }
}
