/** What is odd about a call's peers: said once for each kind, and counted so that nobody can be odd without end. */
import type { CallNote } from "./events.js";

/** A peer with more unusable messages than this does not speak our protocol. */
const MAX_FAULTS = 50;
/** Variants of one warning that are said; a peer may invent any number of event names. */
const MAX_VARIANTS = 20;

type FaultNote = Extract<CallNote, { type: "fault" }>;

export class Complaints {
  readonly #note: (event: CallNote) => void;
  /** The variants said of each code. */
  readonly #said = new Map<string, Set<string>>();
  #faults = 0;

  constructor(note: (event: CallNote) => void) {
    this.#note = note;
  }

  /** @param variant tells warnings of one code apart. */
  warn(code: string, message: string, variant = ""): void {
    const said = this.#said.get(code) ?? new Set();
    if (said.has(variant) || said.size >= MAX_VARIANTS) return;
    this.#said.set(code, said.add(variant));
    this.#note({ type: "warning", code, message });
  }

  /** @returns true when there were too many. */
  fault(code: FaultNote["code"], detail: string): boolean {
    this.#note({ type: "fault", code, detail });
    return ++this.#faults > MAX_FAULTS;
  }
}
