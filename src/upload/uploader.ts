/** Uploads finished recordings beside the calls: a few at once, from a bounded queue, again and again until they are there. */
import { basename } from "node:path";
import type { Clock, Timer } from "../clock.js";
import { count, spellMs } from "../report/numbers.js";
import { waitingRecordings } from "./backlog.js";
import { type ObjectStore, StoreFailure } from "./object-store.js";
import { uploadRecording } from "./upload-recording.js";

export interface UploaderOptions {
  /** The folder of recordings. */
  readonly directory: string;
  readonly store: ObjectStore;
  /** Whether recordings are deleted here once they are there. */
  readonly deletes: boolean;
  /** A recording that nothing was added to for so long is no running call's. */
  readonly abandonedMs: number;
  readonly clock: Clock;
  /** Holds no personal data. */
  readonly onWarning: (code: string, message: string) => void;
  readonly onUploaded: (folder: string, to: string) => void;
  readonly atOnce?: number;
  readonly queued?: number;
  readonly partBytes?: number;
}

const AT_ONCE = 4;
/** Names in memory. Those that do not fit are found again on the disk when the queue is empty. */
const QUEUED = 1000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** How often it is told that the same trouble goes on. */
const REMIND_MS = 10 * 60_000;

/** What helps with what the store says. */
const ADVICE: Readonly<Record<string, string>> = {
  NoSuchBucket: "make the bucket, or name another",
  AccessDenied: "the credentials need s3:PutObject and s3:AbortMultipartUpload there",
  InvalidAccessKeyId: "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  SignatureDoesNotMatch: "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  CredentialsProviderError: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
};

export class Uploader {
  readonly #options: UploaderOptions;
  readonly #queue: string[] = [];
  /** Queued, being uploaded, or given up until the next start. */
  readonly #known = new Set<string>();
  readonly #abort = new AbortController();
  #running = 0;
  /** There are more on the disk than the queue could hold. */
  #isOverfull = false;
  #scanning: Promise<void> | undefined;
  #failures = 0;
  #pause: Timer | undefined;
  #nextScan: Timer | undefined;
  #remindedAt = Number.NEGATIVE_INFINITY;
  #onIdle: (() => void) | undefined;

  /** Begins with what earlier processes have left. */
  constructor(options: UploaderOptions) {
    this.#options = options;
    this.#scan();
  }

  /** Recordings that are queued or being uploaded. */
  get waiting(): number {
    return this.#queue.length + this.#running;
  }

  /** Takes a finished recording, at once and always. */
  add(folder: string): void {
    if (this.#abort.signal.aborted || this.#known.has(folder)) return;
    if (this.#queue.length >= (this.#options.queued ?? QUEUED)) {
      this.#isOverfull = true;
      return;
    }
    this.#known.add(folder);
    this.#queue.push(folder);
    this.#pump();
  }

  /** Resolves when nothing waits, or after `limitMs`: what is not there by then is left for the next start. @returns how many these are. */
  async close(limitMs: number): Promise<number> {
    const { clock, store } = this.#options;
    this.#nextScan?.cancel();
    // One more try for each, without the patience of other times.
    this.#resume();
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => {
      timer = clock.setTimer(resolve, limitMs);
    });
    await Promise.race([this.#idle(), late]);
    timer?.cancel();
    const left = this.waiting;
    this.#abort.abort(new Error("stopped"));
    this.#pause?.cancel();
    this.#queue.length = 0;
    await this.#idle();
    store.close();
    return left;
  }

  /** Resolves when nothing is being done, and nothing waits but for the next scan. */
  async #idle(): Promise<void> {
    while (this.#scanning || this.#running > 0 || this.#queue.length > 0)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
  }

  #pump(): void {
    const { atOnce = AT_ONCE } = this.#options;
    while (!this.#pause && this.#running < atOnce && this.#queue.length > 0) {
      this.#running++;
      void this.#upload(this.#queue.shift() as string).finally(() => {
        this.#running--;
        this.#pump();
      });
    }
    if (this.#running > 0 || this.#queue.length > 0) return;
    if (this.#isOverfull) this.#scan();
    this.#onIdle?.();
  }

  async #upload(folder: string): Promise<void> {
    const { store, deletes, clock, partBytes, onUploaded } = this.#options;
    const options = { store, deletes, wallMs: () => clock.wallMs(), ...(partBytes && { partBytes }) };
    try {
      const outcome = await uploadRecording(folder, options, this.#abort.signal);
      this.#known.delete(folder);
      if (outcome !== "uploaded") return;
      this.#failures = 0;
      this.#remindedAt = Number.NEGATIVE_INFINITY;
      onUploaded(folder, store.address(basename(folder)));
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      if (error instanceof StoreFailure) this.#retry(folder, error);
      else this.#giveUp(folder, error as Error);
    }
  }

  /** All wait, because the store is the same for all. */
  #retry(folder: string, failure: StoreFailure): void {
    this.#queue.unshift(folder);
    if (this.#pause) return;
    const { clock } = this.#options;
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
    // Many computers that lost one store must not come back at the same moment.
    const pauseMs = longest * (0.5 + Math.random() / 2);
    this.#pause = clock.setTimer(() => this.#resume(), pauseMs);
    if (clock.now() - this.#remindedAt < REMIND_MS) return;
    this.#remindedAt = clock.now();
    this.#warn(failure);
  }

  /** The recording that met the failure is queued again, and still counts as running. */
  #warn(failure: StoreFailure): void {
    const { store, directory, onWarning } = this.#options;
    const more = this.#isOverfull ? " or more" : "";
    const advice = ADVICE[failure.kind];
    onWarning(
      "upload-failed",
      `cannot upload to ${store.address("")}: ${failure.message}${advice ? `; ${advice}` : ""}. ` +
        `${count(this.waiting - 1, "recording")}${more} stay in ${directory} and are tried again, at least every ${spellMs(LONGEST_PAUSE_MS)}`,
    );
  }

  #resume(): void {
    this.#pause?.cancel();
    this.#pause = undefined;
    this.#pump();
  }

  /** This computer is the cause: the others can go on. */
  #giveUp(folder: string, error: Error): void {
    this.#options.onWarning(
      "upload-failed",
      `cannot upload ${folder}: ${error.message}. It stays there and is tried again at the next start`,
    );
  }

  #scan(): void {
    if (this.#scanning || this.#abort.signal.aborted) return;
    this.#isOverfull = false;
    this.#scanning = this.#addWaiting()
      .catch((error: Error) => {
        const { directory, onWarning } = this.#options;
        onWarning("upload-failed", `cannot look for recordings in ${directory}: ${error.message}`);
      })
      .finally(() => {
        this.#scanning = undefined;
        this.#pump();
      });
  }

  async #addWaiting(): Promise<void> {
    const { directory, store, abandonedMs, clock } = this.#options;
    const known = (folder: string) => this.#known.has(folder);
    const { signal } = this.#abort;
    const told = { directory, store, abandonedMs, known, wallMs: clock.wallMs(), signal };
    for await (const found of waitingRecordings(told)) {
      if (signal.aborted) return;
      if (found.isReady) this.add(found.folder);
      // Perhaps its process was killed a moment ago: later it can be told.
      else this.#nextScan ??= clock.setTimer(() => this.#scanLater(), abandonedMs);
      if (this.#isOverfull) return;
    }
  }

  #scanLater(): void {
    this.#nextScan = undefined;
    this.#scan();
  }
}
