/** One line on stderr that says how far something has come: rewritten on a terminal, repeated now and then elsewhere. */
import type { Timer } from "../../clock.js";
import type { Io } from "./io.js";

const EVERY_MS = { terminal: 200, elsewhere: 5000 } as const;
/** What takes less time needs no line. */
const FIRST_AFTER_MS = 1000;

export class StatusLine {
  readonly #io: Pick<Io, "stderr" | "clock">;
  readonly #everyMs: number;
  readonly #text: () => string | undefined;
  #timer: Timer | undefined;
  #isOpen = false;

  /** @param text of the line as things stand; nothing is shown while it is undefined. */
  constructor(io: Pick<Io, "stderr" | "clock">, text: () => string | undefined) {
    this.#io = io;
    this.#text = text;
    this.#everyMs = io.stderr.isTTY ? EVERY_MS.terminal : EVERY_MS.elsewhere;
    this.#wait(io.stderr.isTTY ? FIRST_AFTER_MS : EVERY_MS.elsewhere);
  }

  /** Makes room for other text; the line comes back after it. */
  clear(): void {
    if (!this.#isOpen) return;
    this.#io.stderr.write("\r\x1b[2K");
    this.#isOpen = false;
  }

  /** Takes the line away for good. */
  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.clear();
  }

  #wait(ms: number): void {
    this.#timer = this.#io.clock.setTimer(() => {
      const text = this.#text();
      if (text !== undefined) this.#write(text);
      this.#wait(this.#everyMs);
    }, ms);
  }

  #write(text: string): void {
    const { stderr } = this.#io;
    if (!stderr.isTTY) {
      stderr.write(`${text}\n`);
      return;
    }
    this.#isOpen = true;
    stderr.write(`\r\x1b[2K${text.slice(0, (stderr.columns || 80) - 1)}`);
  }
}
