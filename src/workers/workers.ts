/** The workers of one server as the primary runs them: begun, asked, drained together, and replaced when one dies. */
import type { House } from "../bridge/door.js";
import type { BridgeServer } from "../bridge/server.js";
import type { Clock, Timer } from "../clock.js";
import { BridgeError, type ErrorCode } from "../errors.js";
import { type Snapshot, sumOf, withoutGauges } from "../monitoring/counts.js";
import type { Fork } from "./fork.js";
import type { Gate } from "./gate.js";
import type { FromWorker, StartFailure } from "./messages.js";
import { Replacement } from "./replacement.js";
import type { ReportedCalls } from "./reported-calls.js";
import { saidOnce } from "./said-once.js";
import { Worker } from "./worker.js";

export interface WorkersOptions {
  readonly count: number;
  readonly port: number;
  readonly fork: Fork;
  /** Who comes in, over all workers together. */
  readonly gate: Gate;
  /** Makes what follows the calls of one worker. */
  readonly follow: () => ReportedCalls;
  readonly recorded: (callId: string, folder: string) => void;
  readonly warn: (code: string, message: string) => void;
  /** A worker that answered calls has died. */
  readonly died: () => void;
  /** All metrics as text: what the primary knows, and these. */
  readonly metrics: (state: House & { readonly workers: number }, ofWorkers: readonly Snapshot[]) => string;
  readonly clock: Clock;
}

/** How long a worker may take to say what it has counted; else what it last said is taken. */
const COUNT_WITHIN_MS = 500;
/** Looks, not time: a computer that slept has looked once. A worker that hangs this long has lost its calls already. */
const LOOK_EVERY_MS = 5000;
const SILENT_LOOKS = 4;
/** How long a worker may take to go, once it has no call left. */
const GO_WITHIN_MS = 5000;

export class Workers implements BridgeServer {
  readonly #options: WorkersOptions;
  readonly #workers: (Worker | undefined)[];
  readonly #replacements: readonly Replacement[];
  /** What those have counted who are no more. */
  #gone: Snapshot = {};
  #first: Extract<FromWorker, { type: "up" }> | undefined;
  #port: number;
  #publicUrl: string | undefined;
  #isDraining = false;
  #isClosing = false;
  #changed: (() => void)[] = [];
  #looking: Timer | undefined;
  readonly #warnOnce: (code: string, message: string) => void;

  private constructor(options: WorkersOptions) {
    this.#options = options;
    this.#port = options.port;
    this.#warnOnce = saidOnce(options.warn, options.clock);
    this.#workers = new Array<undefined>(options.count).fill(undefined);
    this.#replacements = this.#workers.map(() => new Replacement());
  }

