/** A call's way to a Realtime service, through as many sessions as it lasts: no service keeps one for more than an hour. */
import { bytesPerMs, type MediaFormat } from "../../audio/format.js";
import type { Payload } from "../../audio/payload.js";
import type { Leg, LegEvent } from "../../call/leg.js";
import { warnOnce } from "../wire/warn-once.js";
import { Guidance } from "./guidance.js";
import { History } from "./history.js";
import { withoutSecrets } from "./key.js";
import type { Plan } from "./plan.js";
import { EventSocket } from "./socket.js";
import { OpenCalls } from "./tools.js";
import { Turns } from "./turns.js";

export interface RealtimeLegOptions {
  readonly plan: Plan;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly truncates: boolean;
  readonly greeting: string | undefined;
  /** The age at which a session is replaced by another; Infinity for never. */
  readonly swapAfterMs: number;
  readonly fix: string;
  readonly signal: AbortSignal;
  readonly emit: (event: LegEvent) => void;
}

interface Session {
  readonly socket: EventSocket;
  readonly turns: Turns;
  /** Milliseconds of the caller's audio that earlier sessions heard. */
  audioBeforeMs: number;
  over: boolean;
}

const HEAD = '{"type":"input_audio_buffer.append","audio":"';
/** Characters of base64 and of the message around it, for each byte of 20 ms of audio. */
const WIRE_GROWTH = 1.7;
/** How often a session that should be replaced is looked at for a quiet moment. */
const LOOK_EVERY_MS = 100;
const CONNECT_TIMEOUT_MS = 10_000;
const RETRY_AFTER_MS = 30_000;
/** The most audio that waits for a new session when the old one is gone; the oldest is dropped. */
const MAX_WAITING_MS = 10_000;

export class RealtimeLeg implements Leg {
  readonly hears: MediaFormat;
  readonly speaks: MediaFormat;
  readonly #options: RealtimeLegOptions;
  readonly #history = new History();
  readonly #calls = new OpenCalls();
  /** Where the service takes no messages. */
  readonly #guidance: Guidance | undefined;
  readonly #warn: (code: string, message: string) => void;
  readonly #closing = new AbortController();
  #session: Session;
  #next: Session | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sentMs = 0;
  /** The caller's audio while there is no session to hear it. */
  #waiting: { readonly audio: Payload; readonly ms: number }[] | undefined;
  #waitingMs = 0;

  private constructor(options: RealtimeLegOptions) {
    this.#options = options;
    this.hears = options.plan.hears;
    this.speaks = options.plan.speaks;
    const warn = warnOnce(options.emit);
    this.#warn = (code, message) => warn(code, withoutSecrets(message, options.headers));
    const { takesMessages, session } = options.plan;
    this.#guidance = takesMessages ? undefined : new Guidance(session.instructions);
    this.#session = this.#open(options.signal);
  }

  /** Rejects as `connect` of an agent kind does. */
  static async connect(options: RealtimeLegOptions): Promise<RealtimeLeg> {
    const leg = new RealtimeLeg(options);
    const { socket, turns } = leg.#session;
    await socket.ready;
    const { greeting, plan } = options;
    if (greeting) {
      turns.respond(leg.#guidance ? greeting : withInstructions(greeting, plan.session.instructions));
    }
    leg.#replaceIn(options.swapAfterMs);
    return leg;
  }

  send(audio: Payload): void {
    const ms = audio.bytes.length / bytesPerMs(this.hears);
    if (this.#waiting) this.#wait(this.#waiting, audio, ms);
    else this.#sendAudio(audio, ms);
  }

  dtmf(digit: string): void {
    this.#session.turns.say(`[caller pressed ${digit}]`);
  }

  interrupt(heardMs: number, itemId?: string, unheard: readonly string[] = []): void {
    this.#session.turns.interrupt(heardMs, itemId, unheard);
  }

  toolResult(id: string, output: string, isError: boolean): void {
    this.#session.turns.answer(id, isError ? JSON.stringify({ error: output }) : output);
  }

  close(code: number, reason: string): void {
    this.#stop();
    this.#session.socket.close(code, reason);
  }

  #open(signal: AbortSignal): Session {
    const { plan, url, headers, fix } = this.#options;
    const emit = (event: LegEvent) => this.#report(session, event);
    const socket = new EventSocket({
      url,
      headers,
      signal,
      bytesPerMs: bytesPerMs(plan.hears) * WIRE_GROWTH,
      opening: { type: "session.update", session: plan.session },
      openedBy: ["session.created", "conversation.created"],
      readyBy: "session.updated",
      fix,
      emit,
      onEvent: (event) => {
        if (!session.over) session.turns.read(event);
      },
    });
    const turns = new Turns({
      dialect: plan.dialect,
      bytesPerMs: bytesPerMs(plan.speaks),
      truncates: this.#options.truncates,
      cancelsItself: plan.cancelsItself,
      history: this.#history,
      calls: this.#calls,
      guidance: this.#guidance,
      audioBeforeMs: () => session.audioBeforeMs,
      send: (event) => {
        if (!session.over) socket.send(event);
      },
      emit,
      warn: (code, message) => this.#warn(code, message),
      onExpired: () => this.#expired(session),
      onFailed: (reason) => this.#fail(session, reason),
    });
    const session: Session = { socket, turns, audioBeforeMs: 0, over: false };
    return session;
  }

  #report(session: Session, event: LegEvent): void {
    if (event.type === "warning") this.#warn(event.code, event.message);
    else if (event.type !== "closed") this.#options.emit(event);
    else if (session === this.#next) this.#nextFailed(session);
    else if (/session.?expired|maximum duration/i.test(event.reason)) this.#expired(session);
    else {
      this.#stop();
      this.#options.emit(event);
    }
  }

  #fail(session: Session, reason: string): void {
    if (session !== this.#session || session.over) return;
    session.over = true;
    this.close(1000, "the agent failed");
    this.#options.emit({
      type: "closed",
      failed: true,
      reason: withoutSecrets(reason, this.#options.headers),
    });
  }

