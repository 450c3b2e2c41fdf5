/** Puts the pieces in which transcripts come together: one transcript for each thing that was said. */
import type { LegEvent, Speaker } from "../../call/leg.js";

/** More than anyone says in one turn. */
const MAX_CHARACTERS = 20_000;

interface Utterance {
  readonly text: string;
  readonly audioMs: number | undefined;
}

export class Utterances {
  readonly #emit: (event: LegEvent) => void;
  readonly #callerMs: (() => number) | undefined;
  readonly #begun = new Map<Speaker, Utterance>();

  /** @param callerMs where in the caller's audio something that is being transcribed now began, where that can be told. */
  constructor(emit: (event: LegEvent) => void, callerMs?: () => number) {
    this.#emit = emit;
    this.#callerMs = callerMs;
  }

  /** A further piece of what is being said. */
  add(who: Speaker, piece: string): void {
    if (piece === "") return;
    const { text, audioMs } = this.#begun.get(who) ?? {
      text: "",
      audioMs: who === "caller" ? this.#callerMs?.() : undefined,
    };
    this.#begun.set(who, { text: text + piece.slice(0, MAX_CHARACTERS - text.length), audioMs });
  }

  /** All of it again, better known now. */
  replace(who: Speaker, text: string): void {
    const audioMs = this.#begun.get(who)?.audioMs;
    this.#begun.delete(who);
    this.add(who, text);
    const whole = this.#begun.get(who);
    if (whole && audioMs !== undefined) this.#begun.set(who, { ...whole, audioMs });
  }

  /** Nothing more comes of what these were saying. */
  finish(...speakers: readonly Speaker[]): void {
    for (const who of speakers) {
      const said = this.#begun.get(who);
      this.#begun.delete(who);
      const text = said?.text.trim();
      if (!said || !text) continue;
      const where = said.audioMs === undefined ? {} : { audioMs: said.audioMs };
      this.#emit({ type: "transcript", who, text, ...where });
    }
  }
}