  /**
   * Resolves when all of them answer calls. The first goes ahead and asks the agent; what keeps it from beginning would keep all.
   * @throws BridgeError what a single server throws
   */
  static async start(options: WorkersOptions): Promise<Workers> {
    const workers = new Workers(options);
    try {
      await workers.#begin(0, true);
      await Promise.all(workers.#workers.slice(1).map((_, i) => workers.#begin(i + 1, false)));
      workers.#look();
      return workers;
    } catch (error) {
      workers.#isClosing = true;
      for (const worker of workers.#workers) worker?.process.kill();
      throw error;
    }
  }

  get port(): number {
    return this.#first!.port;
  }

  get url(): string {
    return this.#first!.url;
  }

  /** The agent as people know it. */
  get agent(): string {
    return this.#first!.agent;
  }

  get calls(): number {
    return this.#options.gate.calls;
  }

  /** Workers that answer calls now. */
  get alive(): number {
    return this.#up().length;
  }

  get pids(): readonly number[] {
    return this.#up().map(({ process }) => process.pid);
  }

  readonly overview = {
    house: (): House => ({ isDraining: this.#isDraining, calls: this.calls }),
    metrics: async (): Promise<string> => {
      const { metrics } = this.#options;
      const counted = await Promise.all(this.#up().map((worker) => worker.count(COUNT_WITHIN_MS)));
      return metrics({ ...this.overview.house(), workers: this.alive }, [this.#gone, ...counted]);
    },
  };

  /** Tells them where SmartPBX reaches the media socket from outside. */
  reachedAt(publicUrl: string): void {
    this.#publicUrl = publicUrl;
    this.#tell({ type: "public-url", url: publicUrl });
  }

  async drain(): Promise<void> {
    this.#takeNobody();
    this.#tell({ type: "drain" });
    await this.#until(() => this.#workers.every((worker) => !worker?.isUp || worker.isIdle));
  }

  cut(): void {
    this.#tell({ type: "cut" });
  }

  async close(): Promise<void> {
    this.#takeNobody();
    this.#isClosing = true;
    this.#looking?.cancel();
    this.#tell({ type: "close" });
    for (const worker of this.#workers) if (!worker?.isUp) worker?.process.kill();
    const timer = this.#options.clock.setTimer(() => {
      for (const worker of this.#workers) worker?.process.kill();
    }, GO_WITHIN_MS);
    await this.#until(() => this.#workers.every((worker) => worker === undefined));
    timer.cancel();
  }

  /** Ends workers that hang: nobody hears anything in their calls, and new callers would come to them; or that never come up. */
  #look(): void {
    for (const worker of this.#workers) {
      if (!worker) continue;
      worker.silentLooks++;
      if (worker.silentLooks <= SILENT_LOOKS) continue;
      const silentS = (SILENT_LOOKS * LOOK_EVERY_MS) / 1000;
      const which = `worker ${this.#workers.indexOf(worker) + 1} (process ${worker.process.pid})`;
      this.#options.warn("worker-hangs", `${which} has done nothing for ${silentS} s and is ended`);
      worker.process.kill();
    }
    this.#looking = this.#options.clock.setTimer(() => this.#look(), LOOK_EVERY_MS);
  }

  #takeNobody(): void {
    this.#isDraining = true;
    this.#options.gate.isDraining = true;
  }

  #up(): Worker[] {
    return this.#workers.filter((worker): worker is Worker => worker?.isUp === true);
  }

  #tell(message: Parameters<Worker["process"]["send"]>[0]): void {
    for (const worker of this.#up()) worker.process.send(message);
  }

  /** Resolves when a worker answers calls in this place. Rejects when it cannot. */
  #begin(place: number, probes: boolean): Promise<void> {
    const { fork, gate, follow, recorded, clock } = this.#options;
    const warn = this.#warnOnce;
    return new Promise((resolve, reject) => {
      const worker = new Worker(
        { fork, gate, calls: follow(), recorded, warn, clock },
        {
          hello: () => {
            const port = this.#portToListenOn();
            worker.process.send({ type: "begin", port, probes, publicUrl: this.#publicUrl });
          },
          up: (message) => {
            this.#first ??= message;
            // It may have begun while the others were told.
            if (this.#isDraining) worker.process.send({ type: this.#isClosing ? "close" : "drain" });
            resolve();
          },
          failed: (failure) => {
            reject(errorOf(failure));
            worker.process.kill();
          },
          idle: () => this.#change(),
          ask: async (what) =>
            what === "house" ? { house: this.overview.house() } : { metrics: await this.overview.metrics() },
          gone: (how, lostCalls) => {
            this.#workers[place] = undefined;
            reject(new Error(`a worker ended before it answered calls (${how})`));
            this.#gone = sumOf([this.#gone, withoutGauges(worker.counts)]);
            if (!this.#isClosing && worker.isUp) this.#lost(place, worker, how, lostCalls);
            this.#change();
          },
        },
      );
      this.#workers[place] = worker;
    });
  }

  #lost(place: number, worker: Worker, how: string, calls: number): void {
    const { warn, died, clock } = this.#options;
    died();
    const lost =
      calls === 0 ? "no call was lost" : calls === 1 ? "its call was lost" : `its ${calls} calls were lost`;
    const next = this.#isDraining ? "" : "; another takes its place";
    warn(
      "worker-died",
      `worker ${place + 1} (process ${worker.process.pid}) died with ${how}: ${lost}${next}`,
    );
    this.#replace(place, clock.now() - worker.upAt);
  }

  #replace(place: number, livedMs: number): void {
    const { clock, warn } = this.#options;
    const again = () => {
      if (this.#isDraining) return;
      this.#begin(place, false).catch((error: Error) => {
        if (this.#isDraining) return;
        warn("worker-failed", `worker ${place + 1} did not come back: ${error.message}`);
        this.#replace(place, 0);
      });
    };
    const waitMs = this.#replacements[place]!.waitMs(livedMs);
    if (waitMs === 0) again();
    else clock.setTimer(again, waitMs);
  }

  /**
   * Workers share a socket when they ask for the same port, and so for 0 when that was asked first. Where none is left to share
   * with, it must be the port that was told.
   */
  #portToListenOn(): number {
    if (this.alive === 0) this.#port = this.#first?.port ?? this.#options.port;
    return this.#port;
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  #change(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const resolve of changed) resolve();
  }
}

function errorOf({ code, message, fix }: StartFailure): Error {
  return code === undefined || fix === undefined
    ? new Error(message)
    : new BridgeError(code as ErrorCode, message, { fix });
}
