/**
 * The only queue of a call: agent audio waiting to be sent at the pace in which it is heard.
 *
 * SmartPBX cannot take audio back, so what may still be interrupted has to wait here. Each frame has an absolute
 * deadline; the queue runs ahead of the caller's ear by a small lead that hides the network's jitter and our own.
 */
import { FRAME_MS } from "../audio/format.js";
import { Heard, type HeardPart } from "./heard.js";
import { Marks } from "./marks.js";
import { type WaitingFrame, WaitingFrames } from "./waiting-frames.js";

export interface PlayoutSettings {
  /** How far sending may run ahead of hearing. */
  readonly leadMs: number;
  /** The most audio that may wait; what comes beyond is refused. */
  readonly maxQueuedMs: number;
}

/** The lead is built up by this much with every frame, so that a reply starts at once but never as a burst. */
const LEAD_STEP_MS = 2;
/** A frame later than this finds the caller's buffer empty: the time line starts again from now. */
const STALL_MS = 60;

export interface Interruption extends HeardPart {
  readonly droppedMs: number;
  /** Items of which nothing was heard. */
  readonly unheard: readonly string[];
  /** Marks that were still to be reached, in their order. */
  readonly marks: readonly string[];
}

export class Playout {
  readonly #leadMs: number;
  readonly #maxFrames: number;
  readonly #frames: WaitingFrames;
  /** When the caller hears the next frame, if it leaves in time. */
  #nextHeardAt = Number.NEGATIVE_INFINITY;
  #currentLeadMs = 0;
  /** The next frame stands ready since the last one left: when it leaves is then up to us and not to the agent. */
  #isNextReady = false;
  readonly #heard = new Heard();
  readonly #marks = new Marks();
  /** Frames pushed and released so far: the places of the marks among them. */
  #pushed = 0;
  #released = 0;

  /** @param frameBytes bytes of 20 ms of what waits. */
  constructor(settings: PlayoutSettings, frameBytes: number) {
    this.#frames = new WaitingFrames(frameBytes);
    this.#leadMs = settings.leadMs;
    this.#maxFrames = Math.ceil(settings.maxQueuedMs / FRAME_MS);
  }

  get queuedMs(): number {
    return this.#frames.length * FRAME_MS;
  }

  /** Room for more audio. */
  get freeMs(): number {
    return this.#maxFrames * FRAME_MS - this.queuedMs;
  }

  /** @returns false when there is no room: the newest audio is refused, never the oldest dropped. */
  push(bytes: Uint8Array, voiced: boolean, reply: number, itemId: string | undefined): boolean {
    if (this.freeMs <= 0) return false;
    this.#frames.add(bytes, voiced, reply, itemId);
    this.#pushed++;
    return true;
  }

  /** Notes a place in the agent's audio: behind everything pushed so far. */
  mark(name: string): void {
    this.#marks.add(name, this.#pushed, this.queuedMs > 0 ? undefined : this.#heard.endsAt);
  }

  /** When the caller will have heard all before the next mark, as far as that is known. */
  get nextMarkAt(): number {
    return this.#marks.nextAt;
  }

  /** Takes the marks before which everything has been heard by now. */
  marksHeard(now: number): string[] {
    return this.#marks.take(now);
  }

  /** When the next frame should leave, or undefined when nothing waits. May lie in the past. */
  get nextSendAt(): number | undefined {
    return this.#frames.length > 0 ? this.#nextHeardAt - this.#currentLeadMs : undefined;
  }

  /** When the caller will have heard everything that was sent. */
  get heardAllAt(): number {
    return this.#heard.endsAt;
  }

  /**
   * Takes the next frame if it is due. `heardAt` is when the caller begins to hear it; `lateMs` how long after its time it
   * leaves, where it was ready.
   */
  release(now: number): { frame: WaitingFrame; heardAt: number; lateMs: number | undefined } | undefined {
    if (this.#frames.length === 0) return undefined;
    const lateMs = this.#isNextReady ? now - this.#nextHeardAt + this.#currentLeadMs : undefined;
    if (now - this.#nextHeardAt > STALL_MS) {
      this.#nextHeardAt = now;
      this.#currentLeadMs = 0;
    }
    if (this.#nextHeardAt - this.#currentLeadMs > now) return undefined;
    const frame = this.#frames.take() as WaitingFrame;
    this.#isNextReady = this.#frames.length > 0;
    const heardAt = this.#nextHeardAt;
    this.#heard.add(heardAt, FRAME_MS, frame.label.reply, frame.label.itemId);
    this.#nextHeardAt += FRAME_MS;
    this.#released++;
    this.#marks.released(this.#released, this.#nextHeardAt);
    this.#currentLeadMs = Math.min(this.#leadMs, this.#currentLeadMs + LEAD_STEP_MS);
    return { frame, heardAt, lateMs };
  }

  /** Audio that did not wait here but left at once. @returns when the caller begins to hear it. */
  passed(now: number, ms: number, reply: number): number {
    if (now - this.#nextHeardAt > STALL_MS) this.#nextHeardAt = now;
    const heardAt = this.#nextHeardAt;
    this.#heard.add(heardAt, ms, reply, undefined);
    this.#nextHeardAt += ms;
    return heardAt;
  }

  /** Drops everything that waits and says what the caller heard of the reply that was cut. */
  interrupt(now: number): Interruption {
    const droppedMs = this.queuedMs;
    const head = this.#frames.firstLabel;
    const isNew = head && this.#heard.endsAt <= now && head.reply !== this.#heard.lastReply;
    const part = isNew ? { heardMs: 0, itemId: head.itemId } : this.#heard.at(now);
    const unheard = [...this.#frames.itemIds()].filter((id) => id !== part.itemId);
    this.#frames.clear();
    this.#isNextReady = false;
    this.#pushed = this.#released;
    return { ...part, droppedMs, unheard, marks: this.#marks.takeAll() };
  }
}
