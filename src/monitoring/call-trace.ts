/** One call as spans: the call, its agent, and within it each turn, greeting and tool. No number, no word, no key that was pressed. */
import type { Attributes, Span, SpanKind, SpanStatusCode, Tracer } from "@opentelemetry/api";
import type { CallEvent, EndReason } from "../call/events.js";

/** What is needed of the API, which is there only where the user has it. */
export interface TraceApi {
  readonly context: typeof import("@opentelemetry/api").context;
  readonly trace: typeof import("@opentelemetry/api").trace;
  readonly SpanKind: typeof SpanKind;
  readonly SpanStatusCode: typeof SpanStatusCode;
}

/** Ends in which something was wrong on our side of the call or behind it. */
const FAILED: ReadonlySet<EndReason> = new Set([
  "agent-failed",
  "agent-unreachable",
  "bridge-failed",
  "message-too-big",
  "no-start",
  "protocol-fault",
  "unsupported-format",
]);

export class CallTrace {
  readonly #api: TraceApi;
  readonly #tracer: Tracer;
  readonly #agent: string;
  readonly #wallMs: () => number;
  /** When the caller's socket opened, in ms since 1970. */
  #openedMs = 0;
  #call: Span | undefined;
  #agentSpan: Span | undefined;
  /** When the caller was last heard, of speech that has ended. */
  #lastVoicedAt: number | undefined;
  /** A turn that was noted before the end of the speech that it answers. */
  #pendingTurnMs: number | undefined;

  /** @param agent its kind. @param wallMs the time, in ms since 1970. */
  constructor(api: TraceApi, tracer: Tracer, agent: string, wallMs: () => number) {
    this.#api = api;
    this.#tracer = tracer;
    this.#agent = agent;
    this.#wallMs = wallMs;
  }

  observe(event: CallEvent): void {
    if (event.type === "call-started") this.#begin(event);
    if (!this.#call?.isRecording()) return;
    switch (event.type) {
      case "agent-ready":
        this.#agentSpan?.addEvent(
          "ready",
          { "smartpbx.passthrough": event.passthrough },
          this.#time(event.at),
        );
        break;
      case "speech-started":
        if (event.who === "caller") this.#lastVoicedAt = undefined;
        break;
      case "speech-ended":
        if (event.who === "caller") this.#speechEnded(event.lastVoicedAt);
        break;
      case "turn":
        if (this.#lastVoicedAt === undefined) this.#pendingTurnMs = event.firstAudioMs;
        else this.#turn(this.#lastVoicedAt, event.firstAudioMs);
        break;
      case "greeting":
        this.#child("smartpbx.greeting", 0, event.greetingMs);
        break;
      case "barge-in":
        this.#call.addEvent(
          "barge-in",
          { "smartpbx.heard_ms": event.heardMs, "smartpbx.dropped_ms": event.droppedMs },
          this.#time(event.at),
        );
        break;
      case "tool-result": {
        const { name, isError, tookMs, at } = event;
        this.#child("smartpbx.tool", at - tookMs, at, { "smartpbx.tool.name": name }, isError);
        break;
      }
      case "call-ended":
        this.#end(event);
        break;
    }
  }

  #begin({ at, info }: CallEvent & { type: "call-started" }): void {
    this.#openedMs = this.#wallMs() - at;
    this.#call = this.#tracer.startSpan("smartpbx.call", {
      kind: this.#api.SpanKind.SERVER,
      startTime: this.#time(0),
      root: true,
      attributes: {
        "smartpbx.call.id": info.callId,
        "smartpbx.media.encoding": info.format.encoding,
        "smartpbx.media.sample_rate": info.format.sampleRate,
        "smartpbx.agent.kind": this.#agent,
      },
    });
    this.#agentSpan = this.#start("smartpbx.agent", at, this.#api.SpanKind.CLIENT, {
      "smartpbx.agent.kind": this.#agent,
    });
  }

  #speechEnded(lastVoicedAt: number): void {
    this.#lastVoicedAt = lastVoicedAt;
    if (this.#pendingTurnMs !== undefined) this.#turn(lastVoicedAt, this.#pendingTurnMs);
    this.#pendingTurnMs = undefined;
  }

  #turn(lastVoicedAt: number, firstAudioMs: number): void {
    const attributes = { "smartpbx.first_audio_ms": firstAudioMs };
    this.#child("smartpbx.turn", lastVoicedAt, lastVoicedAt + firstAudioMs, attributes);
  }

  #end({ at, reason, summary }: CallEvent & { type: "call-ended" }): void {
    const status = { code: this.#api.SpanStatusCode.ERROR, message: reason };
    if (reason === "agent-failed" || reason === "agent-unreachable") this.#agentSpan?.setStatus(status);
    this.#agentSpan?.end(this.#time(at));
    this.#call?.setAttributes({
      "smartpbx.call.outcome": reason,
      "smartpbx.call.turns": summary.turns,
      "smartpbx.call.barge_ins": summary.bargeIns,
      "smartpbx.call.dropped_ms": summary.droppedMs,
      "smartpbx.call.talk_over_ms": summary.talkOverMs,
    });
    if (FAILED.has(reason)) this.#call?.setStatus(status);
    this.#call?.end(this.#time(at));
  }

  #child(name: string, from: number, to: number, attributes: Attributes = {}, isError = false): void {
    const span = this.#start(name, from, this.#api.SpanKind.INTERNAL, attributes);
    if (isError) span.setStatus({ code: this.#api.SpanStatusCode.ERROR });
    span.end(this.#time(to));
  }

  #start(name: string, at: number, kind: SpanKind, attributes: Attributes): Span {
    const { trace, context } = this.#api;
    const parent = trace.setSpan(context.active(), this.#call!);
    return this.#tracer.startSpan(name, { kind, startTime: this.#time(at), attributes }, parent);
  }

  /** From the call's clock to ms since 1970, as the API takes it. */
  #time(at: number): number {
    return this.#openedMs + at;
  }
}
