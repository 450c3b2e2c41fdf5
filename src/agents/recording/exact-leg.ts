/** The leg of `timing=exact`: the recorded payloads pass through untouched, on the caller's audio as their clock. */
import type { MediaFormat } from "../../audio/format.js";
import { Payload } from "../../audio/payload.js";
import type { Leg, LegEvent } from "../../call/leg.js";
import type { Clock, Timer } from "../../clock.js";
import type { Recording } from "../../recording/reader.js";
import { ExactPart } from "./exact.js";
import type { Deed, Score } from "./score.js";
import { Tape } from "./tape.js";

/** A timer this late was held up together with the caller's audio, which is read first. */
const STALLED_MS = 20;

export class ExactLeg implements Leg {
  readonly hears: MediaFormat;
  readonly speaks: MediaFormat;
  readonly passthrough = true;
  readonly #recording: Recording;
  readonly #score: Score;
  readonly #emit: (event: LegEvent) => void;
  readonly #clock: Clock;
  readonly #part: ExactPart;
  readonly #tape: Tape;
  readonly #openedAt: number;
  #timer: Timer | undefined;
  #closed = false;

  /** @param recording is closed with the leg. */
  constructor(recording: Recording, score: Score, emit: (event: LegEvent) => void, clock: Clock) {
    this.hears = recording.call.format;
    this.speaks = recording.call.format;
    this.#recording = recording;
    this.#score = score;
    this.#emit = emit;
    this.#clock = clock;
    this.#part = new ExactPart(score);
    this.#openedAt = clock.now();
    this.#tape = new Tape(
      recording,
      score.agentBytes,
      () => this.#act(),
      (error) => this.#fail(error),
    );
    this.#act();
  }

  send(audio: Payload): void {
    if (this.#closed) return;
    const now = this.#now();
    this.#doAll(() => this.#part.dueBeforeNext(now));
    this.#part.hear(audio.bytes.length, now);
    this.#act();
  }

  toolResult(id: string): void {
    if (this.#closed) return;
    this.#part.answered(id, this.#now());
    this.#act();
  }

  /** The recorded agent was interrupted where it was; nothing waits here that could be taken back. */
  interrupt(): void {}

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    void this.#recording.close();
  }

  #now(): number {
    return this.#clock.now() - this.#openedAt;
  }

  /** Does all that is due, and comes back when something is. */
  #act(isLate = false): void {
    if (this.#closed) return;
    const isDone = this.#doAll(() => this.#part.due(this.#now()));
    if (this.#closed) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    const { wakeAt } = this.#part;
    if (!isDone || wakeAt === Number.POSITIVE_INFINITY) return;
    const wake = () => {
      const isStalled = !isLate && this.#now() - wakeAt > STALLED_MS;
      if (isStalled) this.#timer = this.#clock.setTimer(() => this.#act(true), 0);
      else this.#act();
    };
    this.#timer = this.#clock.setTimer(wake, Math.max(0, wakeAt - this.#now()));
  }

  /** @returns false when something waits for the disk. */
  #doAll(take: () => Deed | undefined): boolean {
    for (let deed = take(); deed && !this.#closed; deed = take()) {
      const event = this.#eventOf(deed);
      if (!event) return false;
      this.#part.done();
      if (event.type === "closed") this.close();
      this.#emit(event);
    }
    return true;
  }

  /** Undefined while the audio is still being read. */
  #eventOf(deed: Deed): LegEvent | undefined {
    switch (deed.what) {
      case "audio": {
        const bytes = this.#tape.take(deed.offset, deed.length);
        return bytes && { type: "audio", payload: Payload.fromBytes(bytes) };
      }
      case "transcript": {
        const { who, text, spokenAt } = deed;
        const audioMs = Math.max(0, spokenAt - this.#score.readyAt);
        return who === "caller"
          ? { type: "transcript", who, text, audioMs }
          : { type: "transcript", who, text };
      }
      case "event":
        return deed.event;
      default:
        throw new Error(`${deed.what} is nothing to do`);
    }
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.close();
    this.#emit({ type: "closed", failed: true, reason: `the recording cannot be read: ${error.message}` });
  }
}
