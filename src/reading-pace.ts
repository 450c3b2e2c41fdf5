/** Reads a WebSocket no faster than one call may cost the others: what comes faster waits in the network, and in the end with its sender. */
import { Allowance } from "./allowance.js";

/** What is asked of a socket: that it stops at once. */
export interface Read {
  pause(): void;
  resume(): void;
  once(event: "close", listener: () => void): unknown;
}

export interface ReadingLimits {
  readonly messagesPerS: number;
  readonly bytesPerS: number;
  /** This much may come at once, as the time in which it may come evenly. */
  readonly burstMs: number;
}

export class ReadingPace {
  readonly #socket: Read;
  readonly #allowance: Allowance;
  readonly #msPerMessage: number;
  readonly #msPerByte: number;
  #waiting: NodeJS.Timeout | undefined;

  constructor(socket: Read, { messagesPerS, bytesPerS, burstMs }: ReadingLimits) {
    this.#socket = socket;
    this.#allowance = new Allowance(burstMs);
    this.#msPerMessage = 1000 / messagesPerS;
    this.#msPerByte = 1000 / bytesPerS;
    socket.once("close", () => clearTimeout(this.#waiting));
  }

  /** A message of this size was read. */
  read(bytes: number): void {
    const costMs = Math.max(this.#msPerMessage, bytes * this.#msPerByte);
    if (this.#allowance.take(costMs, performance.now()) <= 0 || this.#waiting) return;
    this.#socket.pause();
    this.#wait();
  }

  #wait(): void {
    const owedMs = this.#allowance.owedMs(performance.now());
    this.#waiting = owedMs > 0 ? setTimeout(() => this.#wait(), Math.ceil(owedMs)) : undefined;
    if (!this.#waiting) this.#socket.resume();
  }
}
