/** One side's speech as the events of a call told it: what is left to go by where no audio was kept. */
import type { CallEvent } from "../call/events.js";
import type { Speaker } from "../call/leg.js";
import { ONSET_MS } from "../call/turns.js";
import type { Side } from "./conversation.js";
import type { Speech } from "./speech-spans.js";

export class ToldSpeech {
  readonly #who: Speaker;
  readonly #spans: Speech[] = [];
  #since: number | undefined;

  constructor(who: Speaker) {
    this.#who = who;
  }

  observe(event: CallEvent): void {
    if (event.type === "speech-started" && event.who === this.#who) this.#since = event.at - ONSET_MS;
    if (event.type === "speech-ended" && event.who === this.#who) this.#end(event.lastVoicedAt);
  }

  /** @param overAt when the call ended: speech may last until then. */
  sideUntil(overAt: number): Side {
    this.#end(overAt);
    return { spans: this.#spans, voiced: this.#spans };
  }

  #end(to: number): void {
    const from = Math.max(this.#since ?? Number.POSITIVE_INFINITY, this.#spans.at(-1)?.to ?? 0);
    this.#since = undefined;
    if (!(from < to) || !Number.isFinite(to)) return;
    this.#spans.push({ from, to, voicedMs: to - from, level: Number.NaN, sentAt: from, burstAt: from });
  }
}
