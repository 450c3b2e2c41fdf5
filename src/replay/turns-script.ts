/** A recorded caller who says the same words, but waits for this agent's turns as the first caller waited for the first agent's. */
import { FRAME_MS } from "../audio/format.js";
import type { AgentState, Key, Moment, Script } from "../simulate/script.js";
import type { TrackFrame } from "../simulate/track.js";
import type { Act, Words } from "./caller-acts.js";
import type { CallerSide, RecordedKey } from "./caller-side.js";
import { PATIENCE_MS } from "./exact-script.js";

/** An agent that says in one go what it said in several, or less of it, is waited for this much longer. */
const SLACK_MS = 1000;
/** Payloads need not be whole milliseconds long. */
const SEAM_MS = 0.01;

/** An utterance under way: the next of its payloads and of its keys. */
interface Saying {
  readonly words: Words;
  payload: number;
  key: number;
}

export class TurnsScript implements Script {
  readonly saidAllAt = Number.POSITIVE_INFINITY;
  readonly expectsAnswer: boolean;
  readonly #side: CallerSide;
  readonly #acts: readonly Act[];
  readonly #frameOf: (k: number) => TrackFrame;
  readonly #silence: () => TrackFrame;
  #act = 0;
  #saying: Saying | undefined;
  #dueAt = 0;
  /** The caller's last act, in this call. */
  #last = { from: 0, to: 0 };
  /** How often the agent had begun to speak when that act began. */
  #turnsBefore = 0;
  /** When the agent first began to speak after that. */
  #begunAt: number | undefined;

  constructor(
    side: CallerSide,
    acts: readonly Act[],
    frameOf: (k: number) => TrackFrame,
    silence: () => TrackFrame,
  ) {
    this.#side = side;
    this.#acts = acts;
    this.#frameOf = frameOf;
    this.#silence = silence;
    this.expectsAnswer = side.agentSent;
  }

  get dueAt(): number {
    return this.#dueAt;
  }

  next(at: number, agent: AgentState): Moment {
    if (agent.turns > this.#turnsBefore) this.#begunAt ??= agent.speakingSince;
    const keys: Key[] = [];
    for (; !this.#saying; this.#act++) {
      // After the last act, the end, nobody asks again.
      const act = this.#acts[this.#act] as Act;
      const dueAt = this.#actDueAt(act, agent);
      if (act.type === "words") {
        if (at < dueAt - act.leadMs) break;
        this.#saying = this.#begin(act, dueAt - at);
      } else {
        if (at < dueAt) break;
        if (act.type === "end") return { frame: this.#silence(), keys, end: this.#ending };
        keys.push(act.key);
      }
      this.#begun(act, Math.max(at, dueAt), agent);
    }
    const frame = this.#saying ? this.#say(this.#saying, keys) : this.#silence();
    this.#dueAt = at + (frame.ms ?? FRAME_MS);
    return { frame, keys };
  }

  get #ending(): "hang-up" | "drop" {
    return this.#side.end.how === "drop" ? "drop" : "hang-up";
  }

  /** When an act is due as things stand: the time may lie behind. */
  #actDueAt({ type, anchor, gapMs }: Act, agent: AgentState): number {
    const waitsUntil = this.#last.to + gapMs + PATIENCE_MS;
    if (anchor.after === "own")
      return type === "end" && this.#side.end.how === "listen" ? waitsUntil : this.#last.to + anchor.delayMs;
    const turns = agent.turns - this.#turnsBefore;
    return Math.min(waitsUntil, Math.max(this.#last.to, this.#agentAt(anchor, turns, agent)));
  }

  /** When the agent has done what the act waits for. Infinity while it has not. */
  #agentAt(anchor: Exclude<Act["anchor"], { after: "own" }>, turns: number, agent: AgentState): number {
    if (anchor.after === "agent-began") {
      if (turns >= anchor.turns) return agent.speakingSince + anchor.delayMs;
      const firstAt = this.#begunAt ?? Number.POSITIVE_INFINITY;
      return firstAt + anchor.sinceFirstMs + SLACK_MS;
    }
    if (agent.speaking) return Number.POSITIVE_INFINITY;
    if (turns >= anchor.turns) return agent.quietSince + anchor.delayMs;
    return turns > 0
      ? agent.quietSince + Math.max(anchor.delayMs, anchor.pauseMs) + SLACK_MS
      : Number.POSITIVE_INFINITY;
  }

  /** Leaves out as much of the quiet before the voice as there is no time for. @param inMs when the voice is to begin. */
  #begin(words: Words, inMs: number): Saying {
    const { ms } = this.#side.payloads;
    let payload = words.from;
    for (let leadMs = words.leadMs; leadMs > Math.max(0, inMs) + SEAM_MS; payload++)
      leadMs -= ms[payload] as number;
    return { words, payload, key: 0 };
  }

  #say(saying: Saying, keys: Key[]): TrackFrame {
    const { words } = saying;
    const k = saying.payload++;
    const isLast = saying.payload === words.to;
    for (; saying.key < words.keys.length; saying.key++) {
      const key = words.keys[saying.key] as RecordedKey;
      if (key.before > k && !isLast) break;
      keys.push(key);
    }
    if (isLast) this.#saying = undefined;
    return this.#frameOf(k);
  }

  #begun(act: Act, at: number, agent: AgentState): void {
    this.#last = { from: at, to: at + (act.type === "words" ? act.spokenMs : 0) };
    this.#turnsBefore = agent.turns;
    this.#begunAt = undefined;
  }
}
