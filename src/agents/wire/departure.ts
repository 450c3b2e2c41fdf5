/** The change from one connection to the next: when it is best made, and what the caller says meanwhile. */

/** The vendor says how long is left; without a word, this much. */
const UNKNOWN_LEFT_MS = 10_000;
/** What a new connection may take of the time that is left. */
const MARGIN_MS = 10_000;
const MAX_WAIT_MS = 60_000;
/** After a turn, the handle of a session that knows of it comes within this. */
const HANDLE_MS = 1000;
/** Of what the caller said since the old session was last known to have understood, this much is said again. */
const MAX_KEPT_MS = 10_000;

interface Kept {
  readonly text: string;
  readonly ms: number;
}

/**
 * A change is announced, then made after the end of a turn, when the vendor has given a handle for the session as it then is,
 * or when time runs out. What was sent in between is kept, and sent again on the new connection.
 */
export class Departure {
  readonly #leave: () => void;
  readonly #dropped: (ms: number) => void;
  #state: "staying" | "leaving" | "moving" | "over" = "staying";
  #turnOver = false;
  #timer: NodeJS.Timeout | undefined;
  #kept: Kept[] = [];
  #keptMs = 0;

  /** @param dropped told how much of the caller's audio could not be kept. */
  constructor(leave: () => void, dropped: (ms: number) => void) {
    this.#leave = leave;
    this.#dropped = dropped;
  }

  get hasBegun(): boolean {
    return this.#state !== "staying";
  }

  /** The old connection takes nothing any more, the new one nothing yet. */
  get isMoving(): boolean {
    return this.#state === "moving";
  }

  /** The vendor announces the end of the connection. `timeLeft` is a text such as "50s". */
  begin(timeLeft: unknown): void {
    if (this.hasBegun) return;
    this.#state = "leaving";
    const leftMs = typeof timeLeft === "string" ? Number.parseFloat(timeLeft) * 1000 : UNKNOWN_LEFT_MS;
    const waitMs = (Number.isNaN(leftMs) ? UNKNOWN_LEFT_MS : leftMs) - MARGIN_MS;
    this.#wait(Math.min(Math.max(waitMs, 0), MAX_WAIT_MS));
  }

  /** A turn was heard to its end: whatever was asked before has been answered. */
  turnOver(): void {
    if (this.#state !== "leaving" || this.#turnOver) return;
    this.#turnOver = true;
    this.#forget();
    this.#wait(HANDLE_MS);
  }

  /** The session as it is now can be continued elsewhere. */
  handleRenewed(): void {
    if (this.#state !== "leaving") return;
    this.#forget();
    if (this.#turnOver) this.leaveNow();
  }

  leaveNow(): void {
    if (this.isMoving || this.#state === "over") return;
    this.#state = "moving";
    clearTimeout(this.#timer);
    this.#leave();
  }

  /**
   * A message for the vendor: kept when it may be needed again.
   * @param ms of audio in it.
   * @returns whether it is to be sent now.
   */
  keep(text: string, ms: number): boolean {
    if (this.#state === "staying" || this.#state === "over") return this.#state === "staying";
    this.#kept.push({ text, ms });
    this.#keptMs += ms;
    while (this.#keptMs > MAX_KEPT_MS) {
      const oldest = this.#kept.findIndex((kept) => kept.ms > 0);
      const [{ ms: lostMs }] = this.#kept.splice(oldest, 1);
      this.#keptMs -= lostMs;
      // Before the change it is only not said twice.
      if (this.isMoving) this.#dropped(lostMs);
    }
    return this.#state === "leaving";
  }

  /** The new connection is there. @returns what is to be sent on it first. */
  arrived(): readonly string[] {
    const texts = this.#kept.map(({ text }) => text);
    this.#forget();
    this.#state = "staying";
    this.#turnOver = false;
    return texts;
  }

  /** There will be no change any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#forget();
    this.#state = "over";
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.leaveNow(), ms);
  }

  #forget(): void {
    this.#kept = [];
    this.#keptMs = 0;
  }
}
