/** One worker as its primary knows it: what it says is passed on, and what it had is given back when it dies. */
import type { House } from "../bridge/door.js";
import type { Clock } from "../clock.js";
import type { Snapshot } from "../monitoring/counts.js";
import type { Fork, WorkerProcess } from "./fork.js";
import type { Gate } from "./gate.js";
import type { FromWorker, StartFailure } from "./messages.js";
import type { ReportedCalls } from "./reported-calls.js";

export interface WorkerContext {
  readonly fork: Fork;
  readonly gate: Gate;
  readonly calls: ReportedCalls;
  readonly recorded: (callId: string, folder: string) => void;
  readonly warn: (code: string, message: string) => void;
  readonly clock: Clock;
}

export interface WorkerEvents {
  hello(): void;
  up(message: Extract<FromWorker, { type: "up" }>): void;
  failed(failure: StartFailure): void;
  /** It has no call left, and takes no new one. */
  idle(): void;
  ask(what: "house" | "metrics"): Promise<{ readonly house?: House; readonly metrics?: string }>;
  gone(how: string, lostCalls: number): void;
}

export class Worker {
  readonly process: WorkerProcess;
  isUp = false;
  isIdle = false;
  /** When it began to answer calls. */
  upAt = 0;
  /** Looks at it since it last said anything; it says what it has counted every second. */
  silentLooks = 0;
  /** What it has counted, as it last said. */
  counts: Snapshot = {};
  readonly #context: WorkerContext;
  readonly #events: WorkerEvents;
  /** Those who are in: each is called when the call is over. */
  readonly #inside = new Map<number, () => void>();
  #counted: (() => void)[] = [];

  constructor(context: WorkerContext, events: WorkerEvents) {
    this.#context = context;
    this.#events = events;
    this.process = context.fork({
      message: (message) => this.#message(message),
      gone: (how) => this.#gone(how),
    });
  }

  /** Asks what it has counted by now. @returns what it last said, where it does not answer in time. */
  async count(withinMs: number): Promise<Snapshot> {
    await new Promise<void>((resolve) => {
      const timer = this.#context.clock.setTimer(resolve, withinMs);
      this.#counted.push(() => {
        timer.cancel();
        resolve();
      });
      this.process.send({ type: "count" });
    });
    return this.counts;
  }

  #message(message: FromWorker): void {
    const { gate, calls, recorded, warn, clock } = this.#context;
    this.silentLooks = 0;
    switch (message.type) {
      case "hello":
        this.#events.hello();
        break;
      case "up":
        this.isUp = true;
        this.upAt = clock.now();
        this.#events.up(message);
        break;
      case "failed":
        this.#events.failed(message.failure);
        break;
      case "knock": {
        const answer = gate.knock(message.knock);
        if (!answer.refused) this.#inside.set(message.id, answer.enter());
        this.process.send({ type: "knocked", id: message.id, refused: answer.refused });
        break;
      }
      case "left":
        this.#inside.get(message.id)?.();
        this.#inside.delete(message.id);
        break;
      case "event":
        calls.event(message.call, message.event);
        break;
      case "recorded":
        recorded(message.callId, message.folder);
        break;
      case "warning":
        warn(message.code, message.message);
        break;
      case "counts":
        this.counts = message.counts;
        this.#tellCounted();
        break;
      case "ask":
        void this.#events
          .ask(message.what)
          .then((told) => this.process.send({ type: "told", id: message.id, ...told }));
        break;
      case "idle":
        this.isIdle = true;
        this.#events.idle();
        break;
    }
  }

  #gone(how: string): void {
    for (const leave of this.#inside.values()) leave();
    this.#inside.clear();
    this.#tellCounted();
    this.#events.gone(how, this.#context.calls.lost());
  }

  #tellCounted(): void {
    const counted = this.#counted;
    this.#counted = [];
    for (const tell of counted) tell();
  }
}
