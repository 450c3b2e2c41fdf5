/** When a call goes on in another session: in a quiet moment before the present one expires, or when there is no time left for one. */
import type { Clock, Timer } from "../../clock.js";

export interface HandoverOptions {
  readonly clock: Clock;
  /** How long before the end a quiet moment is looked for; 0 for never. */
  readonly leadMs: number;
  /** Whether nobody speaks, is about to speak, or waits for a tool. */
  readonly isQuiet: () => boolean;
  /** Opens the next session, and then calls `opened` or `failed`. */
  readonly open: () => void;
  /** The call goes on in the session that was opened. */
  readonly swap: () => void;
}

const LOOK_EVERY_MS = 100;
/** A longer wait than any call; timers cannot wait much longer. */
const MAX_LEFT_MS = 7 * 24 * 3_600_000;

export class Handover {
  readonly #options: HandoverOptions;
  #state: "alone" | "opening" | "opened" = "alone";
  #timer: Timer | undefined;
  #openBy = 0;
  #swapBy = 0;
  #retryMs = 0;
  #notBefore = 0;

  constructor(options: HandoverOptions) {
    this.#options = options;
  }

  /** @param expiresAtMs when the present session ends, in ms since 1970. */
  schedule(expiresAtMs: number | undefined): void {
    this.stop();
    const { clock, leadMs } = this.#options;
    const leftMs = (expiresAtMs ?? Number.POSITIVE_INFINITY) - clock.wallMs();
    if (leadMs <= 0 || leftMs <= 0 || leftMs > MAX_LEFT_MS) return;
    // A session that lasts no longer than the lead is given half of its time at least.
    const lead = Math.min(leadMs, leftMs / 2);
    const end = clock.now() + leftMs;
    this.#openBy = end - lead / 2;
    this.#swapBy = end - lead / 4;
    this.#retryMs = lead / 6;
    this.#notBefore = 0;
    this.#timer = clock.setTimer(() => this.#look(), leftMs - lead);
  }

  opened(): void {
    if (this.#state !== "opening") return;
    this.#state = "opened";
    this.#look();
  }

  /** The next session could not be opened, or broke before it was needed. */
  failed(): void {
    if (this.#state === "alone") return;
    this.#state = "alone";
    this.#notBefore = this.#options.clock.now() + this.#retryMs;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#state = "alone";
  }

  #look(): void {
    const { clock, isQuiet, open, swap } = this.#options;
    this.#timer?.cancel();
    const now = clock.now();
    const quiet = isQuiet();
    if (this.#state === "opened" && (quiet || now >= this.#swapBy)) {
      this.stop();
      swap();
      return;
    }
    this.#timer = clock.setTimer(() => this.#look(), LOOK_EVERY_MS);
    if (this.#state !== "alone" || now < this.#notBefore || !(quiet || now >= this.#openBy)) return;
    this.#state = "opening";
    open();
  }
}
