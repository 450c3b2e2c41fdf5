/** Cuts the agent's recorded payloads into speeches, which is what it said in one go; the silence between is left out. */

/** A stretch of the agent's payloads, by their numbers from 0 and by their bytes: from `offset` up to `end`. */
export interface Speech {
  /** When the caller began to hear it, in ms of the recorded call's clock. */
  readonly at: number;
  readonly ms: number;
  readonly firstPayload: number;
  readonly lastPayload: number;
  readonly offset: number;
  readonly end: number;
}

export interface SpokenPayload {
  readonly number: number;
  readonly offset: number;
  readonly length: number;
  readonly heardAt: number;
  readonly ms: number;
  readonly voiced: boolean;
}

/** A hole of this length ends a speech, and so does silence of that length inside the audio. */
const HOLE_MS = 60;
const SILENCE_MS = 500;
/** Silence that is left before the first sound and after the last. */
const EDGE_MS = 200;

export class Speeches {
  readonly all: Speech[] = [];
  #heardUntil = Number.NEGATIVE_INFINITY;
  /** The present speech with the silence around it; while nothing was said yet, only the last of the silence. */
  #payloads: SpokenPayload[] = [];
  /** How many of them there are up to the last that is voiced. */
  #voiced = 0;
  #quietMs = 0;

  push(payload: SpokenPayload): void {
    if (payload.heardAt - this.#heardUntil > HOLE_MS) {
      this.finish();
      this.#payloads = [];
    }
    this.#heardUntil = Math.max(this.#heardUntil, payload.heardAt) + payload.ms;
    this.#payloads.push(payload);
    if (payload.voiced) {
      this.#voiced = this.#payloads.length;
      this.#quietMs = 0;
      return;
    }
    this.#quietMs += payload.ms;
    if (this.#voiced > 0 && this.#quietMs >= SILENCE_MS) this.finish();
    if (this.#voiced === 0) this.#payloads = lastMs(this.#payloads, EDGE_MS);
  }

  /** What is under way is a speech. */
  finish(): void {
    if (this.#voiced > 0) {
      let end = this.#voiced;
      let ms = 0;
      for (let edge = 0; end < this.#payloads.length && edge < EDGE_MS; end++) edge += this.#payloads[end].ms;
      const said = this.#payloads.slice(0, end);
      for (const payload of said) ms += payload.ms;
      const [first] = said;
      const last = said.at(-1) as SpokenPayload;
      this.all.push({
        at: first.heardAt,
        ms,
        firstPayload: first.number,
        lastPayload: last.number,
        offset: first.offset,
        end: last.offset + last.length,
      });
      this.#payloads = this.#payloads.slice(end);
    }
    this.#voiced = 0;
    this.#quietMs = 0;
  }
}

/** The last of them, as many as make up `limit` ms. */
function lastMs(payloads: readonly SpokenPayload[], limit: number): SpokenPayload[] {
  let ms = 0;
  let from = payloads.length;
  while (from > 0 && ms < limit) ms += payloads[--from].ms;
  return payloads.slice(from);
}
