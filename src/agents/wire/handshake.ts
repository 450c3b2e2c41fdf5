/** The time between an open socket and the vendor's word that it is ready: what ends it, and what goes wrong in it. */
import type { LegEvent } from "../../call/leg.js";
import { BridgeError } from "../../errors.js";
import type { AgentSocket } from "./socket.js";

export class Handshake {
  readonly #vendor: string;
  readonly #report: (event: LegEvent) => void;
  readonly #ready: Promise<void>;
  #resolve!: () => void;
  #reject!: (reason: unknown) => void;
  #over = false;

  constructor(vendor: string, emit: (event: LegEvent) => void) {
    this.#vendor = vendor;
    this.#report = emit;
    this.#ready = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Told through `through`, which may not be waiting yet.
    this.#ready.catch(() => {});
  }

  /** For the socket: as long as the vendor is not ready, an end is a refusal; everything else is reported. */
  readonly emit = (event: LegEvent): void => {
    if (event.type !== "closed" || this.#over) this.#report(event);
    else this.refuse(`closed the connection before it was ready: ${event.reason}`);
  };

  /** The vendor takes audio from now on. */
  ready(): void {
    this.#over = true;
    this.#resolve();
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** @param what follows the vendor's name, in a sentence without its end. */
  refuse(what: string, fix = "Check the agent's options, and its settings at the vendor"): void {
    if (this.#over) return;
    this.#over = true;
    this.#reject(new BridgeError("agent-refused", `${this.#vendor} ${what}`, { fix }));
  }

  /** Resolves when the vendor is ready. When it never will be, closes the socket and rejects with the reason. */
  async through(socket: AgentSocket, signal: AbortSignal): Promise<void> {
    const abort = () => this.#reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await socket.opened;
      if (signal.aborted) abort();
      await this.#ready;
    } catch (error) {
      this.#over = true;
      socket.close(1000, "not wanted any more");
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}
