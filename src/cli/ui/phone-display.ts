/** The terminal of a person on the phone: the screen, drawn anew a few times a second, and the keys. */
import { plain, type Style } from "../../report/style.js";
import type { Look } from "./fitted-line.js";
import type { Io } from "./io.js";
import { type PhoneView, phoneLines } from "./phone-screen.js";
import type { StyledLine } from "./pinned.js";
import { PinnedScreen } from "./pinned-screen.js";

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
  readonly #screen: PinnedScreen;
  #showsHelp = false;
  #marks = 0;
  #notice: { readonly text: string; readonly until: number } | undefined;

  /** @param io whose stdout is a terminal. */
  constructor(io: Io, actions: DisplayActions, style: Style = plain) {
    this.#world = io;
    this.#actions = actions;
    const content = { lines: (look: Look) => this.#lines(look), key: (key: string) => this.#onKey(key) };
    this.#screen = new PinnedScreen(io, content, { everyMs: DRAWN_EVERY_MS, style });
    this.io = this.#screen.io;
  }

  /** Says something for a few seconds. */
  notice(text: string): void {
    this.#notice = { text, until: this.#world.clock.now() + NOTICE_MS };
    this.#screen.draw();
  }

  /** Gives the terminal back. The last state stays on it, unless it tells nothing. */
  close(last: { readonly leavesState: boolean }): void {
    this.#notice = undefined;
    this.#screen.close(last);
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
      this.#screen.draw();
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

  #lines(look: Look): StyledLine[] {
    if (this.#notice && this.#world.clock.now() >= this.#notice.until) this.#notice = undefined;
    const own = { marks: this.#marks, notice: this.#notice?.text, showsHelp: this.#showsHelp };
    return phoneLines({ ...this.#actions.view(), ...own }, look);
  }
}
