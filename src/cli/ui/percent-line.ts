/** One line that says how much of something long is done: rewritten on a terminal, repeated now and then elsewhere. */
import { Interrupted } from "./interrupted.js";
import type { Io } from "./io.js";

/** What is over sooner needs no line. */
const FIRST_AFTER_MS = 1000;
const EVERY_MS = { terminal: 100, elsewhere: 5000 } as const;

export class PercentLine {
  readonly #io: Pick<Io, "stderr" | "clock" | "signals">;
  readonly #what: string;
  readonly #isQuiet: boolean;
  #nextAt: number;
  #isOpen = false;
  #stopped: "SIGINT" | "SIGTERM" | undefined;
  readonly #onInterrupt = () => {
    this.#stopped ??= "SIGINT";
  };
  readonly #onTerminate = () => {
    this.#stopped ??= "SIGTERM";
  };

  /** @param what is done: `Writing call.html`. */
  constructor(io: Pick<Io, "stderr" | "clock" | "signals">, what: string, isQuiet: boolean) {
    this.#io = io;
    this.#what = what;
    this.#isQuiet = isQuiet;
    this.#nextAt = io.clock.now() + FIRST_AFTER_MS;
    io.signals.on("SIGINT", this.#onInterrupt);
    io.signals.on("SIGTERM", this.#onTerminate);
  }

  /**
   * @param share from 0 to 1.
   * @throws Interrupted after ^C, so that whoever works can clear up.
   */
  show(share: number): void {
    if (this.#stopped) throw new Interrupted(this.#stopped);
    const now = this.#io.clock.now();
    if (this.#isQuiet || now < this.#nextAt) return;
    const { stderr } = this.#io;
    this.#nextAt = now + (stderr.isTTY ? EVERY_MS.terminal : EVERY_MS.elsewhere);
    const text = `${this.#what}  ${Math.floor(share * 100)} %`;
    stderr.write(stderr.isTTY ? `\r\x1b[2K${text.slice(0, (stderr.columns || 80) - 1)}` : `${text}\n`);
    this.#isOpen = stderr.isTTY;
  }

  end(): void {
    this.#io.signals.off("SIGINT", this.#onInterrupt);
    this.#io.signals.off("SIGTERM", this.#onTerminate);
    if (this.#isOpen) this.#io.stderr.write("\r\x1b[2K");
    this.#isOpen = false;
  }
}
