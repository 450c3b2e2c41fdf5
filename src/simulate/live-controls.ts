/** Hands on a running call: keys pressed and a hang-up at once, and an ear for what the agent says. */
import type { MediaFormat, SampleRate } from "../audio/format.js";
import { plainSamples } from "../audio/plain-samples.js";
import { Resampler } from "../audio/resample.js";
import type { CallEvent } from "../call/events.js";
import type { HeardFrame } from "./ear.js";
import { LIVE_RATE_HZ } from "./live-voice.js";
import type { AgentState, Moment, Script, ScriptMaker } from "./script.js";

export interface Listener {
  /** The agent's next samples, mono at 48 kHz, as they arrive. The receiver's own. */
  heard?(samples: Int16Array): void;
  /** What happens in the call, as the caller sees it. */
  event?(event: CallEvent): void;
}

/** What a script says and does, and whatever a person adds to it. For one call at a time. */
export class LiveControls implements ScriptMaker {
  readonly format: MediaFormat;
  readonly longestMessage: number;
  readonly hearsAt: SampleRate;
  readonly isLive: boolean;
  readonly #maker: ScriptMaker;
  readonly #listener: Listener;
  #pressed: string[] = [];
  #hangsUp = false;

  constructor(maker: ScriptMaker, listener: Listener) {
    this.#maker = maker;
    this.#listener = listener;
    this.format = maker.format;
    this.longestMessage = maker.longestMessage;
    this.hearsAt = LIVE_RATE_HZ;
    this.isLive = maker.isLive ?? false;
  }

  /** Presses one of `0-9*#`, within 20 ms. */
  press(key: string): void {
    this.#pressed.push(key);
  }

  /** Hangs up in good order, within 20 ms. */
  hangUp(): void {
    this.#hangsUp = true;
  }

  start(call: { readonly callId: string; readonly plain: MediaFormat }): Script {
    return new ControlledScript(this.#maker.start(call), call.plain, this.#listener, (moment) =>
      this.#added(moment),
    );
  }

  #added(moment: Moment): Moment {
    if (this.#pressed.length === 0 && !this.#hangsUp) return moment;
    const keys = [...this.#pressed, ...(moment.keys ?? [])];
    this.#pressed = [];
    return { ...moment, keys, ...(this.#hangsUp && { end: "hang-up" as const }) };
  }
}

class ControlledScript implements Script {
  readonly #script: Script;
  readonly #plain: MediaFormat;
  readonly #listener: Listener;
  readonly #added: (moment: Moment) => Moment;
  readonly #resampler: Resampler;
  readonly judge: Script["judge"];

  constructor(script: Script, plain: MediaFormat, listener: Listener, added: (moment: Moment) => Moment) {
    this.#script = script;
    this.#plain = plain;
    this.#listener = listener;
    this.#added = added;
    this.#resampler = new Resampler(plain.sampleRate, LIVE_RATE_HZ);
    this.judge = script.judge?.bind(script);
  }

  get saidAllAt(): number {
    return this.#script.saidAllAt;
  }

  get expectsAnswer(): boolean {
    return this.#script.expectsAnswer;
  }

  next(at: number, agent: AgentState): Moment {
    return this.#added(this.#script.next(at, agent));
  }

  hear(frame: HeardFrame): void {
    this.#script.hear?.(frame);
    if (!this.#listener.heard) return;
    const samples = plainSamples(frame.plain, this.#plain);
    this.#listener.heard(this.#resampler.process(samples));
  }

  observe(event: CallEvent): void {
    this.#script.observe?.(event);
    this.#listener.event?.(event);
  }
}
