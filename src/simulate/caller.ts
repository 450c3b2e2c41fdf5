/**
 * A caller as a state machine: told what arrived and what time it is, it says what a phone behind SmartPBX would send.
 * It owns no socket, timer, file or clock. Times are milliseconds since the socket opened.
 */
import { FRAME_MS } from "../audio/format.js";
import type { CallEvent, CallNote, CallSummary, EndReason } from "../call/events.js";
import { Metrics } from "../call/metrics.js";
import { Turns } from "../call/turns.js";
import type { EndpointMessage } from "../protocol/messages.js";
import { parseEndpointMessage } from "../protocol/parse.js";
import { printable } from "../protocol/text.js";
import { AgentHeard } from "./agent-heard.js";
import { Appointments } from "./appointments.js";
import type { CallerEffects, CallPlan } from "./call-plan.js";
import { type ComplaintCode, Complaints } from "./complaints.js";
import { Ear } from "./ear.js";
import { type Exchange, judged, naturalEnd, type Outcome } from "./ending.js";
import type { Histogram } from "./histogram.js";
import { Line } from "./line.js";
import type { Key, Moment, Script } from "./script.js";
import type { TrackFrame } from "./track.js";

/** What PBXs call a hang-up in good order. Which word SmartPBX uses is not known. */
const HANGUP_REASON = "NORMAL_CLEARING";

export class Caller {
  readonly #plan: CallPlan;
  readonly #effects: CallerEffects;
  readonly #line: Line;
  readonly #script: Script;
  readonly #appointments: Appointments;
  readonly #agent = new AgentHeard();
  readonly #ear: Ear;
  readonly #turns: Turns;
  readonly #metrics = new Metrics();
  readonly #complaints: Complaints;
  #now = 0;
  #dueAt = 0;
  #framesSaid = 0;
  #congested = false;
  /** The caller has hung up; the endpoint learns of it when the network delivers that. */
  #leaving = false;
  #anyKeys: boolean;
  /** When the caller last said or pressed something. */
  #activeAt = Number.NEGATIVE_INFINITY;
  /** When the last voiced audio of the agent will have been heard. */
  #agentVoicedUntil = Number.NEGATIVE_INFINITY;
  #outcome: Outcome | undefined;
  #summary: CallSummary | undefined;

