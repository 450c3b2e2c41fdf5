/** A speaker made of a child process that plays what it is given on stdin. */
import type { ChildProcess } from "node:child_process";
import { pcmBytes } from "../audio/pcm.js";
import { BridgeError } from "../errors.js";
import { Child } from "./child.js";
import type { Speaker } from "./device.js";
import type { Told } from "./microphone.js";

/** How a player is started and understood. */
export interface Playback {
  start(): ChildProcess;
  /** What it says on stderr once it plays. Without it, a player that is still there after a while is one that plays. */
  readonly ready?: RegExp;
  /** Captures the seconds played so far, where the player tells them on stderr; global. */
  readonly played?: RegExp;
  /** What it says on stderr when it ran dry, where it does; global. */
  readonly underrun?: RegExp;
}

const OPENING_MS = 3000;
/** A player that finds no device gives up within 30 ms on an idle machine. */
const SURVIVES_MS = 250;
const FIRST_SILENCE_MS = 40;
/** Beyond this nobody keeps pace any more: the newest is dropped, so that memory stays bounded. */
const MOST_BUFFERED_MS = 60_000;
const STALLED_MS = 5000;

export class ChildSpeaker implements Speaker {
  readonly name: string;
  readonly backend: string;
  readonly reason: string;
  readonly sampleRate: number;
  onEnd?: (error: Error) => void;
  readonly #playback: Playback;
  #child: Child;
  #isOver = false;
  #wasUsed = false;
  #underruns = 0;
  /** Since the present process began, in ms. */
  #writtenMs = 0;
  #playedMs = 0;
  /** When `#playedMs` was last known. */
  #knownAt = 0;
  #progressAt = 0;

  /**
   * Resolves when the player plays.
   * @throws the reason why it does not, as a sentence
   */
  static async open(playback: Playback, told: Told): Promise<ChildSpeaker> {
    const speaker = new ChildSpeaker(playback, told);
    const child = speaker.#child;
    let timer: NodeJS.Timeout | undefined;
    const ready = new Promise<void>((resolve, reject) => {
      if (playback.ready) {
        let words = "";
        child.process.stderr?.on("data", (text: string) => {
          words = (words + text).slice(-4000);
          if (playback.ready?.test(words)) resolve();
        });
        timer = setTimeout(() => reject(new Error("it did not begin to play")), OPENING_MS);
      } else timer = setTimeout(resolve, SURVIVES_MS);
      void child.ended.then((how) => reject(new Error(child.lastWords || how)));
    });
    speaker.#put(new Int16Array((told.sampleRate * FIRST_SILENCE_MS) / 1000));
    try {
      await ready;
    } catch (error) {
      await speaker.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    return speaker;
  }

  private constructor(playback: Playback, told: Told) {
    this.name = told.name;
    this.backend = told.backend;
    this.reason = told.reason;
    this.sampleRate = told.sampleRate;
    this.#playback = playback;
    this.#child = this.#start();
  }

  get underruns(): number {
    return this.#underruns;
  }

  get bufferedMs(): number {
    this.#goOn();
    return this.#writtenMs - this.#playedMs;
  }

  write(samples: Int16Array): void {
    if (this.#isOver) return;
    const buffered = this.bufferedMs;
    if (buffered > MOST_BUFFERED_MS) return;
    if (buffered === 0 && this.#wasUsed && !this.#playback.underrun) this.#underruns += 1;
    this.#wasUsed = true;
    this.#put(samples);
  }

  #put(samples: Int16Array): void {
    this.#writtenMs += (samples.length * 1000) / this.sampleRate;
    // The socket keeps the bytes until the player takes them; the samples are their owner's.
    this.#child.process.stdin?.write(Buffer.from(pcmBytes(samples)));
  }

  flush(): void {
    if (this.#isOver || this.bufferedMs === 0) return;
    const before = this.#child;
    this.#child = this.#start();
    before.process.kill("SIGKILL");
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#child.stop("SIGKILL");
  }

  #start(): Child {
    const child = new Child(this.#playback.start());
    this.#writtenMs = 0;
    this.#playedMs = 0;
    this.#knownAt = performance.now();
    this.#progressAt = this.#knownAt;
    const { played, underrun } = this.#playback;
    child.process.stderr?.on("data", (text: string) => {
      if (child !== this.#child) return;
      const seconds = played && [...text.matchAll(played)].at(-1)?.[1];
      if (seconds !== undefined) this.#learn(Number(seconds) * 1000);
      if (underrun && this.#wasUsed) this.#underruns += text.match(underrun)?.length ?? 0;
    });
    void child.ended.then((how) => {
      if (child === this.#child) this.#end(child.lastWords || how);
    });
    return child;
  }

  /** The device's own word on how far it is, which a clock of ours can only guess. */
  #learn(playedMs: number): void {
    const now = performance.now();
    if (playedMs > this.#playedMs) this.#progressAt = now;
    this.#playedMs = Math.min(playedMs, this.#writtenMs);
    this.#knownAt = now;
    if (this.#writtenMs - playedMs > STALLED_MS && now - this.#progressAt > STALLED_MS)
      this.#end("it plays nothing more");
  }

  /** Between two words of the device it plays at the pace of time. */
  #goOn(): void {
    const now = performance.now();
    this.#playedMs = Math.min(this.#writtenMs, this.#playedMs + now - this.#knownAt);
    this.#knownAt = now;
  }

  #end(how: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    void this.#child.stop("SIGKILL");
    this.onEnd?.(
      new BridgeError("device-lost", `The speaker ${this.name} is gone: ${how.replace(/\.$/, "")}.`, {
        fix: "Plug it in again, or choose another one. See: smartpbx-bridge devices",
      }),
    );
  }
}
