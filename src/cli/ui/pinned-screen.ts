/** The one owner of a terminal with pinned lines: draws them a few times a second, reads keys, and lets all else scroll by above. */
import type { Timer } from "../../clock.js";
import type { Style } from "../../report/style.js";
import type { Look } from "./fitted-line.js";
import { isForeground } from "./foreground.js";
import { type Io, type Screen, usesUnicode } from "./io.js";
import { Keyboard } from "./keys.js";
import { PinnedLines, type StyledLine } from "./pinned.js";

export interface PinnedContent {
  /** What is pinned now: at most `rows - 1` lines, each narrower than `columns`. */
  lines(look: Look): readonly StyledLine[];
  key(key: string): void;
}

export interface PinnedSettings {
  readonly everyMs: number;
  readonly style: Style;
}

export class PinnedScreen {
  /** What else is written to the terminal goes above the lines. */
  readonly io: Io;
  readonly #world: Io;
  readonly #content: PinnedContent;
  readonly #settings: PinnedSettings;
  readonly #pinned: PinnedLines;
  readonly #keyboard: Keyboard | undefined;
  #timer: Timer | undefined;
  #isOver = false;
  /** Another program has the terminal: what is written is written as it comes. */
  #isAway = false;

  /** Draws from now on. @param io whose stdout is a terminal. */
  constructor(io: Io, content: PinnedContent, settings: PinnedSettings) {
    this.#world = io;
    this.#content = content;
    this.#settings = settings;
    this.#pinned = new PinnedLines(io.stdout);
    const { stdin } = io;
    this.io = {
      env: io.env,
      cwd: io.cwd,
      clock: io.clock,
      signals: io.signals,
      stdin,
      stdout: this.#above(io.stdout),
      stderr: io.stderr.isTTY ? this.#above(io.stderr) : io.stderr,
    };
    this.#keyboard =
      stdin &&
      new Keyboard(
        stdin,
        {
          key: (key) => content.key(key),
          leaving: () => {
            this.#isAway = true;
            this.#pinned.hide();
            this.#pinned.leave();
          },
          resumed: () => {
            this.#isAway = false;
            this.draw();
          },
        },
        process,
        { clock: io.clock, isForeground },
      );
    this.#tick();
  }

  draw(): void {
    if (this.#isOver || this.#isAway) return;
    const { stdout, env } = this.#world;
    this.#pinned.show(
      this.#content.lines({
        columns: stdout.columns || 80,
        rows: stdout.rows || 24,
        unicode: usesUnicode(env),
        style: this.#settings.style,
      }),
    );
  }

  /** Gives the terminal back. The last state stays on it, unless it tells nothing. */
  close({ leavesState }: { readonly leavesState: boolean }): void {
    if (this.#isOver) return;
    if (leavesState) this.draw();
    else this.#pinned.hide();
    this.#isOver = true;
    this.#timer?.cancel();
    this.#keyboard?.close();
    this.#pinned.leave();
  }

  #above(screen: Screen): Screen {
    return {
      write: (text) => {
        if (this.#isOver || this.#isAway) screen.write(text);
        else this.#pinned.write(text);
      },
      isTTY: screen.isTTY,
      get columns() {
        return screen.columns;
      },
      get rows() {
        return screen.rows;
      },
    };
  }

  #tick(): void {
    this.draw();
    this.#timer = this.#world.clock.setTimer(() => this.#tick(), this.#settings.everyMs);
  }
}
