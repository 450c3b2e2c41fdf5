/** Finds out what a call was from its events, live or recorded. It changes nothing and needs no clock. */
import type { MediaFormat } from "../audio/format.js";
import type { OpusModule } from "../audio/opus.js";
import { createPayloadCodec, type PayloadCodec } from "../audio/payload-codec.js";
import type { CallEvent } from "../call/events.js";
import type { Speaker } from "../call/leg.js";
import type { CallInfo } from "../protocol/messages.js";
import { AgentTrack } from "./agent-track.js";
import type { BargeIn, CallAnalysis, SideSound, Utterance } from "./call-analysis.js";
import { CallerTrack } from "./caller-track.js";
import { conversationOf } from "./conversation.js";
import type { Detector, Evidence } from "./evidence.js";
import { findProblems } from "./find-problems.js";
import type { Finding } from "./finding.js";
import { Notes } from "./notes.js";
import { ToldSpeech } from "./told-speech.js";

export interface CallAnalyserOptions {
  /** libopus, loaded: without it the audio of an Opus call is counted but not listened to. */
  readonly opus?: OpusModule;
  /** No audio was kept of the call: who spoke is known from its events alone, and nothing is said about the sound. */
  readonly withoutAudio?: boolean;
}

/** Enough to tell who speaks, and cheap. */
const OPUS_HZ = 8000;
/** A time that no call reaches, in ms: a year. */
const LATEST = 366 * 24 * 3600 * 1000;
/** An interruption follows the words that caused it within this time. */
const INTERRUPTED_WITHIN_MS = 3000;

export class CallAnalyser {
  readonly #opus: OpusModule | undefined;
  readonly #withoutAudio: boolean;
  readonly #notes = new Notes();
  readonly #told = { caller: new ToldSpeech("caller"), agent: new ToldSpeech("agent") };
  #info: CallInfo | undefined;
  #caller: CallerTrack | undefined;
  #agent: AgentTrack | undefined;
  #codecs: PayloadCodec[] = [];
  #lastAt = 0;
  #analysis: CallAnalysis | undefined;

  constructor(options: CallAnalyserOptions = {}) {
    this.#opus = options.opus;
    this.#withoutAudio = options.withoutAudio ?? false;
  }

  /** Never throws, whatever the events hold. After `finish` nothing is taken any more. */
  observe(event: CallEvent): void {
    if (this.#analysis) return;
    // A damaged recording may have any times; audio is placed by times that do not go back.
    if (event.at > this.#lastAt && event.at < LATEST) this.#lastAt = event.at;
    const at = this.#lastAt;
    if (event.type === "caller-audio") this.#caller?.hear(event.payload, at);
    else if (event.type === "agent-audio") this.#agent?.hear(event.payload, at, heardAt(event.heardAt, at));
    else if (event.type === "call-started") this.#start(event.info);
    else if (event.type !== "agent-leg-audio") {
      const timely = event.at === at ? event : { ...event, at };
      this.#notes.observe(timely);
      this.#told.caller.observe(timely);
      this.#told.agent.observe(timely);
    }
  }

  /** What the call was. Releases what was needed to listen; asked again, it gives the same. */
  finish(): CallAnalysis {
    this.#analysis ??= this.#conclude();
    return this.#analysis;
  }

  #start(info: CallInfo): void {
    if (this.#info) return;
    this.#info = info;
    if (info.format.encoding === "opus" && !this.#opus) return;
    this.#caller = new CallerTrack(info.format, this.#codec(info.format));
    this.#agent = new AgentTrack(info.format, this.#codec(info.format));
  }

  #codec(format: MediaFormat): PayloadCodec {
    const codec = createPayloadCodec(format, { agentRate: OPUS_HZ, ...(this.#opus && { opus: this.#opus }) });
    this.#codecs.push(codec);
    return codec;
  }

  /**
   * What is wrong with the call so far, while it runs: by these detectors, or all. The caller's last second may be missing.
   * After `finish` it is what that gave.
   */
  findingsSoFar(detectors?: readonly Detector[]): readonly Finding[] {
    if (this.#analysis) return this.#analysis.findings;
    const evidence = this.#evidence(this.#facts());
    return evidence ? findProblems(evidence, this.#withoutAudio, detectors) : [];
  }

  #conclude(): CallAnalysis {
    this.#caller?.finish(this.#lastAt);
    this.#agent?.finish();
    for (const codec of this.#codecs) codec.free();
    const facts = this.#facts();
    const agent = this.#agent;
    const call = {
      ...facts,
      utterances: facts.utterances.map((utterance) => withFingerprint(utterance, agent)),
    };
    const evidence = this.#evidence(call);
    return { ...call, findings: evidence ? findProblems(evidence, this.#withoutAudio) : [] };
  }

  #facts(): Omit<CallAnalysis, "findings"> {
    const caller = this.#caller;
    const agent = this.#agent;
    const { keys, transcripts, tools, warnings, end, interruptions } = this.#notes;
    const overAt = end?.at ?? this.#lastAt;
    const side = (who: Speaker) =>
      (this.#withoutAudio ? this.#told[who].sideUntil(overAt) : (who === "caller" ? caller : agent)?.spans) ??
      NOBODY;
    const [callerSide, agentSide] = [side("caller"), side("agent")];
    const conversation = conversationOf(callerSide, agentSide, overAt);
    return {
      durationMs: this.#lastAt,
      info: this.#info,
      caller: caller?.sound ?? NO_SOUND,
      agent: agent?.sound ?? NO_SOUND,
      ...conversation,
      agentSpeech: agentSide.spans.map(({ from, to }) => ({ from, to })),
      bargeIns: withInterruptions(conversation.bargeIns, interruptions),
      keys,
      transcripts,
      tools,
      warnings,
      end,
    };
  }

  #evidence(call: Omit<CallAnalysis, "findings">): Evidence | undefined {
    const format = this.#info?.format;
    const [caller, agent] = [this.#caller, this.#agent];
    if (!format || !caller || !agent) return undefined;
    return { call, format, plain: this.#codecs[0]!.plain, caller, agent, summary: this.#notes.summary };
  }
}

/** What comes a little late is joined to what came before, so that it may begin to be heard before it was sent. */
function heardAt(time: number, sentAt: number): number {
  return time >= 0 && time < LATEST ? time : sentAt;
}

function withFingerprint(utterance: Utterance, agent: AgentTrack | undefined): Utterance {
  const { reply } = utterance;
  return reply && agent
    ? { ...utterance, reply: { ...reply, fingerprint: agent.fingerprints.of(reply) } }
    : utterance;
}

const NOBODY = { spans: [], voiced: [] };
const NO_SOUND: SideSound = {
  payloads: 0,
  bytes: 0,
  audioMs: 0,
  voicedMs: 0,
  speechDbfs: undefined,
  peakDbfs: undefined,
};

/** Each with what the bridge told of the interruption that followed it. */
function withInterruptions(bargeIns: readonly BargeIn[], told: Notes["interruptions"]): BargeIn[] {
  let next = 0;
  return bargeIns.map((bargeIn, i) => {
    const until = Math.min(
      bargeIn.at + INTERRUPTED_WITHIN_MS,
      bargeIns[i + 1]?.at ?? Number.POSITIVE_INFINITY,
    );
    while (next < told.length && told[next]!.at < bargeIn.at) next++;
    if (next === told.length || told[next]!.at >= until) return bargeIn;
    const { heardMs, droppedMs } = told[next++]!;
    return { ...bargeIn, heardMs, droppedMs };
  });
}
