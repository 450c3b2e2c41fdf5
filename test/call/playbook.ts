/** Plays inputs to a call by hand and keeps every effect with its time: the playbook of a test. */
import { type MediaFormat, PORTAL_FORMATS } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import { Call } from "../../src/call/call.js";
import type { CallInput, Effects } from "../../src/call/effects.js";
import type { CallEvent, CallNote } from "../../src/call/events.js";
import type { CallSettings } from "../../src/call/settings.js";
import type { CallInfo } from "../../src/protocol/messages.js";

export const SETTINGS: CallSettings = {
  agent: "test",
  leadMs: 60,
  preRollMs: 0,
  maxQueuedMs: 30_000,
  startTimeoutMs: 10_000,
  idleTimeoutMs: 90_000,
  maxDurationMs: 3_600_000,
};

export function infoOf(format: MediaFormat = PORTAL_FORMATS.g711_ulaw): CallInfo {
  return {
    callId: "call-1",
    otherLegCallId: "leg-2",
    accountId: "acc-1",
    caller: "+94770000001",
    callee: "+94110000001",
    format,
  };
}

type EffectName = Exclude<keyof Effects, "note" | "late" | "wakeAt">;

export interface Done {
  readonly at: number;
  readonly effect: EffectName;
  readonly args: readonly unknown[];
}

export class Playbook {
  readonly call: Call;
  readonly effects: Done[] = [];
  readonly events: CallEvent[] = [];
  /** Of the frames for the caller that were ready in time. */
  readonly lateness: number[] = [];
  readonly inputs: { input: CallInput; at: number }[] = [];
  now = 0;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(settings: Partial<CallSettings> = {}) {
    const done =
      (effect: EffectName) =>
      (...args: unknown[]) => {
        this.effects.push({ at: this.now, effect, args });
      };
    this.call = new Call(
      { ...SETTINGS, ...settings },
      {
        sendToCaller: done("sendToCaller"),
        closeCaller: done("closeCaller"),
        connectAgent: done("connectAgent"),
        sendToAgent: done("sendToAgent"),
        sendDtmfToAgent: done("sendDtmfToAgent"),
        sendHangupToAgent: done("sendHangupToAgent"),
        interruptAgent: done("interruptAgent"),
        markHeard: done("markHeard"),
        runTool: done("runTool"),
        sendToolResult: done("sendToolResult"),
        closeAgent: done("closeAgent"),
        wakeAt: (at) => {
          this.#wakeAt = at;
        },
        late: (ms) => {
          this.lateness.push(ms);
        },
        note: (event) => {
          this.events.push(event);
        },
      },
    );
  }

  /** Lets time pass up to `at`, waking the call whenever it asked for it, then plays the input. */
  at(at: number, input: CallInput): this {
    this.until(at);
    this.#handle(input);
    return this;
  }

  until(at: number): this {
    while (this.#wakeAt <= at) {
      this.now = Math.max(this.now, this.#wakeAt);
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#handle({ type: "wake" });
    }
    this.now = at;
    return this;
  }

  start(at = 0, info = infoOf()): this {
    return this.at(at, { type: "pbx", message: { type: "start", info, raw: { event: "start" } } });
  }

  ready(at: number, format: MediaFormat, passthrough = false): this {
    return this.at(at, { type: "agent-ready", hears: format, speaks: format, passthrough });
  }

  /** A call that has started and whose agent is ready, both at time 0. */
  static running(
    agent: MediaFormat,
    format: MediaFormat = PORTAL_FORMATS.g711_ulaw,
    settings: Partial<CallSettings> = {},
  ): Playbook {
    return new Playbook(settings).start(0, infoOf(format)).ready(0, agent);
  }

  callerSays(at: number, bytes: Uint8Array): this {
    return this.at(at, { type: "pbx", message: { type: "media", payload: Payload.fromBytes(bytes) } });
  }

  agentSays(at: number, bytes: Uint8Array, itemId?: string): this {
    return this.at(at, {
      type: "agent",
      event: { type: "audio", payload: Payload.fromBytes(bytes), itemId },
    });
  }

  of(effect: EffectName): readonly Done[] {
    return this.effects.filter((done) => done.effect === effect);
  }

  payloads(effect: "sendToCaller" | "sendToAgent"): Payload[] {
    return this.of(effect).map((done) => done.args[0] as Payload);
  }

  bytes(effect: "sendToCaller" | "sendToAgent"): Buffer {
    return Buffer.concat(this.payloads(effect).map((payload) => payload.bytes));
  }

  noted<T extends CallNote["type"]>(type: T): Extract<CallEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<CallEvent, { type: T }> => event.type === type);
  }

  #handle(input: CallInput): void {
    this.inputs.push({ input, at: this.now });
    this.call.handle(input, this.now);
  }
}
