/** A call's way to OpenAI's Live service, through as many sessions as it lasts: the service ends each at a time that it names. */
import { bytesPerMs, type MediaFormat } from "../../audio/format.js";
import type { Payload } from "../../audio/payload.js";
import type { Leg, LegEvent } from "../../call/leg.js";
import type { Clock } from "../../clock.js";
import { withoutSecrets } from "../openai/key.js";
import type { JsonObject } from "../wire/json.js";
import { warnOnce } from "../wire/warn-once.js";
import { CallerAudio, type Frame } from "./caller.js";
import { Handover } from "./handover.js";
import { Memory, pieces } from "./memory.js";
import { type LiveEnd, LiveSession } from "./session.js";

export interface LiveLegOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of both directions. */
  readonly format: MediaFormat;
  /** The `session` of the `session.start`. */
  readonly session: JsonObject;
  readonly greeting: string | undefined;
  /** How long before a session expires the call goes on in another; 0 for not before it has. */
  readonly swapBeforeMs: number;
  readonly fix: string;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly emit: (event: LegEvent) => void;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** The most audio that waits for a new session when the old one is gone; the oldest is dropped. */
const MAX_WAITING_MS = 10_000;
const CUT_OFF =
  "The line changed while you spoke, and the caller did not hear the end. Go on from where you were: ";

export class LiveLeg implements Leg {
  readonly hears: MediaFormat;
  readonly speaks: MediaFormat;
  readonly #options: LiveLegOptions;
  readonly #warn: (code: string, message: string) => void;
  readonly #memory = new Memory();
  readonly #caller: CallerAudio;
  readonly #handover: Handover;
  readonly #closing = new AbortController();
  /** Who asked for each tool that runs. */
  readonly #asked = new Map<string, LiveSession>();
  /** Those that the call has left, until they are over. */
  readonly #left = new Set<LiveSession>();
  #session: LiveSession;
  #next: LiveSession | undefined;
  /** How much had been said when the next session was told. */
  #toldUpTo = 0;
  #heardMs = 0;
  /** The caller's audio while there is no session to hear it. */
  #waiting: Frame[] | undefined;
  /** How far the session is behind the caller, for what it had to hear again. */
  #behindMs = 0;
  /** What the agent is to say something about in the next session: where it was cut off, what a tool answered. */
  #toSay: string[] = [];
  #over = false;

