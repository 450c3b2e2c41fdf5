/**
 * What the agent says, on its way to being heard. Short chunks become frames at once; long ones wait as they came and become
 * frames shortly before these are due. An answer that comes in one piece is thus converted at the pace of speech, and not at all if it
 * is interrupted.
 */
import type { Payload } from "../audio/payload.js";
import type { AgentAudio, AgentFrame } from "./agent-audio.js";
import type { Interruption, Playout } from "./playout.js";

/** Of what waits as it came, so much is kept ready as frames. */
const READY_MS = 200;
/** The most that is converted in one go, so that no other call waits for it. */
const SLICE_MS = 100;

type Waiting =
  | { readonly type: "audio"; payload: Payload; ms: number; readonly itemId?: string; readonly reply: number }
  | { readonly type: "mark"; readonly name: string }
  /** The end of a reply: what is under way becomes its last frame. */
  | { readonly type: "end"; readonly reply: number };

export class Speaking {
  readonly #agentAudio: AgentAudio;
  readonly #playout: Playout;
  #waiting: Waiting[] = [];
  #waitingMs = 0;

  constructor(agentAudio: AgentAudio, playout: Playout) {
    this.#agentAudio = agentAudio;
    this.#playout = playout;
  }

  /** Everything that is not sent yet, but for a part of a frame. */
  get queuedMs(): number {
    return this.#waitingMs + this.#playout.queuedMs;
  }

  /** Room for more. */
  get freeMs(): number {
    return Math.max(0, Math.floor(this.#playout.freeMs - this.#waitingMs));
  }

  /** True when nothing waits but a part of a frame. */
  get isDangling(): boolean {
    return this.#agentAudio.pending && this.queuedMs === 0;
  }

  /** When the caller will have heard all of it, or undefined while some still waits. */
  get heardAllAt(): number | undefined {
    return this.queuedMs > 0 || this.#agentAudio.pending ? undefined : this.#playout.heardAllAt;
  }

  /** Takes as much of a chunk as there is room for. @returns the milliseconds that were refused. */
  say(payload: Payload, itemId: string | undefined, reply: number): number {
    const givenMs = this.#agentAudio.durationMs(payload);
    const ms = Math.min(givenMs, this.freeMs);
    const accepted = ms < givenMs ? this.#agentAudio.head(payload, ms) : payload;
    // A chunk that waits is moved among the old objects of the process, which a collection has to go through.
    if (this.#waiting.length === 0 && ms <= SLICE_MS) {
      this.#push(this.#agentAudio.push(accepted), reply, itemId);
    } else {
      this.#waiting.push({ type: "audio", payload: accepted, ms, itemId, reply });
      this.#waitingMs += ms;
      this.refill();
    }
    return givenMs - ms;
  }

  mark(name: string): void {
    this.#waiting.push({ type: "mark", name });
    this.refill();
  }

  end(reply: number): void {
    this.#waiting.push({ type: "end", reply });
    this.refill();
  }

  /** Makes frames of what comes next, until enough is ready. @returns false when there was nothing to make. */
  refill(): boolean {
    let isMade = false;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      if (next.type === "audio" && this.#playout.queuedMs >= READY_MS) break;
      if (next.type === "audio" && next.ms > SLICE_MS) this.#slice(next);
      else this.#take(this.#waiting.shift() as Waiting);
      isMade = true;
    }
    // Fractions of samples that odd chunks leave behind must not look like something to say.
    if (this.#waiting.length === 0) this.#waitingMs = 0;
    return isMade;
  }

  /** Drops all that is not sent yet. */
  interrupt(now: number): Interruption {
    const cut = this.#playout.interrupt(now);
    const unheard = new Set(cut.unheard);
    const marks = [...cut.marks];
    for (const waiting of this.#waiting) {
      if (waiting.type === "mark") marks.push(waiting.name);
      else if (waiting.type === "audio" && waiting.itemId && waiting.itemId !== cut.itemId)
        unheard.add(waiting.itemId);
    }
    const droppedMs = cut.droppedMs + this.#waitingMs + this.#agentAudio.clear();
    this.#waiting = [];
    this.#waitingMs = 0;
    return { ...cut, droppedMs, unheard: [...unheard], marks };
  }

  #slice(audio: Waiting & { type: "audio" }): void {
    const slice = this.#agentAudio.head(audio.payload, SLICE_MS);
    audio.payload = this.#agentAudio.tail(audio.payload, SLICE_MS);
    audio.ms -= SLICE_MS;
    this.#waitingMs -= SLICE_MS;
    this.#push(this.#agentAudio.push(slice), audio.reply, audio.itemId);
  }

  #take(next: Waiting): void {
    if (next.type === "mark") this.#playout.mark(next.name);
    else if (next.type === "end") this.#push(this.#agentAudio.flush(), next.reply, undefined);
    else {
      this.#waitingMs -= next.ms;
      this.#push(this.#agentAudio.push(next.payload), next.reply, next.itemId);
    }
  }

  #push(frames: readonly AgentFrame[], reply: number, itemId: string | undefined): void {
    for (const { bytes, voiced } of frames) this.#playout.push(bytes, voiced, reply, itemId);
  }
}
