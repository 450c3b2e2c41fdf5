/** Where audio stands on the wall clock: the caller's from when it arrived, the agent's from when it was heard. */

/** What is placed: samples, or whatever stands for a number of them. */
export interface Samples<T> {
  /** In samples. */
  readonly length: number;
  /** What is left of it without its first `count` samples, of which it has at least as many or nothing is left. */
  subarray(count: number): T;
}

/** A run of samples with its place, in samples since the socket opened. Runs come in order and never overlap. */
export interface Placed<T = Int16Array> {
  readonly position: number;
  readonly samples: T;
}

/** How far arrival may stray from the places of continuous audio before that means anything. */
const TOLERANCE_MS = 60;
/** How long it must stay astray before the audio itself, and not only its delivery, is taken to have moved. */
const WATCH_MS = 1000;
/** The most audio and the most chunks that wait for a decision. */
const MAX_WAITING_MS = 30_000;
const MAX_WAITING = 3000;

/**
 * The caller's track. A telephone sends without a break, so audio is placed back to back however unevenly it arrives: jitter,
 * and a stall that a burst makes up for, leave no mark. Only when arrival stays astray for a second has time gone missing
 * (a gap, made where it began) or too much been sent (a cut). The track begins where the most punctual audio of the first
 * second says it did.
 */
export class Timeline<T extends Samples<T> = Int16Array> {
  readonly #perMs: number;
  /** Where the next sample goes, once the start is known. */
  #cursor: number | undefined;
  /** Samples still to be left out. */
  #cut = 0;
  #waiting: Placed<T>[] = [];
  #waitingSamples = 0;

  /** @param sampleRate in Hz, of positions and samples alike. */
  constructor(sampleRate: number) {
    this.#perMs = sampleRate / 1000;
  }

  /**
   * Samples that arrived at `atMs`, which never goes back. Gives those whose place is now certain; the rest follow later.
   * The samples are kept, not copied.
   */
  add(atMs: number, samples: T): Placed<T>[] {
    if (samples.length === 0) return [];
    return this.#run([{ position: Math.round(atMs * this.#perMs), samples }]);
  }

  /** What still waits, placed as well as can be told. */
  finish(): Placed<T>[] {
    const placed: Placed<T>[] = [];
    while (this.#waiting.length > 0) {
      const rest = this.#decide(placed);
      for (const run of this.#run(rest)) placed.push(run);
    }
    return placed;
  }

  #run(chunks: Placed<T>[]): Placed<T>[] {
    const placed: Placed<T>[] = [];
    for (let i = 0; i < chunks.length; i++) {
      const onTime = this.#isOnTime(chunks[i]);
      this.#waiting.push(chunks[i]);
      this.#waitingSamples += chunks[i].samples.length;
      if (onTime) for (const chunk of this.#takeWaiting()) this.#place(chunk, placed);
      else if (this.#hasWaitedEnough()) {
        chunks = [...this.#decide(placed), ...chunks.slice(i + 1)];
        i = -1;
      }
    }
    return placed;
  }

  /** Where a chunk would begin that follows everything so far without a break. */
  get #expected(): number | undefined {
    return this.#cursor === undefined ? undefined : this.#cursor - this.#cut + this.#waitingSamples;
  }

  #isOnTime({ position }: Placed<T>): boolean {
    return this.#expected !== undefined && Math.abs(position - this.#expected) <= TOLERANCE_MS * this.#perMs;
  }

  #hasWaitedEnough(): boolean {
    const watched = this.#waiting[this.#waiting.length - 1].position - this.#waiting[0].position;
    return (
      watched >= WATCH_MS * this.#perMs ||
      this.#waitingSamples >= MAX_WAITING_MS * this.#perMs ||
      this.#waiting.length >= MAX_WAITING
    );
  }

  /** Moves what waits by as much as all of it was astray, places its first chunk, and gives the rest to be looked at anew. */
  #decide(placed: Placed<T>[]): Placed<T>[] {
    const [first, ...rest] = this.#takeWaiting();
    const start = this.#expected ?? first.position;
    let expected = start;
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const { position, samples } of [first, ...rest]) {
      least = Math.min(least, position - expected);
      most = Math.max(most, position - expected);
      expected += samples.length;
    }
    if (this.#cursor === undefined) this.#cursor = Math.max(0, start + least);
    else if (least > 0) this.#cursor += least;
    else if (most < 0) this.#cut -= most;
    this.#place(first, placed);
    return rest;
  }

  #takeWaiting(): Placed<T>[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingSamples = 0;
    return waiting;
  }

  #place({ samples }: Placed<T>, placed: Placed<T>[]): void {
    const left = samples.subarray(this.#cut);
    this.#cut -= samples.length - left.length;
    if (left.length > 0) placed.push({ position: this.#cursor as number, samples: left });
    this.#cursor = (this.#cursor as number) + left.length;
  }
}

/** The agent's track: the time each frame is heard is known. What would overlap is put behind what came before. */
export class HeardTimeline<T extends Samples<T> = Int16Array> {
  readonly #perMs: number;
  #cursor = 0;

  /** @param sampleRate in Hz. */
  constructor(sampleRate: number) {
    this.#perMs = sampleRate / 1000;
  }

  add(heardAtMs: number, samples: T): Placed<T>[] {
    const position = Math.max(this.#cursor, Math.round(heardAtMs * this.#perMs));
    this.#cursor = position + samples.length;
    return samples.length > 0 ? [{ position, samples }] : [];
  }

  finish(): Placed<T>[] {
    return [];
  }
}
