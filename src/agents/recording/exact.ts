/**
 * `timing=exact` as a state machine: what the agent did in the recording is done again where the caller's audio has come as
 * far as it had then, so that the order between both sides is the recorded one on any machine. It owns no socket and no
 * timer. Times are ms since the leg was connected, except for those of deeds.
 */
import { TRANSFER_CALL } from "../../call/tool-calls.js";
import type { Deed, Score } from "./score.js";

/** A telephone sends every 20 ms: what was done within this after a payload goes out as soon as that payload is there. */
const WITH_PAYLOAD_MS = 60;
/** A caller whose audio stays away is waited for so long. */
const PATIENCE_MS = 100;
/** Payloads that were heard further apart than this are not one stretch of speech. */
const BURST_GAP_MS = 60;

export class ExactPart {
  readonly #score: Score;
  readonly #deeds: readonly Deed[];
  #next = 0;
  #heard = 0;
  /** The caller's audio by which deeds are put off, because tools took longer than they did. */
  #shift = 0;
  /** When the caller's audio got to where it is. */
  #heardAt = 0;
  /** Tools that are running. */
  readonly #running = new Set<string>();
  /** The next deed would be due but for a tool: since when, and how far the caller's audio was. */
  #blocked: { readonly at: number; readonly heard: number; readonly heardAt: number } | undefined;

  constructor(score: Score) {
    this.#score = score;
    this.#deeds = behindSpeech(score.deeds);
  }

  /** A payload of the caller has come. What was to go out before it must have been taken. */
  hear(bytes: number, now: number): void {
    this.#heard += this.#score.caller.step(bytes);
    this.#heardAt = now;
  }

  /** The next deed, when its time has come. It stays the next until `done`. */
  due(now: number): Deed | undefined {
    return this.#take(now, () => this.#dueAt <= now);
  }

  /** The same, before one more payload of the caller counts: what had gone out before that one goes out now. */
  dueBeforeNext(now: number): Deed | undefined {
    return this.#take(
      now,
      () => (this.#deeds[this.#next]?.heard ?? Number.POSITIVE_INFINITY) <= this.#position,
    );
  }

  /** The deed that was due is being done. */
  done(): void {
    const deed = this.#deeds[this.#next++];
    if (deed?.what === "event" && deed.event.type === "tool-call") this.#running.add(deed.event.id);
  }

  /** A tool has answered. */
  answered(id: string, now: number): void {
    this.#running.delete(id);
    const blocked = this.#blocked;
    if (!blocked || this.#isWaiting) return;
    this.#blocked = undefined;
    if (now - blocked.at <= PATIENCE_MS) return;
    this.#shift += this.#heard - blocked.heard;
    this.#heardAt = now - (blocked.at - blocked.heardAt);
  }

  /** When something has to be done although nothing comes. Infinity while that is not so. */
  get wakeAt(): number {
    return this.#blocked ? Number.POSITIVE_INFINITY : this.#dueAt;
  }

  /** Answers are nothing that we do: they are waited for and passed over. */
  #take(now: number, isDue: () => boolean): Deed | undefined {
    while (!this.#blocked && isDue()) {
      const next = this.#deeds[this.#next];
      if (next?.what !== "answer") return next;
      if (this.#isWaiting) this.#blocked = { at: now, heard: this.#heard, heardAt: this.#heardAt };
      else this.#next++;
    }
    return undefined;
  }

  /** Whether the next deed follows the answer of a tool that still runs. */
  get #isWaiting(): boolean {
    const next = this.#deeds[this.#next];
    return next?.what === "answer" && this.#running.has(next.id);
  }

  get #position(): number {
    return this.#heard - this.#shift;
  }

  get #dueAt(): number {
    const deed = this.#deeds[this.#next];
    if (!deed) return Number.POSITIVE_INFINITY;
    const position = this.#position;
    if (position > deed.heard) return this.#heardAt;
    const { caller, startedAt } = this.#score;
    const afterAudio = deed.at - (caller.timeAt(position) ?? startedAt);
    if (position < deed.heard) return this.#heardAt + Math.max(0, afterAudio) + PATIENCE_MS;
    return this.#heardAt + (afterAudio <= WITH_PAYLOAD_MS && position > 0 ? 0 : Math.max(0, afterAudio));
  }
}

/**
 * The end of a reply, and a transfer that waits until the caller has heard all before it, move behind the speech that was still
 * under way: it had been handed over then and waited in the bridge, but now goes out as it is heard.
 */
function behindSpeech(deeds: readonly Deed[]): readonly Deed[] {
  const moved: Deed[] = [];
  let waiting: Deed[] = [];
  let heardUntil = Number.NEGATIVE_INFINITY;
  let last: Deed | undefined;
  const settle = () => {
    for (const deed of waiting)
      moved.push({ ...deed, at: last?.at ?? deed.at, heard: last?.heard ?? deed.heard });
    waiting = [];
  };
  for (const deed of deeds) {
    const isAudio = deed.what === "audio";
    if (isAudio && deed.heardAt - heardUntil > BURST_GAP_MS) settle();
    const isCut =
      deed.what === "event" && (deed.event.type === "interrupted" || deed.event.type === "closed");
    if (isCut || (!isAudio && deed.at > heardUntil)) settle();
    if (isAudio) heardUntil = Math.max(heardUntil, deed.heardAt);
    if (waitsForSpeech(deed)) waiting.push(deed);
    else moved.push(deed);
    last = deed;
  }
  settle();
  return moved;
}

function waitsForSpeech(deed: Deed): boolean {
  if (deed.what !== "event") return false;
  const { event } = deed;
  return event.type === "turn-ended" || (event.type === "tool-call" && event.name === TRANSFER_CALL);
}
