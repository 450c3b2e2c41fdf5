/** The terminal of a person on the phone: the screen, drawn anew a few times a second, and the keys. */
import type { Timer } from "../../clock.js";
import { plain, type Style } from "../../report/style.js";
import { type Io, type Screen, usesUnicode } from "./io.js";
import { Keyboard } from "./keys.js";
import { type PhoneView, phoneLines } from "./phone-screen.js";
import { PinnedLines } from "./pinned.js";

const DRAWN_EVERY_MS = 80;
/** How long a notice stays. */
const NOTICE_MS = 4000;

export interface DisplayActions {
  /** What is to be seen now, apart from what the display knows itself. */
  view(): Omit<PhoneView, "notice" | "showsHelp" | "marks">;
  /** Turns the microphone off or on. @returns whether it is off now. */
  toggleMute(): boolean;
  press(key: string): void;
  /** @returns the mark's number; undefined when there is no call. */
  mark(): number | undefined;
  hangUp(): void;
}

export class PhoneDisplay {
  /** What else is written to the terminal goes above the screen. */
  readonly io: Io;
  readonly #world: Io;
  readonly #actions: DisplayActions;
  readonly #pinned: PinnedLines;
  readonly #keyboard: Keyboard | undefined;
  readonly #style: Style;
  #timer: Timer | undefined;
  #showsHelp = false;
  #marks = 0;
  #notice: { readonly text: string; readonly until: number } | undefined;
  #isOver = false;

  /** @param io whose stdout is a terminal. */
  constructor(io: Io, actions: DisplayActions, style: Style = plain) {
    this.#world = io;
    this.#actions = actions;
    this.#style = style;
    this.#pinned = new PinnedLines(io.stdout);
    const above = this.#above(io.stdout);
    const { stdin } = io;
    this.io = {
      env: io.env,
      cwd: io.cwd,
      clock: io.clock,
      signals: io.signals,
      stdin,
      stdout: above,
      stderr: io.stderr.isTTY ? this.#above(io.stderr) : io.stderr,
    };
    this.#keyboard =
      stdin &&
      new Keyboard(stdin, {
        key: (key) => this.#onKey(key),
        leaving: () => this.#pinned.leave(),
        resumed: () => this.#draw(),
      });
    this.#tick();
  }

  /** Says something for a few seconds. */
  notice(text: string): void {
    this.#notice = { text, until: this.#world.clock.now() + NOTICE_MS };
    this.#draw();
  }

  /** Gives the terminal back. The last state stays on it, unless it tells nothing. */
  close({ leavesState }: { readonly leavesState: boolean }): void {
    if (this.#isOver) return;
    this.#notice = undefined;
    if (leavesState) this.#draw();
    else this.#pinned.hide();
    this.#isOver = true;
    this.#timer?.cancel();
    this.#keyboard?.close();
    this.#pinned.leave();
  }

  #above(screen: Screen): Screen {
    return {
      write: (text) => {
        if (this.#isOver) screen.write(text);
        else this.#pinned.write(text);
      },
      isTTY: screen.isTTY,
      get columns() {
        return screen.columns;
      },
    };
  }

  #onKey(key: string): void {
    if (key === " ") this.notice(this.#actions.toggleMute() ? "muted" : "not muted any more");
    else if (/^[0-9*#]$/.test(key)) {
      this.#actions.press(key);
      this.notice(`pressed ${key}`);
    } else if (key === "b") this.#mark();
    else if (key === "h") {
      this.notice("hanging up");
      this.#actions.hangUp();
    } else if (key === "?") {
      this.#showsHelp = !this.#showsHelp;
      this.#draw();
    }
  }

  #mark(): void {
    const number = this.#actions.mark();
    if (number === undefined) {
      this.notice("there is no call to mark yet");
      return;
    }
    this.#marks = number;
    this.notice(`marked this moment: ${number}`);
  }

  #tick(): void {
    this.#draw();
    this.#timer = this.#world.clock.setTimer(() => this.#tick(), DRAWN_EVERY_MS);
  }

  #draw(): void {
    if (this.#isOver) return;
    const { stdout, env, clock } = this.#world;
    if (this.#notice && clock.now() >= this.#notice.until) this.#notice = undefined;
    const view = {
      ...this.#actions.view(),
      marks: this.#marks,
      notice: this.#notice?.text,
      showsHelp: this.#showsHelp,
    };
    this.#pinned.show(
      phoneLines(view, {
        columns: stdout.columns ?? 80,
        rows: stdout.rows ?? 24,
        unicode: usesUnicode(env),
        style: this.#style,
      }),
    );
  }
}
