/** The line that says how far a run with many calls has come. */
import { spellMs } from "../../report/numbers.js";
import type { Reporter } from "../../report/reporter.js";
import type { Io } from "./io.js";
import { StatusLine } from "./status-line.js";

export interface Progress {
  /** How many there will be. */
  readonly calls: number;
  readonly running: number;
  readonly ok: number;
  readonly failed: number;
  /** The 95th percentile so far. */
  firstAudioP95Ms?(): number | undefined;
}

export class ProgressLine {
  readonly #line: StatusLine | undefined;
  #progress: Progress | undefined;

  constructor(
    settings: {
      readonly calls: number;
      readonly quiet: boolean;
      readonly json?: boolean;
      readonly ramp?: boolean;
    },
    io: Io,
  ) {
    const shows = (settings.calls > 1 || settings.ramp) && !settings.quiet && !settings.json;
    if (shows) this.#line = new StatusLine(io, () => this.#progress && textOf(this.#progress));
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
        this.hide();
        reporter.step(...result);
      },
    };
  }

  /** Makes room for other lines; it comes back after them. */
  hide(): void {
    this.#line?.clear();
  }

  /** Takes the line away for good: the results say more. */
  end(): void {
    this.#line?.end();
  }
}

function textOf({ calls, running, ok, failed, firstAudioP95Ms }: Progress): string {
  const p95 = firstAudioP95Ms?.();
  const facts = [
    `${running} up`,
    // Calls for a time are more than were asked for.
    `${ok + failed} of ${Math.max(calls, ok + failed + running)} done`,
    `${ok} ok`,
    `${failed} failed`,
    ...(p95 === undefined ? [] : [`first audio p95 ${spellMs(p95)}`]),
  ];
  return facts.join("  ");
}
