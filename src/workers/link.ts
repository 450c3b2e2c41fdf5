/** A worker's side of its link to the primary: who may come in is asked there, and what happens is told there. */
import cluster from "node:cluster";
import type { IncomingMessage } from "node:http";
import type { Answer, House } from "../bridge/door.js";
import type { Together } from "../bridge/together.js";
import type { Observer } from "../call/events.js";
import { BridgeError } from "../errors.js";
import type { Snapshot } from "../monitoring/counts.js";
import type { FromWorker, ToWorker } from "./messages.js";

type Begin = Extract<ToWorker, { type: "begin" }>;

export interface LinkListener {
  drain(): void;
  cut(): void;
  /** Also when the primary is no more. */
  close(): void;
  counts(): Snapshot;
}

export class Link implements Together {
  /** Where SmartPBX reaches the media socket from outside. */
  publicUrl: string | undefined;
  readonly #waiting = new Map<number, (message: ToWorker | undefined) => void>();
  #listener: LinkListener | undefined;
  #begin: ((begin: Begin) => void) | undefined;
  #isClosing = false;
  #asked = 0;
  #calls = 0;

  constructor() {
    // The primary decides when a worker goes: a ^C reaches both, and so does what a process manager sends to the whole group.
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
    // Else Node would end the process before its recordings are complete when the primary is gone.
    if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
    process.on("message", (message: ToWorker) => this.#message(message));
    process.once("disconnect", () => this.#orphaned());
  }

  /** Says that this worker runs. Resolves when it is to begin. */
  hello(): Promise<Begin> {
    return new Promise((resolve) => {
      this.#begin = resolve;
      this.tell({ type: "hello" });
    });
  }

  /** From now on the primary's orders are carried out. */
  listen(listener: LinkListener): void {
    this.#listener = listener;
    if (this.#isClosing) listener.close();
  }

  tell(message: FromWorker): void {
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
  }

  failed(error: unknown): Promise<void> {
    const { code, message, fix } =
      error instanceof BridgeError ? error : { ...NO_CODE, message: String(error) };
    return this.#last({ type: "failed", failure: { code, message, fix } });
  }

  /** Says the last word and lets go: nothing keeps the process any more. */
  async leave(counts: Snapshot): Promise<void> {
    await this.#last({ type: "counts", counts });
  }

  async knock({ url, headers, socket }: IncomingMessage): Promise<Answer> {
    const knock = { url, headers, remoteAddress: socket.remoteAddress };
    const id = this.#asked++;
    const answer = await this.#ask({ type: "knock", id, knock }, id);
    // Without a primary nobody can say who may come in.
    if (answer?.type !== "knocked") return { refused: "draining" };
    if (answer.refused) return { refused: answer.refused };
    return { enter: () => () => this.tell({ type: "left", id }) };
  }

  async house(): Promise<House> {
    const id = this.#asked++;
    const answer = await this.#ask({ type: "ask", id, what: "house" }, id);
    return (answer?.type === "told" && answer.house) || { isDraining: true, calls: 0 };
  }

  async metrics(): Promise<string> {
    const id = this.#asked++;
    const answer = await this.#ask({ type: "ask", id, what: "metrics" }, id);
    return (answer?.type === "told" && answer.metrics) || "";
  }

  /** The observer of one call, which tells the primary. What comes with every frame is not to be told. */
  call(): Observer {
    const call = this.#calls++;
    return (event) => {
      const told = event.type === "call-started" ? { ...event, raw: {} } : event;
      this.tell({ type: "event", call, event: told });
    };
  }

  #ask(message: FromWorker, id: number): Promise<ToWorker | undefined> {
    if (!process.connected) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.tell(message);
    });
  }

  #message(message: ToWorker): void {
    switch (message.type) {
      case "begin":
        this.publicUrl = message.publicUrl;
        this.#begin?.(message);
        break;
      case "knocked":
      case "told":
        this.#waiting.get(message.id)?.(message);
        this.#waiting.delete(message.id);
        break;
      case "public-url":
        this.publicUrl = message.url;
        break;
      case "count":
        if (this.#listener) this.tell({ type: "counts", counts: this.#listener.counts() });
        break;
      case "drain":
        this.#listener?.drain();
        break;
      case "cut":
        this.#listener?.cut();
        break;
      case "close":
        this.#close();
        break;
    }
  }

  /** The primary is gone: nobody answers any more, and no new caller comes. */
  #orphaned(): void {
    for (const answer of this.#waiting.values()) answer(undefined);
    this.#waiting.clear();
    this.#close();
  }

  #close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#listener?.close();
  }

  async #last(message: FromWorker): Promise<void> {
    if (!process.connected) return;
    await new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
    if (process.connected) process.disconnect();
  }
}

const NO_CODE = { code: undefined, fix: undefined };
