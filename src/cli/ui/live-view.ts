/** The terminal of whoever watches calls: their lines at the bottom, the keys, and the questions that keys ask. */
import type { Clock } from "../../clock.js";
import type { Style } from "../../report/style.js";
import type { Look } from "./fitted-line.js";
import type { Io } from "./io.js";
import type { LiveCall } from "./live-call.js";
import type { LiveCalls } from "./live-calls.js";
import { callRoom, type LiveKey, liveLines, type LiveView as View } from "./live-lines.js";
import type { StyledLine } from "./pinned.js";
import { PinnedScreen } from "./pinned-screen.js";

const DRAWN_EVERY_MS = 100;
/** How long a notice stays. */
const NOTICE_MS = 5000;
const DIGITS = [..."123456789"];

/** A key that does something beyond the screen. */
export interface LiveCommand {
  readonly key: string;
  /** What it does as things stand; undefined where it can do nothing. */
  does(): string | undefined;
  /** The same at length. */
  help(): string;
  /** @returns what to say about it, if anything. */
  press(): Promise<string | undefined> | string | undefined;
}

export interface LiveViewSettings {
  readonly style: Style;
  readonly showPersonal: boolean;
  /** Transcripts are shown whatever is pressed. */
  readonly verbose: boolean;
  /** What goes on while no call runs: `waiting for calls`. */
  readonly idle: () => string;
  /** Asks the process to stop, as ^C does. */
  readonly stop: () => void;
  readonly recording: () => string | undefined;
}

export class LiveView {
  /** What else is written to the terminal goes above the lines. */
  readonly io: Io;
  readonly #calls: LiveCalls;
  readonly #clock: Clock;
  readonly #settings: LiveViewSettings;
  readonly #screen: PinnedScreen;
  #commands: readonly LiveCommand[] | undefined;
  #showsHelp = false;
  #details: "off" | "numbers" | "words" = "off";
  #notice: { readonly text: string; readonly until: number } | undefined;
  /** Which call is to be hung up is being asked. */
  #choice: readonly LiveCall[] | undefined;

  /** Reads keys from now on, and shows nothing before `begin`. @param io whose stdout is a terminal. */
  constructor(io: Io, calls: LiveCalls, settings: LiveViewSettings) {
    this.#calls = calls;
    this.#clock = io.clock;
    this.#settings = settings;
    const content = { lines: (look: Look) => this.#lines(look), key: (key: string) => this.#onKey(key) };
    this.#screen = new PinnedScreen(io, content, { everyMs: DRAWN_EVERY_MS, style: settings.style });
    this.io = this.#screen.io;
  }

  /** What is said in calls is to be shown as it is said. */
  get showsWords(): boolean {
    return this.#settings.verbose || this.#details === "words";
  }

  /** Shows the calls. @param commands in the order in which they are shown, before the keys that every view has. */
  begin(commands: readonly LiveCommand[]): void {
    this.#commands = commands;
    this.#screen.draw();
  }

  /** Says something for a few seconds. */
  notice(text: string): void {
    this.#notice = { text, until: this.#clock.now() + NOTICE_MS };
    this.#screen.draw();
  }

  /** Gives the terminal back, without a trace. */
  close(): void {
    this.#screen.close({ leavesState: false });
  }

  #onKey(key: string): void {
    if (!this.#commands) return;
    if (this.#choice) this.#choose(key, this.#choice);
    else if (key === "q") this.#settings.stop();
    else if (key === "?") this.#showsHelp = !this.#showsHelp;
    else if (key === "^[") this.#showsHelp = false;
    else if (key === "d") this.#toggleDetails();
    else if (key === "x") this.#hangUp();
    else {
      const command = this.#commands.find((one) => one.key === key && one.does() !== undefined);
      if (command) void this.#press(command);
    }
    this.#screen.draw();
  }

  async #press(command: LiveCommand): Promise<void> {
    try {
      const said = await command.press();
      if (said !== undefined) this.notice(said);
    } catch (error) {
      this.notice(error instanceof Error ? error.message : String(error));
    }
  }

  #toggleDetails(): void {
    const next = { off: "numbers", numbers: this.#settings.verbose ? "off" : "words", words: "off" } as const;
    this.#details = next[this.#details];
    const { showPersonal } = this.#settings;
    if (this.#details === "words")
      this.notice(`transcripts are shown${showPersonal ? "" : ", as *** without --show-personal"}`);
  }

  #hangUp(): void {
    const { running } = this.#calls;
    if (running.length === 0) return;
    if (running.length === 1) {
      this.notice("hanging up");
      running[0]?.hangUp();
      return;
    }
    this.#showsHelp = false;
    this.#choice = this.#calls.busiest(DIGITS.length);
  }

  #choose(key: string, choice: readonly LiveCall[]): void {
    const call = choice[DIGITS.indexOf(key)];
    if (!call && key !== "^[") return;
    this.#choice = undefined;
    // It may have ended while the question stood.
    if (call && !this.#calls.running.includes(call)) this.notice("that call has ended");
    else if (call) {
      this.notice("hanging up");
      call.hangUp();
    }
  }

  #lines(look: Look): StyledLine[] {
    if (!this.#commands) return [];
    const now = this.#clock.now();
    if (this.#notice && now >= this.#notice.until) this.#notice = undefined;
    const isUp = new Set(this.#calls.running);
    if (this.#choice?.every((call) => !isUp.has(call))) this.#choice = undefined;
    const { totals } = this.#calls;
    const running = this.#calls.count;
    const keys = this.#keys(this.#commands);
    const question = this.#choice && `Which call? 1-${this.#choice.length}, Esc for none`;
    const parts = {
      details: this.#details !== "off",
      showsHelp: this.#showsHelp,
      keys,
      notice: question ?? this.#notice?.text,
    };
    const room = callRoom(parts, look);
    const calls = this.#choice?.filter((call) => isUp.has(call)).slice(0, room) ?? this.#calls.busiest(room);
    const view: View = {
      ...parts,
      calls: calls.map((call) => call.at(now)),
      running,
      idle: this.#settings.idle(),
      ended: totals.calls - running,
      failed: [...totals.failures.values()].reduce((sum, times) => sum + times, 0),
      recording: this.#settings.recording(),
      showPersonal: this.#settings.showPersonal,
      chosenBy: this.#choice && calls.map((call) => DIGITS[(this.#choice ?? []).indexOf(call)] as string),
    };
    return liveLines(view, look);
  }

  #keys(commands: readonly LiveCommand[]): LiveKey[] {
    const { count } = this.#calls;
    const words = this.#settings.verbose ? "" : ", and once more what is said";
    const details = {
      off: ["details", `show format, numbers and latencies of each call${words}`],
      numbers: this.#settings.verbose
        ? ["fewer details", "one line a call"]
        : ["transcripts", "show what is said"],
      words: ["less", "one line a call, and no transcripts"],
    }[this.#details] as [string, string];
    return [
      ...commands.flatMap((command) => {
        const does = command.does();
        return does === undefined ? [] : [{ key: command.key, does, help: command.help() }];
      }),
      ...(count > 0
        ? [
            {
              key: "x",
              does: "hang up",
              help: count === 1 ? "hang up the call" : "hang up a call: its number is asked for",
            },
          ]
        : []),
      { key: "d", does: details[0], help: details[1] },
      { key: "?", does: this.#showsHelp ? "fewer keys" : "keys", help: "hide this help" },
      { key: "q", does: "stop", help: "stop, as ^C does: finish the calls, and twice cut them" },
    ];
  }
}
