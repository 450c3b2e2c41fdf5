/** A caller on a stage: no socket, time in hand, everything it does written down. */
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { Payload } from "../../src/audio/payload.js";
import { createPayloadCodec } from "../../src/audio/payload-codec.js";
import { sine } from "../../src/audio/signal.js";
import type { CallEvent } from "../../src/call/events.js";
import { PROFILES, type ProfileName } from "../../src/protocol/profiles.js";
import { mediaSerializer } from "../../src/protocol/serialize.js";
import type { CallPlan } from "../../src/simulate/call-plan.js";
import { Caller } from "../../src/simulate/caller.js";
import type { HeardFrame } from "../../src/simulate/ear.js";
import { Histogram } from "../../src/simulate/histogram.js";
import type { ScriptMaker } from "../../src/simulate/script.js";
import { Track } from "../../src/simulate/track.js";

const info = {
  callId: "call-1",
  otherLegCallId: "leg-2",
  accountId: "account-3",
  caller: "+12025550101",
  callee: "+12025550199",
  format: PORTAL_FORMATS.g711_ulaw,
};

/** A source of `voicedMs` of tone and then silence up to `totalMs`, in μ-law. */
export function says(voicedMs: number, totalMs: number): Promise<Track> {
  const samplesAt = (rate: number) => {
    const samples = new Int16Array((totalMs * rate) / 1000);
    samples.set(sine(440, -9, voicedMs, rate));
    return samples;
  };
  return Track.encode({ name: "test", samplesAt }, PORTAL_FORMATS.g711_ulaw);
}

const media = mediaSerializer(info.callId, info.accountId);
export const loud = Payload.fromBytes(encodeUlaw(sine(700, -9, 20, 8000)));
export const quiet = Payload.fromBytes(new Uint8Array(160).fill(0xff));
/** An endpoint's messages, with the right ids. */
export const LOUD = media(loud);
export const QUIET = media(quiet);
export const mediaOf = (bytes: Uint8Array) => media(Payload.fromBytes(bytes));

export type Settings = Partial<Omit<CallPlan, "info" | "profile" | "codec" | "script">> & {
  readonly track: ScriptMaker;
  readonly profileName?: ProfileName;
};

export class Stage {
  readonly caller: Caller;
  readonly lateness = new Histogram();
  readonly events: CallEvent[] = [];
  readonly heard: HeardFrame[] = [];
  /** What was sent, with its time: `media`, other event names, `close 1000`, `drop`. */
  readonly done: [at: number, what: string][] = [];
  readonly sent: string[] = [];
  congested = false;
  #now = 0;

  constructor({ profileName = "v06", track, ...settings }: Settings) {
    const plan: CallPlan = {
      endpoint: "the stage",
      ...settings,
      script: track.start({ callId: info.callId, plain: info.format }),
      info,
      profile: PROFILES[profileName],
      codec: createPayloadCodec(info.format, { agentRate: 8000 }),
    };
    const effects = {
      send: (message: string) => {
        this.sent.push(message);
        this.done.push([this.#now, JSON.parse(message).event]);
      },
      congested: () => this.congested,
      close: (code: number) => this.done.push([this.#now, `close ${code}`]),
      drop: () => this.done.push([this.#now, "drop"]),
      note: (event: CallEvent) => this.events.push(event),
      heard: (frame: HeardFrame) => this.heard.push(frame),
    };
    this.caller = new Caller(plan, effects, this.lateness);
  }

  get now(): number {
    return this.#now;
  }

  open(): this {
    this.caller.open();
    return this;
  }

  /** Lets time pass up to `at`, waking the caller exactly when it wants to be woken. */
  until(at: number): this {
    while (this.caller.dueAt <= at) this.wake(this.caller.dueAt);
    this.#now = at;
    return this;
  }

  /** Runs until the caller has ended the call. */
  untilEnd(): this {
    while (!this.caller.outcome) this.wake(this.caller.dueAt);
    return this;
  }

  wake(now: number): this {
    this.#now = now;
    this.caller.wake(now);
    return this;
  }

  /** A message arrives at `at`; the caller is kept up to date until then. */
  arrives(at: number, text: string): this {
    this.until(at);
    this.caller.receive(text, at);
    return this;
  }

  timesOf(what: string): number[] {
    return this.done.filter(([, name]) => name === what).map(([at]) => at);
  }

  eventsOf<T extends CallEvent["type"]>(type: T): Extract<CallEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<CallEvent, { type: T }> => event.type === type);
  }
}
