/** What a server under attack holds: memory, sockets, timers and files, as the probe in it tells. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import type { Bridge } from "../e2e/bridge.js";

/** After a garbage collection. */
export interface Holdings {
  /** On the heap and beside it. */
  readonly heldBytes: number;
  readonly rssBytes: number;
  /** What its event loop waits for, by type: sockets and timers above all. */
  readonly resources: Readonly<Record<string, number>>;
  /** Open files and sockets, where the system tells. */
  readonly files: number;
}

const PATIENCE_MS = 20_000;

export class Holder {
  readonly #server: Bridge;
  readonly #probeFile: string;
  #looks = 0;
  /** When it was looked, in ms since 1970: the collection for it holds the server up, which no peer did. */
  readonly times: { readonly from: number; readonly to: number }[] = [];

  constructor(server: Bridge, probeFile: string) {
    this.#server = server;
    this.#probeFile = probeFile;
  }

  async look(): Promise<Holdings> {
    const look = ++this.#looks;
    const from = Date.now();
    const deadline = performance.now() + PATIENCE_MS;
    this.#server.signal("SIGUSR2");
    for (let told = this.#told(); ; told = this.#told()) {
      if (told && told.count >= look) {
        this.times.push({ from, to: Date.now() });
        return { ...told, files: this.#files() };
      }
      if (performance.now() > deadline) throw new Error("the server does not say what it holds");
      await after(20);
    }
  }

  #told(): (Holdings & { readonly count: number }) | undefined {
    if (!existsSync(this.#probeFile)) return undefined;
    try {
      return JSON.parse(readFileSync(this.#probeFile, "utf8"));
    } catch {
      // It is just being written.
      return undefined;
    }
  }

  #files(): number {
    return existsSync("/proc/self/fd") ? readdirSync(`/proc/${this.#server.pid}/fd`).length : 0;
  }
}
