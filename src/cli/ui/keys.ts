/** The keyboard of a terminal, key by key, given back as it was on every way out of the process. */
import { type Clock, realClock, type Timer } from "../../clock.js";
import { KeyParser } from "./key-parser.js";

/** What is needed of `process.stdin`. */
export interface KeyInput {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  setEncoding(encoding: "utf8"): unknown;
  on(event: "data", listener: (text: string) => void): unknown;
  off(event: "data", listener: (text: string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** What is needed of `process`. */
export interface KeyHost {
  readonly pid: number;
  on(event: "exit" | "SIGHUP" | "SIGCONT", listener: () => void): unknown;
  off(event: "exit" | "SIGHUP" | "SIGCONT", listener: () => void): unknown;
  kill(pid: number, signal: NodeJS.Signals): unknown;
}

export interface KeyActions {
  key(key: string): void;
  /** The terminal is about to be left, for good or until `resumed`: what was drawn on it must be finished. */
  leaving(): void;
  /** The process goes on after ^Z. */
  resumed(): void;
}

export interface KeyWorld {
  readonly clock?: Clock;
  /** Whether the terminal is ours after the process goes on. */
  isForeground?(): boolean;
}

/** What a terminal sends for one key comes at once: an Escape alone for this long is the key of that name. */
const ESCAPE_MS = 50;

/** How often a process in the background looks whether the terminal is its own again. */
const BACKGROUND_MS = 500;

/** What raw mode takes out of the terminal's hands, as the signals that it would have sent. */
const SIGNAL_KEYS: Readonly<Record<string, NodeJS.Signals>> = { "^C": "SIGINT", "^\\": "SIGQUIT" };

export class Keyboard {
  readonly #input: KeyInput;
  readonly #host: KeyHost;
  readonly #actions: KeyActions;
  readonly #world: KeyWorld;
  readonly #parser = new KeyParser();
  #escape: Timer | undefined;
  #return: Timer | undefined;
  #isRaw = false;
  #isOpen = true;

  /** Listens until `close`. @param input a terminal. */
  constructor(input: KeyInput, actions: KeyActions, host: KeyHost = process, world: KeyWorld = {}) {
    this.#world = world;
    this.#input = input;
    this.#actions = actions;
    this.#host = host;
    input.setEncoding("utf8");
    input.on("data", this.#onData);
    // An uncaught exception and every `process.exit` end in this event.
    host.on("exit", this.#onExit);
    host.on("SIGHUP", this.#onHangup);
    host.on("SIGCONT", this.#onContinue);
    this.#setRaw(true);
    input.resume();
  }

  /** Gives the terminal back. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#escape?.cancel();
    this.#return?.cancel();
    this.#setRaw(false);
    this.#input.off("data", this.#onData);
    this.#input.pause();
    this.#host.off("exit", this.#onExit);
    this.#host.off("SIGHUP", this.#onHangup);
    this.#host.off("SIGCONT", this.#onContinue);
  }

  readonly #onData = (text: string): void => {
    this.#escape?.cancel();
    this.#press(this.#parser.push(text));
    if (!this.#isOpen || !this.#parser.isWaiting) return;
    const { clock = realClock } = this.#world;
    this.#escape = clock.setTimer(() => this.#press(this.#parser.flush()), ESCAPE_MS);
  };

  #press(keys: readonly string[]): void {
    for (const key of keys) {
      const signal = SIGNAL_KEYS[key];
      if (signal !== undefined) this.#signal(signal);
      else if (key === "^Z") this.#suspend();
      else this.#actions.key(key);
    }
  }

  readonly #onExit = (): void => {
    this.#actions.leaving();
    this.#setRaw(false);
  };

  /** The terminal is gone or going: the call is ended in good order, as when the process is told to stop. */
  readonly #onHangup = (): void => {
    this.#actions.leaving();
    this.close();
    this.#host.kill(this.#host.pid, "SIGTERM");
  };

  readonly #onContinue = (): void => {
    this.#return?.cancel();
    if (!this.#isOpen) return;
    // In the background, whoever takes or reads the terminal is stopped. Not every shell says when that is over.
    if (this.#world.isForeground?.() === false) {
      this.#return = (this.#world.clock ?? realClock).setTimer(this.#onContinue, BACKGROUND_MS);
      return;
    }
    // The shell has put the terminal back into its own mode, whatever was set before.
    this.#isRaw = false;
    this.#setRaw(true);
    this.#input.resume();
    this.#actions.resumed();
  };

  #signal(signal: NodeJS.Signals): void {
    // SIGINT is listened to and ends the call; after SIGQUIT nothing of ours runs any more.
    if (signal === "SIGQUIT") {
      this.#actions.leaving();
      this.close();
    }
    this.#host.kill(this.#host.pid, signal);
  }

  #suspend(): void {
    this.#actions.leaving();
    this.#setRaw(false);
    this.#input.pause();
    this.#host.kill(this.#host.pid, "SIGTSTP");
  }

  #setRaw(isRaw: boolean): void {
    if (isRaw === this.#isRaw) return;
    this.#isRaw = isRaw;
    try {
      this.#input.setRawMode?.(isRaw);
    } catch {
      // The terminal is gone: there is nothing left to put back.
    }
  }
}
