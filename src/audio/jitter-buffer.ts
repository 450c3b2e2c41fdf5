/** Plays what arrives unevenly: holds back as much as it has been late, and makes up what is missing; pitch period by period. */
import { Concealment, crossfade, pitchOf, pitchSamples } from "./pitch.js";
import { SampleQueue } from "./sample-queue.js";

const FRAME_MS = 20;
/** What is held back at the least and at the most, beyond the lateness that was seen. */
const MARGIN_MS = 20;
const LEAST_TARGET_MS = 40;
const MOST_TARGET_MS = 300;
/** A reply may come all at once; what a flood brings beyond this is refused. */
const MOST_BUFFERED_MS = 60_000;
/** After so long a gap something new begins: nobody waited for it. Sooner where a pause was heard before it. */
const NEW_SPEECH_MS = 500;
const PAUSE_MS = 60;
/** Lateness is looked at over pieces of speech of this length, and the last of them are remembered. */
const PIECE_MS = 3000;
const REMEMBERED_PIECES = 40;
/** How long more is held than needed before it is given back. */
const WATCHED_PULLS = 50;
/** One period of at most 15 ms in so many frames: unheard. */
const FRAMES_PER_CHANGE = 5;
const LIKE_ENOUGH = 0.5;
/** Below this RMS nothing need be made up: -50 dBFS. */
const QUIET = 32768 * 10 ** (-50 / 20);
const JOIN_MS = 5;

export class JitterBuffer {
  readonly #rate: number;
  readonly #frame: number;
  readonly #queue = new SampleQueue();
  /** What was given last, long enough to find a pitch in. */
  #history: Int16Array;
  #state: "idle" | "playing" | "dry" = "idle";
  #concealment: Concealment | undefined;
  /** When the first samples came that wait in an idle buffer. */
  #waitingSince = 0;
  /** Given since there was nothing left, and whether more of the same speech came after it. */
  #madeUpMs = 0;
  #isGap = false;
  /** When what has arrived would be over, had it been played as it came; and whether it ended in the middle of something. */
  #dueAt = Number.NEGATIVE_INFINITY;
  #endedLoud = false;
  /** How late the present run of speech has been in all: what should have been held back for it. */
  #runMs = 0;
  /** The most of that in the present piece of speech, and in those before. */
  #needMs = 0;
  #pieceMs = 0;
  readonly #needs: number[] = [];
  #pulls = 0;
  #lowestMs = Number.POSITIVE_INFINITY;
  #arrivedMs = 0;
  #longestMs = 0;
  /** What is to be left out, or added where it is negative. */
  #changeMs = 0;
  #sinceChange = 0;
  #underruns = 0;
  #late = 0;
  #concealedMs = 0;
  #refusedMs = 0;
  #shortenedMs = 0;

  /** @param rate samples a second, of what is pushed and pulled. */
  constructor(rate: number) {
    this.#rate = rate;
    this.#frame = (rate * FRAME_MS) / 1000;
    this.#history = new Int16Array(pitchSamples(rate));
  }

