/** Ctrl-C in two steps: the first lets the running calls finish, the second cuts them. SIGTERM counts the same. */
import { count, spellMs } from "../../report/numbers.js";
import type { Io, StopSignal } from "./io.js";

/** npm passes on a ^C that the terminal has already delivered: two signals this close are one press. */
const SAME_PRESS_MS = 50;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export interface StopActions {
  /** How many calls are running. */
  calls(): number;
  /** Take no new calls; let the running ones come to their end. */
  finish(): void;
  /** End the running calls now. */
  cut(): void;
  /** How long the calls have; the caller of this keeps that time and calls `cut`. */
  readonly drainMs?: number;
}

export class TwoStepStop {
  readonly #io: Pick<Io, "signals" | "stderr" | "clock">;
  readonly #actions: StopActions;
  readonly #listeners: readonly (readonly [StopSignal, () => void])[];
  #signal: StopSignal | undefined;
  #signalledAt = 0;
  #isCut = false;
  #cutCalls = 0;

  /** Listens until `release`. */
  constructor(io: Pick<Io, "signals" | "stderr" | "clock">, actions: StopActions) {
    this.#io = io;
    this.#actions = actions;
    this.#listeners = (["SIGINT", "SIGTERM"] as const).map((signal) => [
      signal,
      () => this.#onSignal(signal),
    ]);
    for (const [signal, listener] of this.#listeners) io.signals.on(signal, listener);
  }

  /** The first signal that came, if one came. */
  get signal(): StopSignal | undefined {
    return this.#signal;
  }

  /** Ends the running calls now, once: for the second signal, and for a drain that takes too long. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#cutCalls = this.#actions.calls();
    if (this.#cutCalls > 0) this.#io.stderr.write(`Cutting ${count(this.#cutCalls, "call")}.\n`);
    this.#actions.cut();
  }

  /** Of a server: 0 when it was stopped and every call could finish, 130 or 143 when calls were cut. */
  serverExitCode(): number {
    return this.#signal && this.#cutCalls > 0 ? EXIT_CODES[this.#signal] : 0;
  }

  /** Of a command that has an end of its own: 130 or 143 when it was stopped before it, else `code`. */
  exitCode(code: number): number {
    return this.#signal ? EXIT_CODES[this.#signal] : code;
  }

  release(): void {
    for (const [signal, listener] of this.#listeners) this.#io.signals.off(signal, listener);
  }

  #onSignal(signal: StopSignal): void {
    const now = this.#io.clock.now();
    if (this.#signal) {
      if (now - this.#signalledAt >= SAME_PRESS_MS) this.cut();
      return;
    }
    this.#signal = signal;
    this.#signalledAt = now;
    const { drainMs } = this.#actions;
    const calls = this.#actions.calls();
    const limit = drainMs === undefined ? "" : `, at most ${spellMs(drainMs)}`;
    if (calls > 0)
      this.#io.stderr.write(
        `Finishing ${count(calls, "call")}${limit}. ^C again cuts ${calls === 1 ? "it" : "them"}.\n`,
      );
    this.#actions.finish();
  }
}