  /** The service has ended the session: the call waits for the next one. */
  #expired(session: Session): void {
    if (session !== this.#session || session.over) return;
    session.over = true;
    session.socket.close(1000, "expired");
    this.#waiting = [];
    this.#waitingMs = 0;
    this.#prepare();
  }

  #replaceIn(ms: number): void {
    clearTimeout(this.#timer);
    if (Number.isFinite(ms)) this.#timer = setTimeout(() => this.#prepare(), ms);
  }

  /** Opens the next session while the present one, if there is one, goes on. */
  #prepare(): void {
    // One that is being opened, or waits for a quiet moment, is on its way.
    if (this.#next || this.#closing.signal.aborted) return;
    clearTimeout(this.#timer);
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(CONNECT_TIMEOUT_MS)]);
    const next = this.#open(signal);
    this.#next = next;
    next.socket.ready.then(
      () => this.#swapWhenQuiet(next),
      () => this.#nextFailed(next),
    );
  }

  #nextFailed(next: Session): void {
    if (next !== this.#next) return;
    this.#next = undefined;
    if (this.#closing.signal.aborted) return;
    if (this.#waiting) {
      this.#stop();
      const reason = "the session expired, and another could not be opened";
      this.#options.emit({ type: "closed", failed: true, reason });
    } else {
      this.#warn(
        "agent-swap",
        "a new session could not be opened before the present one ends; it is tried again",
      );
      this.#replaceIn(RETRY_AFTER_MS);
    }
  }

  #swapWhenQuiet(next: Session): void {
    if (next !== this.#next || this.#closing.signal.aborted) return;
    if (this.#waiting || this.#session.turns.isQuiet) this.#swap(next);
    else this.#timer = setTimeout(() => this.#swapWhenQuiet(next), LOOK_EVERY_MS);
  }

  #swap(next: Session): void {
    const last = this.#session;
    const owesReply = this.#waiting !== undefined && last.turns.end();
    last.over = true;
    last.socket.close(1000, "continued in another session");
    this.#session = next;
    this.#next = undefined;
    next.audioBeforeMs = this.#sentMs;
    this.#tellHistory(next.socket);
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const { audio, ms } of waiting) this.#sendAudio(audio, ms);
    if (owesReply) next.turns.respond();
    this.#replaceIn(this.#options.swapAfterMs);
  }

  #tellHistory(socket: EventSocket): void {
    const items = this.#history.items(this.#options.plan.dialect);
    if (this.#guidance) {
      this.#guidance.startOver(items);
      if (items.length === 0) return;
      socket.send({ type: "session.update", session: { instructions: this.#guidance.text() } });
    } else for (const item of items) socket.send({ type: "conversation.item.create", item });
  }

  #sendAudio(audio: Payload, ms: number): void {
    this.#sentMs += ms;
    this.#session.socket.sendAudio(`${HEAD}${audio.base64}"}`, ms);
  }

  #wait(waiting: { audio: Payload; ms: number }[], audio: Payload, ms: number): void {
    waiting.push({ audio, ms });
    this.#waitingMs += ms;
    while (this.#waitingMs > MAX_WAITING_MS && waiting.length > 1) {
      const dropped = (waiting.shift() as { ms: number }).ms;
      this.#waitingMs -= dropped;
      this.#options.emit({ type: "congested", ms: dropped });
    }
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#closing.abort(new Error("the call is over"));
    this.#next?.socket.close(1000, "the call is over");
  }
}

/** The instructions of one response take the place of the session's. */
function withInstructions(greeting: string, instructions: unknown): string {
  return typeof instructions === "string" ? `${instructions}\n\n${greeting}` : greeting;
}
