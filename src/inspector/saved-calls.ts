/** The saved calls of the recordings folder: a listing of our own, whose secret ids stand for folders that no request can name. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Problems, SavedCall, SavedFacts } from "./messages.js";
import type { ExportKind, FromReader, ReadingSettings, ToReader } from "./saved-messages.js";

/** The thread runs what is built, also where this file is run from its source. */
const READER = new URL("../../dist/inspector/saved-reader.js", import.meta.url);

export interface SavedCallsSettings extends ReadingSettings {
  readonly listed: (calls: readonly SavedCall[], total: number) => void;
  readonly learned: (id: string, problems: Problems) => void;
}

interface Entry {
  readonly id: string;
  readonly name: string;
  facts: SavedFacts;
  problems: Problems | undefined;
}

export class SavedCalls {
  readonly #settings: SavedCallsSettings;
  #worker: Worker | undefined;
  #entries = new Map<string, Entry>();
  #total = 0;
  readonly #jobs = new Map<number, (failed: string | undefined) => void>();
  #jobCount = 0;
  #lastListing = "";

  constructor(settings: SavedCallsSettings) {
    this.#settings = settings;
  }

  /** The newest first. */
  get calls(): readonly SavedCall[] {
    return [...this.#entries.values()].map(({ id, name, facts, problems }) => ({
      id,
      name,
      facts,
      ...(problems && { problems }),
    }));
  }

  get total(): number {
    return this.#total;
  }

  /** Asks what is in the folder now; `listed` is told when that is another than before. */
  look(): void {
    this.#tell({ type: "look" });
  }

  /** The call with this id, and its folder; undefined for an id that is not ours. */
  find(id: string): { readonly call: SavedCall; readonly folder: string } | undefined {
    const call = this.calls.find((saved) => saved.id === id);
    return call && { call, folder: join(this.#settings.directory, call.name) };
  }

  /** Writes the file for a call of the listing. @returns why not, in words. */
  write(call: SavedCall, kind: ExportKind, path: string): Promise<string | undefined> {
    const job = ++this.#jobCount;
    return new Promise((resolve) => {
      this.#jobs.set(job, resolve);
      this.#tell({ type: "export", job, name: call.name, kind, path });
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#giveUp("the program has ended");
  }

  #tell(message: ToReader): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #start(): Worker {
    const { directory, showPersonal, version } = this.#settings;
    const workerData: ReadingSettings = { directory, showPersonal, version };
    const worker = new Worker(READER, { workerData });
    worker.on("message", (message: FromReader) => this.#hear(message));
    worker.on("error", (error) => {
      process.emitWarning(`reading recordings failed: ${error.message}`);
      // Started anew when it is needed again.
      if (this.#worker === worker) this.#worker = undefined;
      this.#giveUp("the recording could not be read");
    });
    worker.unref();
    return worker;
  }

  #giveUp(why: string): void {
    for (const end of this.#jobs.values()) end(why);
    this.#jobs.clear();
  }

  #hear(message: FromReader): void {
    if (message.type === "listing") this.#list(message);
    else if (message.type === "problems") {
      const entry = this.#entries.get(message.name);
      if (!entry) return;
      entry.problems = message.problems;
      this.#settings.learned(entry.id, message.problems);
    } else {
      this.#jobs.get(message.job)?.(message.failed);
      this.#jobs.delete(message.job);
    }
  }

  #list({ calls, total }: FromReader & { type: "listing" }): void {
    const text = JSON.stringify([calls, total]);
    if (text === this.#lastListing) return;
    this.#lastListing = text;
    const entries = new Map<string, Entry>();
    for (const { name, facts } of calls) {
      const known = this.#entries.get(name);
      const { id = randomBytes(24).toString("base64url"), problems } = known ?? {};
      entries.set(name, { id, name, facts, problems });
    }
    this.#entries = entries;
    this.#total = total;
    this.#settings.listed(this.calls, total);
  }
}