  /** What waits to be pulled. */
  get bufferedMs(): number {
    return (this.#queue.length * 1000) / this.#rate;
  }

  /** What is held back before speech begins, from how late its pieces have been. */
  get targetMs(): number {
    const need = Math.max(this.#needMs, ...this.#needs);
    return Math.min(MOST_TARGET_MS, Math.max(LEAST_TARGET_MS, need + MARGIN_MS));
  }

  /** Times that there was nothing to play in the middle of speech. */
  get underruns(): number {
    return this.#underruns;
  }

  /** Pushes that came after what came before them was over, whether or not that could be heard. */
  get late(): number {
    return this.#late;
  }

  /** What was made up in underruns, silence included. */
  get concealedMs(): number {
    return this.#concealedMs;
  }

  /** What was left out to come nearer to the present, less what was added. */
  get shortenedMs(): number {
    return this.#shortenedMs;
  }

  /** What found no room. */
  get refusedMs(): number {
    return this.#refusedMs;
  }

  /** @param arrivedAt ms, on the clock of `pull`. */
  push(samples: Int16Array, arrivedAt: number): void {
    const room = Math.max(0, Math.floor((MOST_BUFFERED_MS * this.#rate) / 1000) - this.#queue.length);
    const kept = samples.subarray(0, room);
    this.#refusedMs += ((samples.length - kept.length) * 1000) / this.#rate;
    if (kept.length === 0) return;
    this.#noteArrival(kept, (kept.length * 1000) / this.#rate, arrivedAt);
    if (this.#state === "idle" && this.#queue.length === 0) this.#waitingSince = arrivedAt;
    this.#queue.push(kept);
  }

  /** The next 20 ms: what came, what was made up in its place, or silence. */
  pull(now: number): Int16Array {
    const frame = this.#next(now);
    this.#history.copyWithin(0, frame.length);
    this.#history.set(frame, this.#history.length - frame.length);
    return frame;
  }

  /** Drops what waits: it is not to be heard any more. */
  clear(): void {
    this.#queue.clear();
    this.#dueAt = Number.NEGATIVE_INFINITY;
  }

  #next(now: number): Int16Array {
    if (this.#state === "dry" && this.#queue.length >= this.#frame) return this.#resume();
    if (this.#state === "dry") return this.#conceal(new Int16Array(0), now);
    if (this.#state === "idle") {
      if (!this.#mayBegin(now)) {
        this.#madeUpMs += FRAME_MS;
        return new Int16Array(this.#frame);
      }
      this.#begin();
    }
    this.#watch();
    return this.#queue.length < this.#frame ? this.#runDry(now) : this.#play();
  }

  #mayBegin(now: number): boolean {
    if (this.#queue.length === 0) return false;
    return this.bufferedMs >= this.targetMs || now - this.#waitingSince >= this.targetMs;
  }

  #begin(): void {
    if (this.#isGap) {
      this.#underruns++;
      this.#concealedMs += this.#madeUpMs;
    }
    this.#isGap = false;
    this.#state = "playing";
    this.#concealment = undefined;
    this.#changeMs = 0;
    this.#watchAnew();
  }

  /** What was made up passes over into what came after all; a little of what comes is doubled until enough waits again. */
  #resume(): Int16Array {
    const join = Math.round((JOIN_MS * this.#rate) / 1000);
    const madeUp = this.#concealment?.take(join) ?? new Int16Array(join);
    const missing = this.targetMs - this.bufferedMs;
    const frame = this.#queue.take(this.#frame);
    frame.set(crossfade(madeUp, 0, frame, 0, join));
    this.#begin();
    this.#changeMs = Math.min(0, -missing);
    return frame;
  }

  #runDry(now: number): Int16Array {
    const rest = this.#queue.take(this.#frame);
    const heard = new Int16Array(this.#history.length + rest.length);
    heard.set(this.#history);
    heard.set(rest, this.#history.length);
    const last = heard.subarray(rest.length);
    this.#state = "dry";
    this.#madeUpMs = 0;
    this.#concealment =
      rms(last.subarray(-this.#frame)) > QUIET ? new Concealment(last, this.#rate) : undefined;
    return this.#conceal(rest, now);
  }

  /** After what is left, what could have followed it; once that has faded away, a new beginning is waited for. */
  #conceal(rest: Int16Array, now: number): Int16Array {
    const frame = new Int16Array(this.#frame);
    frame.set(rest);
    const missing = frame.length - rest.length;
    if (this.#concealment) frame.set(this.#concealment.take(missing), rest.length);
    this.#madeUpMs += (missing * 1000) / this.#rate;
    if (!this.#concealment || this.#concealment.isOver) {
      this.#state = "idle";
      this.#waitingSince = now;
    }
    return frame;
  }

  #play(): Int16Array {
    this.#sinceChange++;
    const isDue = Math.abs(this.#changeMs) >= 1 && this.#sinceChange >= FRAMES_PER_CHANGE;
    return (isDue && this.#changed()) || this.#queue.take(this.#frame);
  }

  /** A frame in which one period is left out, or comes twice. Nothing where that would be heard. */
  #changed(): Int16Array | undefined {
    const isShorter = this.#changeMs > 0;
    if (isShorter && this.#queue.length < this.#history.length + this.#frame) return undefined;
    const around = isShorter ? this.#queue.peek(this.#history.length) : this.#lastAndNext();
    const { period, likeness } = pitchOf(around, this.#rate);
    const ms = ((isShorter ? period : -period) * 1000) / this.#rate;
    if (isShorter && ms > this.#changeMs) return undefined;
    if (likeness < LIKE_ENOUGH && rms(around) > QUIET) return undefined;
    this.#changeMs = isShorter ? this.#changeMs - ms : Math.min(0, this.#changeMs - ms);
    this.#shortenedMs += ms;
    this.#sinceChange = 0;
    return this.#shifted(isShorter ? period : -period);
  }

  /** What was given last and the frame that is next: all there is to find a pitch in while little waits. */
  #lastAndNext(): Int16Array {
    const both = new Int16Array(this.#history.length);
    both.set(this.#history.subarray(this.#frame));
    both.set(this.#queue.peek(this.#frame), both.length - this.#frame);
    return both;
  }

  /** 20 ms that go on `by` samples further than they began: one period later, or earlier. */
  #shifted(by: number): Int16Array {
    const source = this.#queue.peek(this.#frame + Math.max(0, by));
    const from = Math.max(0, -by);
    const count = Math.min(Math.abs(by), this.#frame - from);
    const frame = source.slice(0, this.#frame);
    frame.set(source.subarray(from + by, this.#frame + by), from);
    frame.set(crossfade(source, from, source, from + by, count), from);
    this.#queue.skip(this.#frame + by);
    return frame;
  }

  /** Learns from one arrival how late speech can be. */
  #noteArrival(samples: Int16Array, ms: number, arrivedAt: number): void {
    const lateMs = arrivedAt - this.#dueAt;
    const isNew = lateMs >= (this.#endedLoud ? NEW_SPEECH_MS : PAUSE_MS);
    if (this.#state !== "playing") this.#isGap = !isNew && this.#concealment !== undefined;
    if (isNew) {
      this.#runMs = 0;
      if (this.#state === "idle") this.#concealment = undefined;
    } else if (lateMs > 0) {
      this.#late++;
      this.#runMs += lateMs;
      this.#needMs = Math.max(this.#needMs, this.#runMs);
    }
    this.#dueAt = Math.max(arrivedAt, this.#dueAt) + ms;
    this.#endedLoud = rms(samples.subarray(-this.#frame)) > QUIET;
    this.#arrivedMs += ms;
    this.#longestMs = Math.max(this.#longestMs, ms);
    this.#pieceMs += ms;
    if (this.#pieceMs < PIECE_MS) return;
    this.#needs.push(this.#needMs);
    if (this.#needs.length > REMEMBERED_PIECES) this.#needs.shift();
    this.#pieceMs = 0;
    this.#needMs = 0;
    this.#runMs = 0;
  }

  /**
   * Finds out whether more waits than is needed, or hardly enough. Only while audio arrives as fast as it is played: a
   * reply that came all at once is long and not late.
   */
  #watch(): void {
    this.#lowestMs = Math.min(this.#lowestMs, this.bufferedMs);
    if (++this.#pulls < WATCHED_PULLS) return;
    const isRunning = this.#arrivedMs >= 0.7 * WATCHED_PULLS * FRAME_MS;
    const excess = this.#lowestMs - this.targetMs;
    // Less is held just before a long piece comes, and while one that is late is waited for.
    const lateMs = Math.max(this.#needMs, this.#needs.at(-1) ?? 0);
    const missing = -excess - lateMs - Math.max(0, this.#longestMs - FRAME_MS);
    if (isRunning && excess > MARGIN_MS) this.#changeMs = excess;
    else if (isRunning && missing >= 1) this.#changeMs = -missing;
    else if (this.#changeMs > 0) this.#changeMs = 0;
    this.#watchAnew();
  }

  #watchAnew(): void {
    this.#pulls = 0;
    this.#lowestMs = Number.POSITIVE_INFINITY;
    this.#arrivedMs = 0;
    this.#longestMs = 0;
  }
}

function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length));
}
