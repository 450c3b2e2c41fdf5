/** A microphone made of anything that streams 16-bit mono samples: cut into frames, watched, and told when it ends. */
import type { Readable } from "node:stream";
import { FRAME_MS } from "../audio/format.js";
import { Framer } from "../audio/framer.js";
import { pcmSamples } from "../audio/pcm.js";
import { BridgeError } from "../errors.js";
import type { Microphone } from "./device.js";

/** What a recorder gives. */
export interface Capture {
  /** Raw 16-bit little-endian mono samples, chunked anyhow. */
  readonly stream: Readable;
  /** Why it ended, in words for people. Never rejects. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

export interface Told {
  readonly name: string;
  readonly backend: string;
  readonly reason: string;
  readonly sampleRate: number;
}

/** A Bluetooth headset takes up to two seconds to change over to its microphone. */
const OPENING_MS = 4000;
const STALLED_MS = 3000;
const ZEROS_MS = 2000;

export const ONLY_ZEROS =
  "The microphone gives nothing but zeros: it is muted, or this program may not use it. Look into the system's sound and privacy settings.";

export class CaptureMicrophone implements Microphone {
  readonly name: string;
  readonly backend: string;
  readonly reason: string;
  readonly sampleRate: number;
  readonly #capture: Capture;
  readonly #framer: Framer;
  readonly #onNotice: ((message: string) => void) | undefined;
  #onFrame: ((samples: Int16Array) => void) | undefined;
  #onEnd: ((error?: Error) => void) | undefined;
  #early: Error | undefined;
  #isOver = false;
  #lastAt = performance.now();
  #zeros = 0;
  #stall: NodeJS.Timeout | undefined;

  /**
   * Resolves when the first sound has come.
   * @throws the reason why none came, as a sentence
   */
  static open(
    capture: Capture,
    told: Told,
    onNotice?: (message: string) => void,
  ): Promise<CaptureMicrophone> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        clearTimeout(timer);
        void capture.stop();
        reject(new Error(why));
      };
      const timer = setTimeout(() => fail(`no sound came within ${OPENING_MS / 1000} s`), OPENING_MS);
      void capture.ended.then(fail);
      capture.stream.once("data", (chunk: Uint8Array) => {
        clearTimeout(timer);
        resolve(new CaptureMicrophone(capture, told, chunk, onNotice));
      });
    });
  }

  private constructor(capture: Capture, told: Told, first: Uint8Array, onNotice?: (message: string) => void) {
    this.name = told.name;
    this.backend = told.backend;
    this.reason = told.reason;
    this.sampleRate = told.sampleRate;
    this.#capture = capture;
    this.#onNotice = onNotice;
    this.#framer = new Framer((told.sampleRate * FRAME_MS * 2) / 1000, 0);
    this.#take(first);
    capture.stream.on("data", (chunk: Uint8Array) => this.#take(chunk));
    void capture.ended.then((how) => this.#end(how));
    this.#stall = setInterval(() => {
      if (performance.now() - this.#lastAt > STALLED_MS) this.#end("it gives no more sound");
    }, STALLED_MS / 4);
    this.#stall.unref();
  }

  start(onFrame: (samples: Int16Array) => void, onEnd: (error?: Error) => void): void {
    this.#onFrame = onFrame;
    this.#onEnd = onEnd;
    if (this.#early) queueMicrotask(() => onEnd(this.#early));
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#stall);
    await this.#capture.stop();
  }

  /** What came before `start` is dropped: it was said before there was a call. */
  #take(chunk: Uint8Array): void {
    this.#lastAt = performance.now();
    for (const frame of this.#framer.push(chunk)) {
      if (this.#isOver) return;
      const samples = pcmSamples(frame).slice();
      this.#watchZeros(samples);
      this.#onFrame?.(samples);
    }
  }

  /** macOS gives zeros and no error where permission is missing; so does a muted source of PulseAudio. */
  #watchZeros(samples: Int16Array): void {
    if (this.#zeros < 0) return;
    this.#zeros = samples.every((sample) => sample === 0) ? this.#zeros + FRAME_MS : -1;
    if (this.#zeros < ZEROS_MS) return;
    this.#zeros = -1;
    this.#onNotice?.(ONLY_ZEROS);
  }

  #end(how: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#stall);
    void this.#capture.stop();
    this.#early = new BridgeError("device-lost", `The microphone ${this.name} is gone: ${how}.`, {
      fix: "Plug it in again, or choose another one. See: smartpbx-bridge devices",
    });
    this.#onEnd?.(this.#early);
  }
}