  /** @param lateness collects how late each frame was sent, in ms; may be shared by many calls. */
  constructor(plan: CallPlan, effects: CallerEffects, lateness: Histogram) {
    this.#plan = plan;
    this.#effects = effects;
    this.#line = new Line(lateness, plan.network);
    this.#script = plan.script;
    this.#appointments = new Appointments(plan);
    this.#anyKeys = this.#appointments.anyKeys;
    this.#ear = new Ear(plan.codec, plan.clippedMs);
    this.#turns = new Turns((event) => this.#note(event));
    this.#complaints = new Complaints(plan.info, (code, message) =>
      this.#note({ type: "warning", code, message }),
    );
  }

  /** When `wake` is wanted next. Infinity once the call has ended. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** Set when the call has ended. */
  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  /** What the endpoint did wrong, and how often. */
  get complaints(): Readonly<Partial<Record<ComplaintCode, number>>> {
    return this.#complaints.counts;
  }

  /** Caller audio that was never sent, because the network's plan has it missing. */
  get missingMs(): number {
    return this.#line.missing * FRAME_MS;
  }

  /** Set when the call has ended. */
  get summary(): CallSummary | undefined {
    return this.#summary;
  }

  /** The socket opened: time 0. */
  open(): void {
    const { info, profile, endpoint } = this.#plan;
    const messages = profile.opening(info);
    for (const message of messages) this.#effects.send(message);
    const raw = JSON.parse(messages.at(-1) as string) as object;
    this.#note({ type: "call-started", info, agent: endpoint, raw });
    this.#note({ type: "agent-ready", passthrough: true });
    this.#reckon();
    this.wake(0);
  }

  /** Does all that is due by `now`, in the order of the times at which it was due. */
  wake(now: number): void {
    this.#now = now;
    this.#congested = this.#effects.congested();
    for (let due = this.#dueAt; due <= now; due = this.#dueAt) {
      if (due === this.#line.dueAt) this.#line.release(now);
      else if (due === this.#appointments.keyAt) this.#press(this.#appointments.takeKey().digit, due);
      else if (due === this.#endAt) this.#finish(this.#appointments.ending, due);
      else this.#live(due);
      this.#reckon();
    }
  }

  /** A message of the endpoint. */
  receive(text: string, now: number): void {
    if (this.#outcome) return;
    this.#now = now;
    const message = parseEndpointMessage(text);
    if (message.type !== "media") this.#complaints.unusable(message);
    else if (this.#complaints.accepts(message)) this.#hear(message);
    this.#reckon();
  }

  receiveBinary(now: number): void {
    if (this.#outcome) return;
    this.#now = now;
    this.#complaints.binary();
  }

  /** The endpoint closed the socket. `reason` is what it said: at most 123 bytes of anything. */
  closed(code: number, reason: string, now: number): void {
    const said = printable(reason, 123).trim();
    const detail = `the endpoint closed the call with ${code}${said && ` (${said})`}`;
    // 1005: a close frame without a code, which is how simple servers end in good order.
    if (code === 1000 || code === 1005) {
      this.#over(now, "agent-ended", { ok: true, reason: "agent-ended", detail });
    } else {
      this.lost(detail, now);
    }
  }

  /** The connection broke. `detail` says how. */
  lost(detail: string, now: number): void {
    this.#over(now, "agent-failed", { ok: false, reason: "agent-failed", detail });
  }

  /** Hangs up before the plan's end. */
  interrupt(now: number): void {
    if (this.#outcome) return;
    this.#now = now;
    this.#line.flush();
    if (!this.#leaving)
      this.#leave({ ok: false, reason: "interrupted", detail: "interrupted before its end" });
  }

  #reckon(): void {
    if (this.#outcome) this.#dueAt = Number.POSITIVE_INFINITY;
    else if (this.#leaving) this.#dueAt = this.#line.dueAt;
    else
      this.#dueAt = Math.min(
        this.#script.dueAt ?? this.#framesSaid * FRAME_MS,
        this.#appointments.keyAt,
        this.#endAt,
        this.#line.dueAt,
      );
  }

  get #endAt(): number {
    return this.#appointments.endAt ?? naturalEnd(this.#exchange);
  }

  get #exchange(): Exchange {
    return {
      saidAllAt: Math.max(this.#script.saidAllAt, this.#appointments.lastKeyAt),
      expectsAnswer: this.#script.expectsAnswer || this.#anyKeys,
      activeAt: this.#activeAt,
      agentVoicedUntil: this.#agentVoicedUntil,
    };
  }

  /** The next 20 ms, as the script wants them. */
  #live(due: number): void {
    this.#agent.advance(due);
    const moment: Moment = this.#script.next(due, this.#agent);
    if (moment.keys) for (const key of moment.keys) this.#press(key, due);
    if (moment.end) this.#finish(moment.end, due);
    else if (!moment.isMute) this.#say(moment.frame, due);
  }

  #say(frame: TrackFrame, due: number): void {
    this.#framesSaid++;
    this.#line.frame(due, this.#now, (plannedAt) => this.#deliver(frame, plannedAt));
    // Speech is timed by when it was due, so that neither our own lateness nor the network's flatters the agent.
    this.#turns.callerChunk(due, frame.ms ?? FRAME_MS, frame.voiced);
    if (frame.voiced) this.#activeAt = due;
  }

  #deliver(frame: TrackFrame, plannedAt: number | undefined): void {
    if (this.#congested) {
      this.#metrics.droppedMs += FRAME_MS;
      this.#complaints.congested();
      return;
    }
    for (const { payload, message } of this.#plan.oddMedia?.(frame) ?? [frame]) {
      this.#effects.send(message);
      if (payload) this.#note({ type: "caller-audio", payload, plannedAt });
    }
  }

  #press(key: string | Key, at: number): void {
    const { profile, info } = this.#plan;
    const { digit, durationMs } = typeof key === "string" ? { digit: key, durationMs: undefined } : key;
    this.#activeAt = at;
    this.#anyKeys = true;
    if (profile.dtmf) {
      const message = profile.dtmf(info, digit, durationMs);
      this.#line.message(at, this.#now, () => {
        this.#effects.send(message);
        this.#note({ type: "dtmf", digit, durationMs });
      });
    } else {
      this.#complaints.noDtmf();
    }
  }

  #hear(message: EndpointMessage): void {
    const { heardAt, frames, refusedMs } = this.#ear.hear(message.payload, this.#now);
    this.#note({ type: "agent-audio", payload: message.payload, heardAt });
    for (const frame of frames) {
      this.#turns.agentChunk(this.#now, frame.heardAt, frame.ms, frame.voiced);
      if (frame.voiced && this.#turns.agentSpeaking) this.#agentVoicedUntil = frame.heardAt + frame.ms;
      this.#agent.hear(frame);
      this.#script.hear?.(frame);
      this.#effects.heard(frame);
    }
    if (refusedMs > 0) {
      this.#metrics.droppedMs += refusedMs;
      this.#complaints.flood();
    }
  }

  /** The end that the caller wants, now that its time has come. */
  #finish(ending: "hang-up" | "drop", due: number): void {
    if (ending === "drop") {
      this.#effects.drop();
      this.#end(
        "caller-lost",
        this.#judged({ ok: true, reason: "dropped", detail: "the caller was cut off" }),
      );
    } else {
      const outcome = this.#judged({ ok: true, reason: "hung-up", detail: "the caller hung up" });
      this.#leaving = true;
      this.#line.message(due, this.#now, () => this.#leave(outcome));
    }
  }

  #leave(outcome: Outcome): void {
    const { profile, info } = this.#plan;
    const messages = profile.closing(info, HANGUP_REASON);
    for (const message of messages) this.#effects.send(message);
    // Where nothing announces it, closing the socket is all there is.
    if (messages.length > 0) this.#note({ type: "hangup" });
    this.#effects.close(1000, "");
    this.#end("caller-hung-up", outcome);
  }

  #judged(planned: Outcome): Outcome {
    const { refusedMedia } = this.#complaints;
    return judged(planned, this.#exchange, this.#now, { heard: !this.#ear.empty, refused: refusedMedia });
  }

  /** The far end is gone, unless the call was over before. */
  #over(now: number, reason: EndReason, outcome: Outcome): void {
    if (this.#outcome) return;
    this.#now = now;
    this.#end(reason, outcome.ok ? this.#judged(outcome) : outcome);
  }

  #end(reason: EndReason, outcome: Outcome): void {
    this.#turns.tick(this.#now);
    this.#line.cut();
    const summary = this.#metrics.summary(this.#now, this.#turns.talkOverMs);
    const judgement = this.#script.judge?.(outcome, { reason, summary }) ?? outcome;
    this.#outcome = judgement;
    this.#summary = summary;
    this.#reckon();
    this.#note({ type: "call-ended", reason, detail: judgement.detail, summary });
  }

  #note(note: CallNote): void {
    const event: CallEvent = { ...note, at: this.#now };
    this.#metrics.observe(event);
    this.#script.observe?.(event);
    this.#effects.note(event);
  }
}
