/** The audio of a call once its agent is there: both directions, the playout queue, barge-in and turns. */
import { FRAME_MS, frameBytes, type MediaFormat, silenceByte } from "../audio/format.js";
import { Payload } from "../audio/payload.js";
import { createPayloadCodec, type PayloadCodec } from "../audio/payload-codec.js";
import type { CallInfo } from "../protocol/messages.js";
import { AgentAudio } from "./agent-audio.js";
import { CallerAudio } from "./caller-audio.js";
import type { Effects } from "./effects.js";
import type { CallEvent, CallNote } from "./events.js";
import type { LegEvent } from "./leg.js";
import { Listener } from "./listener.js";
import type { Metrics } from "./metrics.js";
import { Playout } from "./playout.js";
import type { CallSettings } from "./settings.js";
import { Speaking } from "./speaking.js";
import { Turns } from "./turns.js";

/** A part of a frame waits this long for the rest before it is sent, padded with silence. */
const FLUSH_AFTER_MS = 100;
/** A caller's track that is quiet for this long is continued with silence, until the PBX sends again. */
const QUIET_AFTER_MS = 200;
/** The answer's framing follows the caller's Opus; a caller who sends nothing is answered in raw packets after this. */
const FRAMING_WAIT_MS = 500;
/** Audio after a pause of this length is a new reply, for agents that do not say where a reply ends. */
const REPLY_GAP_MS = 1000;
/** What an agent hears of an Opus call when payloads only pass through: enough to tell speech from silence. */
const LISTENING_RATE = 8000;

export interface AgentFormats {
  readonly hears: MediaFormat;
  readonly speaks: MediaFormat;
  readonly passthrough: boolean;
}

export class Conversation {
  readonly #effects: Effects;
  readonly #note: (event: CallNote) => void;
  /** For what happens with every frame: the event comes with its time and is not copied. */
  readonly #observe: (event: CallEvent) => void;
  readonly #metrics: Metrics;
  readonly #codec: PayloadCodec;
  /** Only where payloads pass through: listens to the agent's. */
  readonly #passing: { readonly codec: PayloadCodec; readonly listener: Listener } | undefined;
  readonly #callerAudio: CallerAudio;
  readonly #speaking: Speaking;
  readonly #playout: Playout;
  readonly #turns: Turns;
  readonly #encodes: boolean;
  readonly #preRollFrames: number;
  readonly #readyAt: number;
  #lastCallerAudioAt: number;
  #lastAgentAudioAt = Number.NEGATIVE_INFINITY;
  #reply = 0;
  /** The next audio begins a new reply. */
  #replyEnded = true;
  /** The agent has said that its reply is complete. */
  #turnEnded = false;
  #interrupted = false;
  #overflowing = false;
  #replyHeardAt: number | undefined;
  readonly #markHeard: (name: string) => void;

