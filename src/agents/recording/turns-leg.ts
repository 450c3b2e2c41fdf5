/** The leg of `timing=turns`: hears the caller, and says what the recorded agent said to that. */
import { bytesPerMs, type MediaFormat, PORTAL_FORMATS } from "../../audio/format.js";
import { loadOpus } from "../../audio/opus.js";
import { Payload } from "../../audio/payload.js";
import type { Leg, LegEvent } from "../../call/leg.js";
import type { CallInfo } from "../../protocol/messages.js";
import type { Recording } from "../../recording/reader.js";
import type { OpenScore } from "./library.js";
import { type Act, type Plan, readPlan } from "./plan.js";
import type { Score } from "./score.js";
import type { Speech } from "./speeches.js";
import { Tape } from "./tape.js";
import { TurnsPart } from "./turns.js";
import { OpusVoice, PlainVoice, type Voice } from "./voice.js";

/** How far speech is handed out ahead of its being heard; a call holds 30 s of agent audio and no more. */
const AHEAD_MS = 20_000;

const plans = new WeakMap<Score, Promise<Plan>>();

/** What a recording's agent does in turns: listened for once, for all of its calls. */
export function planOf({ recording, score }: OpenScore): Promise<Plan> {
  const plan = plans.get(score) ?? readPlan(recording, score);
  plans.set(score, plan);
  return plan;
}

/** @param opened is closed with the leg. */
export async function openTurns(
  opened: OpenScore,
  call: CallInfo,
  emit: (event: LegEvent) => void,
): Promise<Leg> {
  const plan = await planOf(opened);
  const { recording, score } = opened;
  const { format } = recording.call;
  const tape = (loaded: () => void, failed: (error: Error) => void) =>
    new Tape(recording, score.agentBytes, loaded, failed);
  if (format.encoding !== "opus") {
    const voice = (...told: TapeWatch) => new PlainVoice(tape(...told), format);
    return new TurnsLeg(recording, plan, call, emit, format, voice);
  }
  const opus = await loadOpus();
  const payloads = score.deeds.filter((deed) => deed.what === "audio");
  const speaks = PORTAL_FORMATS.pcm16;
  const voice = (...told: TapeWatch) => new OpusVoice(tape(...told), payloads, opus, speaks.sampleRate);
  return new TurnsLeg(recording, plan, call, emit, speaks, voice);
}

type TapeWatch = [loaded: () => void, failed: (error: Error) => void];
type Waiting =
  | { readonly what: "event"; readonly event: LegEvent }
  | { readonly what: "speech"; readonly speech: Speech; begun: boolean };

class TurnsLeg implements Leg {
  readonly hears: MediaFormat;
  readonly speaks: MediaFormat;
  readonly #recording: Recording;
  readonly #emit: (event: LegEvent) => void;
  readonly #part: TurnsPart;
  readonly #voice: Voice;
  readonly #bytesPerMs: number;
  /** What is to be said and done, in order. */
  #waiting: Waiting[] = [];
  /** When the caller will have heard all that was handed out. */
  #heardAllAt = 0;
  #keys = 0;
  #closed = false;

  constructor(
    recording: Recording,
    plan: Plan,
    call: CallInfo,
    emit: (event: LegEvent) => void,
    speaks: MediaFormat,
    voice: (...told: TapeWatch) => Voice,
  ) {
    this.hears = call.format.encoding === "opus" ? PORTAL_FORMATS.pcm16 : call.format;
    this.speaks = speaks;
    this.#recording = recording;
    this.#emit = emit;
    this.#bytesPerMs = bytesPerMs(speaks);
    this.#voice = voice(
      () => this.#go(),
      (error) =>
        this.#end({ type: "closed", failed: true, reason: `the recording cannot be read: ${error.message}` }),
    );
    this.#part = new TurnsPart(plan, this.hears, (act) => this.#act(act));
    this.#part.start();
  }

  send(audio: Payload): void {
    if (this.#closed) return;
    this.#part.hear(audio.bytes);
    this.#go();
  }

  dtmf(): void {
    if (!this.#closed) this.#part.key(this.#keys++);
  }

  toolResult(id: string): void {
    if (!this.#closed) this.#part.answered(id);
  }

  interrupt(): void {
    if (this.#closed) return;
    this.#part.stopSpeaking();
    this.#stopSpeaking();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    this.#voice.free();
    void this.#recording.close();
  }

  #act(act: Act): void {
    if (this.#closed) return;
    if (act.what === "event" && act.event.type === "interrupted") {
      this.#stopSpeaking();
      this.#emit(act.event);
      return;
    }
    this.#waiting.push(act.what === "speech" ? { ...act, begun: false } : act);
    this.#go();
  }

  #stopSpeaking(): void {
    this.#waiting = this.#waiting.filter(({ what }) => what !== "speech");
    this.#heardAllAt = this.#part.now;
  }

  /** Says and does what can be said and done now. */
  #go(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      if (next.what === "event") {
        this.#waiting.shift();
        if (next.event.type === "closed") this.#end(next.event);
        else this.#emit(next.event);
      } else {
        if (this.#heardAllAt - this.#part.now > AHEAD_MS) return;
        if (!next.begun) this.#voice.begin(next.speech);
        next.begun = true;
        const audio = this.#voice.next();
        // It is still being read.
        if (audio === undefined) return;
        if (audio === "over") this.#waiting.shift();
        else this.#say(audio);
      }
    }
  }

  #say(audio: Uint8Array): void {
    this.#heardAllAt = Math.max(this.#heardAllAt, this.#part.now) + audio.length / this.#bytesPerMs;
    this.#emit({ type: "audio", payload: Payload.fromBytes(audio) });
  }

  #end(event: Extract<LegEvent, { type: "closed" }>): void {
    if (this.#closed) return;
    this.close();
    this.#emit(event);
  }
}
