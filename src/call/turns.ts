/** Who speaks when, read from the audio itself: speech on both sides, first-audio latency, talk-over. */
import type { Speaker } from "./leg.js";

export type TurnEvent =
  | { readonly type: "speech-started"; readonly who: Speaker }
  | { readonly type: "speech-ended"; readonly who: Speaker; readonly lastVoicedAt: number }
  | { readonly type: "turn"; readonly firstAudioMs: number }
  | { readonly type: "greeting"; readonly greetingMs: number };

/** Voiced audio that must come together before it counts as speech: keeps clicks and key tones out. */
export const ONSET_MS = 60;
/** Unvoiced time that ends speech: longer than the stops inside words, shorter than any agent's reply. */
export const HANGOVER_MS = 300;
/** An agent that has sent silence for longer than this was not about to greet. */
const GREETING_ATTACK_MS = 500;
/** Agent frames further apart than this belong to different bursts. */
const BURST_GAP_MS = 60;

class Voice {
  speaking = false;
  lastVoicedAt = Number.NEGATIVE_INFINITY;
  startedAt: number | undefined;
  #onsetMs = 0;

  constructor(
    readonly who: Speaker,
    readonly emit: (event: TurnEvent) => void,
  ) {}

  /** @returns true when this chunk made speech begin. */
  push(endsAt: number, ms: number, voiced: boolean): boolean {
    if (!voiced) {
      this.#onsetMs = Math.max(0, this.#onsetMs - ms);
      this.settle(endsAt);
      return false;
    }
    this.settle(endsAt - ms);
    this.lastVoicedAt = endsAt;
    if (this.speaking) return false;
    this.#onsetMs += ms;
    if (this.#onsetMs < ONSET_MS) return false;
    this.speaking = true;
    this.startedAt = endsAt - this.#onsetMs;
    this.emit({ type: "speech-started", who: this.who });
    return true;
  }

  settle(now: number): void {
    if (!this.speaking || now - this.lastVoicedAt < HANGOVER_MS) return;
    this.speaking = false;
    this.#onsetMs = 0;
    this.emit({ type: "speech-ended", who: this.who, lastVoicedAt: this.lastVoicedAt });
  }
}

/**
 * Fed with every chunk of both sides in the order of their times, in milliseconds on the call's clock.
 *
 * First-audio latency runs from the end of the caller's last voiced frame to the first agent frame sent. An agent that
 * begins in a pause inside the caller's sentence has not answered: a reply counts once the caller has stayed quiet.
 */
export class Turns {
  readonly #emit: (event: TurnEvent) => void;
  readonly #caller: Voice;
  readonly #agent: Voice;
  /** The caller has spoken and nobody has answered yet. */
  #awaitingReply = false;
  #callerEverSpoke = false;
  #greeted = false;
  /** When the agent's present run of frames began to leave. */
  #burstStartedAt = Number.NEGATIVE_INFINITY;
  #lastSentAt = Number.NEGATIVE_INFINITY;
  /** A reply that counts if the caller stays quiet until the hangover is over. */
  #candidate: { readonly lastVoicedAt: number; readonly firstAudioMs: number } | undefined;
  /** When the agent was last heard voiced: spans of [from, to), oldest first, only the recent ones. */
  #agentVoiced: { from: number; to: number }[] = [];
  #talkOverMs = 0;

  constructor(emit: (event: TurnEvent) => void) {
    this.#emit = emit;
    this.#caller = new Voice("caller", emit);
    this.#agent = new Voice("agent", emit);
  }

  /** Milliseconds in which both sides were voiced at the caller's ear. */
  get talkOverMs(): number {
    return this.#talkOverMs;
  }

  /** When the caller's present or last speech began. */
  get callerSpokeAt(): number | undefined {
    return this.#caller.startedAt;
  }

  get callerSpeaking(): boolean {
    return this.#caller.speaking;
  }

  get agentSpeaking(): boolean {
    return this.#agent.speaking;
  }

  /** `ms` of caller audio whose last sample was captured at `endsAt`. */
  callerChunk(endsAt: number, ms: number, voiced: boolean): void {
    this.#confirm(endsAt, voiced);
    if (this.#caller.push(endsAt, ms, voiced)) {
      this.#callerEverSpoke = true;
      this.#awaitingReply = true;
    }
    if (voiced) this.#addTalkOver(endsAt - ms, endsAt);
    this.#agent.settle(endsAt);
  }

  /** `ms` of agent audio sent at `sentAt`, which the caller begins to hear at `heardAt`. */
  agentChunk(sentAt: number, heardAt: number, ms: number, voiced: boolean): void {
    this.tick(sentAt);
    if (sentAt - this.#lastSentAt > BURST_GAP_MS) this.#burstStartedAt = sentAt;
    this.#lastSentAt = sentAt;
    const wasSpeaking = this.#agent.speaking;
    if (voiced) {
      this.#markVoiced(heardAt, heardAt + ms);
      if (!wasSpeaking) this.#agentBegan(sentAt);
    }
    this.#agent.push(heardAt + ms, ms, voiced);
  }

  /** Lets time pass without audio. */
  tick(now: number): void {
    this.#confirm(now, false);
    this.#caller.settle(now);
    this.#agent.settle(now);
  }

  #agentBegan(sentAt: number): void {
    if (!this.#callerEverSpoke) {
      if (this.#greeted) return;
      this.#greeted = true;
      const isAttack = sentAt - this.#burstStartedAt <= GREETING_ATTACK_MS;
      this.#emit({ type: "greeting", greetingMs: isAttack ? this.#burstStartedAt : sentAt });
      return;
    }
    if (!this.#awaitingReply || this.#candidate) return;
    const { lastVoicedAt } = this.#caller;
    const began = this.#burstStartedAt >= lastVoicedAt ? this.#burstStartedAt : sentAt;
    this.#candidate = { lastVoicedAt, firstAudioMs: began - lastVoicedAt };
  }

  #confirm(now: number, callerVoiced: boolean): void {
    const candidate = this.#candidate;
    if (!candidate) return;
    if (now - candidate.lastVoicedAt >= HANGOVER_MS) {
      this.#candidate = undefined;
      this.#awaitingReply = false;
      this.#emit({ type: "turn", firstAudioMs: candidate.firstAudioMs });
    } else if (callerVoiced) {
      this.#candidate = undefined;
    }
  }

  #markVoiced(from: number, to: number): void {
    const last = this.#agentVoiced.at(-1);
    if (last && from - last.to < 1) last.to = Math.max(last.to, to);
    else this.#agentVoiced.push({ from, to });
  }

  #addTalkOver(from: number, to: number): void {
    const spans = this.#agentVoiced;
    while (spans.length > 0 && spans[0].to <= from) spans.shift();
    for (const span of spans) {
      if (span.from >= to) break;
      this.#talkOverMs += Math.min(to, span.to) - Math.max(from, span.from);
    }
  }
}