  constructor(
    call: {
      info: CallInfo;
      settings: CallSettings;
      effects: Effects;
      note: (event: CallNote) => void;
      observe: (event: CallEvent) => void;
      markHeard: (name: string) => void;
      metrics: Metrics;
    },
    agent: AgentFormats,
    now: number,
  ) {
    const { settings, info } = call;
    this.#effects = call.effects;
    this.#note = call.note;
    this.#observe = call.observe;
    this.#markHeard = call.markHeard;
    this.#metrics = call.metrics;
    const agentRate = agent.passthrough ? LISTENING_RATE : agent.hears.sampleRate;
    const codecOptions = { agentRate, opus: settings.opus, opusFraming: settings.opusFraming };
    this.#codec = createPayloadCodec(info.format, codecOptions);
    if (agent.passthrough) {
      const codec = createPayloadCodec(info.format, codecOptions);
      this.#passing = { codec, listener: new Listener(codec) };
    }
    this.#encodes = info.format.encoding === "opus";
    this.#callerAudio = new CallerAudio(this.#codec, agent.passthrough ? undefined : agent.hears);
    const { plain } = this.#codec;
    this.#playout = new Playout(settings, frameBytes(plain));
    this.#speaking = new Speaking(
      new AgentAudio(agent.passthrough ? plain : agent.speaks, plain),
      this.#playout,
    );
    this.#turns = new Turns(call.note);
    this.#preRollFrames = Math.ceil(settings.preRollMs / FRAME_MS);
    this.#readyAt = now;
    this.#lastCallerAudioAt = now;
  }

  /** When something began to be said: by the caller in the last speech, by the agent in the present reply. */
  spokenAt({ who, audioMs }: Extract<LegEvent, { type: "transcript" }>, now: number): number {
    if (who === "agent") return this.#replyHeardAt ?? now;
    return audioMs === undefined ? (this.#turns.callerSpokeAt ?? now) : this.#readyAt + audioMs;
  }

  get talkOverMs(): number {
    return this.#turns.talkOverMs;
  }

  /** When there is something to do even if nothing happens. */
  get wakeAt(): number {
    const { nextSendAt, nextMarkAt } = this.#playout;
    if (nextSendAt === undefined) {
      const flushAt = this.#lastAgentAudioAt + FLUSH_AFTER_MS;
      return this.#speaking.isDangling ? Math.min(flushAt, nextMarkAt) : nextMarkAt;
    }
    const framingAt = this.#codec.framingKnown ? nextSendAt : this.#readyAt + FRAMING_WAIT_MS;
    return Math.min(Math.max(nextSendAt, framingAt), nextMarkAt);
  }

  /** When the agent last said something, and whether it has said that this was all. */
  get lastWord(): { readonly at: number; readonly ended: boolean } {
    return { at: this.#lastAgentAudioAt, ended: this.#turnEnded };
  }

  /** When the caller will have heard all that the agent said, or undefined while some of it still waits. */
  get heardAllAt(): number | undefined {
    return this.#speaking.heardAllAt;
  }

  /** @param arrivedAt when the payload came: earlier than now for what waited for the agent. */
  callerAudio(payload: Payload, arrivedAt: number, now: number): void {
    this.#lastCallerAudioAt = arrivedAt;
    const { heard, forAgent } = this.#callerAudio.push(payload);
    for (const { offsetMs, ms, voiced } of heard.parts) {
      this.#turns.callerChunk(arrivedAt - heard.ms + offsetMs + ms, ms, voiced);
    }
    if (forAgent) this.#sendToAgent(forAgent, now);
  }

  agentEvent(
    event: Extract<LegEvent, { type: "audio" | "interrupted" | "turn-ended" | "mark" }>,
    now: number,
  ): void {
    switch (event.type) {
      case "audio":
        if (this.#passing) this.#passToCaller(event.payload, this.#passing.listener, now);
        else this.#enqueue(event.payload, event.itemId, now);
        break;
      case "interrupted":
        this.#interrupt(now);
        break;
      case "mark":
        this.#speaking.mark(event.name);
        this.#marksHeard(now);
        break;
      case "turn-ended":
        this.#speaking.end(this.#reply);
        this.#release(now);
        this.#replyEnded = true;
        this.#turnEnded = true;
        this.#note({ type: "turn-ended" });
        break;
    }
  }

  /** Does what is due: frames to send, a last frame to pad. */
  tick(now: number): void {
    this.#turns.tick(now);
    const isOver = now - this.#lastAgentAudioAt >= FLUSH_AFTER_MS;
    if (isOver && this.#speaking.isDangling) this.#speaking.end(this.#reply);
    this.#release(now);
    this.#marksHeard(now);
  }

  /** Continues a caller's track that has gone quiet, up to `now`. */
  fillSilence(now: number): void {
    if (this.#passing || now - this.#lastCallerAudioAt < QUIET_AFTER_MS) return;
    const ms = Math.floor((now - this.#lastCallerAudioAt) / FRAME_MS) * FRAME_MS;
    this.#lastCallerAudioAt += ms;
    const silence = this.#callerAudio.silence(ms);
    if (silence) this.#sendToAgent(silence, now);
  }

  /** The agent says no more: what is under way becomes the last frame. */
  finish(now: number): void {
    this.#speaking.end(this.#reply);
    this.#release(now);
  }

  free(): void {
    this.#codec.free();
    this.#passing?.codec.free();
  }

  #sendToAgent(payload: Payload, now: number): void {
    this.#effects.sendToAgent(payload);
    // Where payloads pass through, the agent's wire carries the very bytes of the caller's.
    if (this.#passing) return;
    this.#observe({ at: now, type: "agent-leg-audio", dir: "out", bytes: payload.bytes.length });
  }

  #passToCaller(payload: Payload, listener: Listener, now: number): void {
    this.#effects.sendToCaller(payload);
    if (this.#replyEnded) this.#newReply();
    this.#lastAgentAudioAt = now;
    const heard = listener.listen(payload);
    const heardAt = this.#playout.passed(now, heard.ms, this.#reply);
    this.#replyHeardAt ??= heardAt;
    this.#observe({ at: now, type: "agent-audio", payload, heardAt });
    for (const part of heard.parts)
      this.#turns.agentChunk(now, heardAt + part.offsetMs, part.ms, part.voiced);
  }

  #enqueue(payload: Payload, itemId: string | undefined, now: number): void {
    if (this.#replyEnded || this.#isAfterPause(now)) this.#beginReply();
    this.#lastAgentAudioAt = now;
    this.#observe({ at: now, type: "agent-leg-audio", dir: "in", bytes: payload.bytes.length });
    const refusedMs = this.#speaking.say(payload, itemId, this.#reply);
    if (refusedMs > 0) this.#overflow(refusedMs);
    this.#release(now);
  }

  #isAfterPause(now: number): boolean {
    if (now - this.#lastAgentAudioAt <= REPLY_GAP_MS || this.#speaking.queuedMs > 0) return false;
    return now - this.#playout.heardAllAt > REPLY_GAP_MS;
  }

  #beginReply(): void {
    if (this.#reply === 0) this.#preRoll();
    this.#newReply();
  }

  #newReply(): void {
    this.#reply++;
    this.#replyHeardAt = undefined;
    this.#replyEnded = false;
    this.#turnEnded = false;
    this.#interrupted = false;
    this.#overflowing = false;
  }

  #preRoll(): void {
    const { plain } = this.#codec;
    const silence = new Uint8Array(frameBytes(plain)).fill(silenceByte(plain));
    for (let i = 0; i < this.#preRollFrames; i++) this.#playout.push(silence, false, 0, undefined);
  }

  #overflow(ms: number): void {
    this.#metrics.droppedMs += ms;
    if (this.#overflowing) return;
    this.#overflowing = true;
    const message = "the agent sent more audio than may wait to be heard; the newest was dropped";
    this.#note({ type: "warning", code: "agent-overflow", message });
  }

  #release(now: number): void {
    if (!this.#codec.framingKnown && now - this.#readyAt < FRAMING_WAIT_MS) return;
    for (;;) {
      const due = this.#playout.release(now);
      if (!due && this.#speaking.refill()) continue;
      if (!due) return;
      const { frame, heardAt, lateMs } = due;
      const { bytes, label } = frame;
      // Opus is encoded only when a frame really leaves: what a barge-in drops never touches the encoder's state.
      const payload = this.#encodes
        ? this.#codec.seal(this.#codec.encode(bytes))
        : Payload.fromBase64(bytes.toString("base64"));
      this.#effects.sendToCaller(payload);
      if (lateMs !== undefined) this.#effects.late(lateMs);
      if (label.reply === this.#reply) this.#replyHeardAt ??= heardAt;
      this.#observe({ at: now, type: "agent-audio", payload, heardAt });
      this.#turns.agentChunk(now, heardAt, FRAME_MS, label.voiced);
    }
  }

  #marksHeard(now: number): void {
    for (const name of this.#playout.marksHeard(now)) this.#markHeard(name);
  }

  #interrupt(now: number): void {
    const { droppedMs: cutMs, heardMs, itemId, unheard, marks } = this.#speaking.interrupt(now);
    for (const name of marks) this.#markHeard(name);
    this.#replyEnded = true;
    // An agent may say it twice; the caller interrupted once.
    if (cutMs === 0 && (this.#interrupted || this.#playout.heardAllAt <= now)) return;
    this.#interrupted = true;
    this.#effects.interruptAgent(Math.floor(heardMs), itemId, unheard);
    this.#note({ type: "barge-in", heardMs: Math.floor(heardMs), droppedMs: Math.round(cutMs) });
  }
}
