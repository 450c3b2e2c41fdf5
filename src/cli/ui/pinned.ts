/** A few lines that stay at the bottom of a terminal and change in place, while other text scrolls by above them. */

import { textWidth } from "../../report/text-width.js";
import type { Screen } from "./io.js";

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
/** What is between them appears at once, where the terminal knows this; others ignore it. */
const BEGIN_UPDATE = "\x1b[?2026h";
const END_UPDATE = "\x1b[?2026l";
const CLEAR_LINE_END = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/** One line: how it is written, with its colours, and how it reads without them. */
export interface StyledLine {
  readonly text: string;
  readonly plain: string;
}

export class PinnedLines {
  readonly #screen: Screen;
  #shown: readonly StyledLine[] = [];
  #columns: number | undefined;
  /** The end of what was written above has no line break yet. */
  #above = "";

  /** @param screen a terminal. */
  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Shows `lines` in place of the present ones; each must be narrower than the terminal. Writes only what changed. */
  show(lines: readonly StyledLine[]): void {
    const columns = this.#screen.columns ?? 80;
    if (columns !== this.#columns || lines.length !== this.#shown.length) {
      this.#redraw("", lines);
      return;
    }
    let out = "";
    for (const [index, line] of lines.entries()) {
      if (line.text === this.#shown[index]?.text) continue;
      const up = lines.length - index;
      out += `\x1b[${up}A\r${line.text}${CLEAR_LINE_END}\x1b[${up}B\r`;
    }
    this.#shown = lines;
    if (out) this.#screen.write(BEGIN_UPDATE + out + END_UPDATE);
  }

  /** Writes whole lines above; an unfinished one waits for its end. */
  write(text: string): void {
    const whole = this.#above + text;
    const end = whole.lastIndexOf("\n") + 1;
    this.#above = whole.slice(end);
    if (end > 0) this.#redraw(whole.slice(0, end), this.#shown);
  }

  /** Takes the lines away; the next `show` draws them anew. */
  hide(): void {
    if (this.#columns === undefined) return;
    this.#screen.write(this.#erase() + SHOW_CURSOR);
    this.#shown = [];
    this.#columns = undefined;
  }

  /** Leaves the lines as they are, as ordinary text. */
  leave(): void {
    if (this.#columns !== undefined) this.#screen.write(SHOW_CURSOR);
    if (this.#above !== "") this.#screen.write(`${this.#above}\n`);
    this.#above = "";
    this.#shown = [];
    this.#columns = undefined;
  }

  #redraw(above: string, lines: readonly StyledLine[]): void {
    const drawn = lines.map(({ text }) => `${text}${CLEAR_LINE_END}\n`).join("");
    const out = this.#erase() + above + drawn;
    this.#columns = this.#screen.columns ?? 80;
    this.#shown = lines;
    this.#screen.write(BEGIN_UPDATE + HIDE_CURSOR + out + END_UPDATE);
  }

  /** Goes back to the first line, and counts how often lines were wrapped when the terminal has become narrower. */
  #erase(): string {
    const columns = Math.max(1, this.#screen.columns ?? 80);
    const rows = this.#shown.reduce(
      (sum, { plain }) => sum + Math.max(1, Math.ceil(textWidth(plain) / columns)),
      0,
    );
    return rows > 0 ? `\x1b[${rows}A\r${CLEAR_BELOW}` : "";
  }
}
