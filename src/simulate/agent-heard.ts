/** Whether the agent is heard speaking at a moment, from frames that may have come long before they are heard. */
import { HANGOVER_MS, ONSET_MS } from "../call/turns.js";
import type { HeardFrame } from "./ear.js";
import type { AgentState } from "./script.js";

/** A stretch of audio that is voiced, or not, throughout. */
interface Run {
  from: number;
  to: number;
  readonly voiced: boolean;
}

/** Frames meet unless they are this far apart: their lengths need not be whole milliseconds. */
const SEAM_MS = 0.01;

export class AgentHeard implements AgentState {
  speaking = false;
  speakingSince = Number.NEGATIVE_INFINITY;
  quietSince = Number.NEGATIVE_INFINITY;
  turns = 0;
  #runs: Run[] = [];
  #onsetMs = 0;
  #lastVoicedAt = Number.NEGATIVE_INFINITY;

  get spokeAtAll(): boolean {
    return this.turns > 0;
  }

  /** Frames come in the order in which they are heard. */
  hear({ heardAt, ms, voiced }: HeardFrame): void {
    const last = this.#runs.at(-1);
    if (last && last.voiced === voiced && heardAt - last.to < SEAM_MS) last.to = heardAt + ms;
    else this.#runs.push({ from: heardAt, to: heardAt + ms, voiced });
  }

  /** Lets time pass up to `at`. */
  advance(at: number): void {
    while (this.#runs.length > 0 && this.#runs[0].from < at) {
      const run = this.#runs[0];
      this.#settle(run.from);
      const until = Math.min(run.to, at);
      if (run.voiced) this.#voiced(run.from, until);
      else this.#onsetMs = Math.max(0, this.#onsetMs - (until - run.from));
      if (run.to > at) {
        run.from = at;
        break;
      }
      this.#runs.shift();
    }
    this.#settle(at);
  }

  #voiced(from: number, to: number): void {
    this.#lastVoicedAt = to;
    this.#onsetMs += to - from;
    if (this.speaking || this.#onsetMs < ONSET_MS) return;
    this.speaking = true;
    this.speakingSince = to - this.#onsetMs;
    this.turns++;
  }

  #settle(at: number): void {
    if (!this.speaking || at - this.#lastVoicedAt < HANGOVER_MS) return;
    this.speaking = false;
    this.#onsetMs = 0;
    this.quietSince = this.#lastVoicedAt;
  }
}