  private constructor(options: LiveLegOptions) {
    const { format, clock, swapBeforeMs, headers } = options;
    this.#options = options;
    this.hears = format;
    this.speaks = format;
    const warn = warnOnce(this.#emit);
    this.#warn = (code, message) => warn(code, withoutSecrets(message, headers));
    this.#caller = new CallerAudio(format, clock);
    this.#handover = new Handover({
      clock,
      leadMs: swapBeforeMs,
      isQuiet: () => !this.#session.isBusy && !this.#session.isSpeaking && !this.#caller.isOwed,
      open: () => this.#prepare(),
      swap: () => this.#swap(),
    });
    this.#session = this.#open(options.session, options.signal);
  }

  /** Rejects as `connect` of an agent kind does. */
  static async connect(options: LiveLegOptions): Promise<LiveLeg> {
    const leg = new LiveLeg(options);
    const session = leg.#session;
    await session.ready;
    if (options.greeting) session.append("commentary", options.greeting);
    leg.#handover.schedule(session.expiresAtMs);
    return leg;
  }

  send(audio: Payload): void {
    if (this.#over) return;
    const ms = audio.bytes.length / bytesPerMs(this.hears);
    this.#heardMs += ms;
    const frame = { audio, ms };
    const voiced = this.#caller.hear(frame);
    if (this.#waiting) this.#wait(this.#waiting, frame);
    else if (!voiced && this.#behindMs >= ms) {
      // A session hears in real time: what it had to hear again, it makes up for in the caller's silence.
      this.#behindMs -= ms;
      this.#session.audioBeforeMs += ms;
    } else this.#session.sendAudio(audio, ms);
  }

  dtmf(digit: string): void {
    const text = `[caller pressed ${digit}]`;
    this.#memory.add("user", text);
    if (!this.#waiting) this.#session.append("thinking", text);
  }

  // The wire has no word for it: the model hears the caller and stops by itself.
  interrupt(): void {}

  toolResult(id: string, output: string, isError: boolean): void {
    const session = this.#asked.get(id);
    this.#asked.delete(id);
    const answer = isError ? JSON.stringify({ error: output }) : output;
    const wantsReply = session?.answer(id, answer);
    if (wantsReply === undefined) return;
    const text = `A tool that was called answered: ${answer}`;
    this.#memory.add("developer", text);
    if (this.#waiting) {
      if (wantsReply) this.#toSay.push(text);
    } else if (session !== this.#session) {
      for (const piece of pieces(text)) this.#session.append(wantsReply ? "commentary" : "thinking", piece);
    }
  }

  close(code: number, reason: string): void {
    if (this.#over) return;
    this.#stop();
    this.#session.close(code, reason);
  }

  readonly #emit = (event: LegEvent): void => {
    if (!this.#over) this.#options.emit(event);
  };

  #open(session: JsonObject, signal: AbortSignal): LiveSession {
    const { url, headers, format, fix, clock } = this.#options;
    const opened: LiveSession = new LiveSession({
      url,
      headers,
      format,
      session,
      fix,
      signal,
      clock,
      emit: (event) => this.#report(opened, event),
      onSpeech: () => {
        if (opened === this.#session) this.#caller.answered();
      },
      onEnd: (end) => this.#ended(opened, end),
    });
    return opened;
  }

  #report(session: LiveSession, event: LegEvent): void {
    if (event.type === "warning") this.#warn(event.code, event.message);
    // The next one has nothing to say before it is the present one.
    if (event.type === "warning" || session === this.#next) return;
    if (event.type === "transcript") {
      this.#said(session, event.who === "caller" ? "user" : "assistant", event.text);
    }
    if (event.type === "tool-call") {
      this.#asked.set(event.id, session);
      this.#memory.add("developer", `You called ${event.name} with ${JSON.stringify(event.args)}`);
    }
    this.#emit(event);
  }

  /** What was said in a session that the call has left is told to the one that it is in. */
  #said(session: LiveSession, role: "user" | "assistant", text: string): void {
    const before = this.#memory.length;
    this.#memory.add(role, text);
    if (!this.#left.has(session) || this.#waiting) return;
    for (const piece of this.#memory.since(before)) this.#session.append("thinking", piece);
  }

  #ended(session: LiveSession, { failed, reason, expired }: LiveEnd): void {
    if (session === this.#next) this.#nextFailed(session);
    if (session !== this.#session || this.#over) return;
    if (expired) {
      this.#handover.stop();
      this.#waiting = [...this.#leave(session)];
      if (!this.#next) this.#prepare();
      else if (this.#next.isReady) this.#swap();
      return;
    }
    this.#emit({ type: "closed", failed, reason: withoutSecrets(reason, this.#options.headers) });
    this.#stop();
  }

  /** Opens the next session while the present one, if there is one, goes on. */
  #prepare(): void {
    const { clock, session } = this.#options;
    const late = new AbortController();
    const timer = clock.setTimer(() => late.abort(new Error("too late")), CONNECT_TIMEOUT_MS);
    this.#toldUpTo = this.#memory.length;
    const given = Array.isArray(session.input) ? session.input : [];
    const input = [...given, ...this.#memory.items()];
    const next = this.#open({ ...session, input }, AbortSignal.any([this.#closing.signal, late.signal]));
    this.#next = next;
    next.ready.then(
      () => {
        timer.cancel();
        if (next !== this.#next) return;
        if (this.#waiting) this.#swap();
        else this.#handover.opened();
      },
      () => {
        timer.cancel();
        this.#nextFailed(next);
      },
    );
  }

  #nextFailed(next: LiveSession): void {
    if (next !== this.#next || this.#over) return;
    this.#next = undefined;
    if (this.#waiting) {
      const reason = "the session reached its longest duration, and another could not be opened";
      this.#emit({ type: "closed", failed: true, reason });
      this.#stop();
    } else {
      this.#warn(
        "agent-swap",
        "a new session could not be opened before the present one ends; it is tried again",
      );
      this.#handover.failed();
    }
  }

  #swap(): void {
    const next = this.#next;
    if (!next) return;
    const frames = this.#waiting ?? this.#leave(this.#session);
    this.#waiting = undefined;
    this.#next = undefined;
    this.#session = next;
    for (const piece of this.#memory.since(this.#toldUpTo)) next.append("thinking", piece);
    for (const text of this.#toSay) for (const piece of pieces(text)) next.append("commentary", piece);
    this.#toSay = [];
    this.#behindMs = frames.reduce((sum, { ms }) => sum + ms, 0);
    next.audioBeforeMs = this.#heardMs - this.#behindMs;
    for (const { audio, ms } of frames) next.sendAudio(audio, ms);
    this.#handover.schedule(next.expiresAtMs);
  }

  /** @returns what the next session is to hear again. */
  #leave(session: LiveSession): readonly Frame[] {
    const { frames, whole } = this.#caller.take();
    if (session.isSpeaking) this.#toSay.push(CUT_OFF + session.wordsNow);
    session.retire(whole);
    for (const earlier of this.#left) earlier.close(1000, "over");
    this.#left.clear();
    this.#left.add(session);
    return frames;
  }

  #wait(waiting: Frame[], frame: Frame): void {
    waiting.push(frame);
    let waitingMs = waiting.reduce((sum, { ms }) => sum + ms, 0);
    while (waitingMs > MAX_WAITING_MS && waiting.length > 1) {
      const { ms } = waiting.shift() as Frame;
      waitingMs -= ms;
      this.#emit({ type: "congested", ms });
    }
  }

  #stop(): void {
    this.#over = true;
    this.#handover.stop();
    this.#closing.abort(new Error("the call is over"));
    this.#next?.close(1000, "the call is over");
    for (const session of this.#left) session.close(1000, "the call is over");
  }
}
