/** What is known of one running call at a moment, gathered from its events at no cost worth mentioning. */
import { formatName } from "../../audio/format.js";
import type { OpusModule } from "../../audio/opus.js";
import type { CallEvent } from "../../call/events.js";
import { SideLevel } from "./live-levels.js";
import type { Level } from "./meter.js";

/** What the screen shows of a call. Numbers are as they came: whoever draws masks them. */
export interface LiveCallView {
  readonly callId: string;
  readonly format: string;
  readonly caller: string;
  readonly callee: string;
  readonly agent: string;
  readonly elapsedMs: number;
  /** The agent can hear. */
  readonly isConnected: boolean;
  readonly isCallerSpeaking: boolean;
  readonly isAgentSpeaking: boolean;
  readonly callerLevel: Level;
  readonly agentLevel: Level;
  /** Of each turn so far. */
  readonly firstAudioMs: readonly number[];
  readonly greetingMs: number | undefined;
  readonly bargeIns: number;
  readonly framesIn: number;
  readonly framesOut: number;
}

type Started = CallEvent & { readonly type: "call-started" };

export class LiveCall {
  /** When somebody last began or ceased to speak, on the clock of `now`. */
  lastSpokeAt: number;
  readonly hangUp: () => void;
  readonly #startedAt: number;
  readonly #started: Started;
  readonly #callerLevel: SideLevel;
  readonly #agentLevel: SideLevel;
  readonly #firstAudioMs: number[] = [];
  #isConnected = false;
  #isCallerSpeaking = false;
  #isAgentSpeaking = false;
  #greetingMs: number | undefined;
  #bargeIns = 0;
  #framesIn = 0;
  #framesOut = 0;

  constructor(started: Started, now: number, hangUp: () => void, opus: () => OpusModule | undefined) {
    this.#started = started;
    this.#startedAt = now;
    this.lastSpokeAt = now;
    this.hangUp = hangUp;
    this.#callerLevel = new SideLevel(started.info.format, opus);
    this.#agentLevel = new SideLevel(started.info.format, opus);
  }

  get isSpeaking(): boolean {
    return this.#isCallerSpeaking || this.#isAgentSpeaking;
  }

  event(event: CallEvent, now: number): void {
    switch (event.type) {
      case "caller-audio":
        this.#framesIn++;
        this.#callerLevel.push(event.payload);
        break;
      case "agent-audio":
        this.#framesOut++;
        this.#isConnected = true;
        this.#agentLevel.push(event.payload);
        break;
      case "agent-ready":
        this.#isConnected = true;
        break;
      case "speech-started":
      case "speech-ended":
        this.lastSpokeAt = now;
        if (event.who === "caller") this.#isCallerSpeaking = event.type === "speech-started";
        else this.#isAgentSpeaking = event.type === "speech-started";
        break;
      case "turn":
        this.#firstAudioMs.push(event.firstAudioMs);
        break;
      case "greeting":
        this.#greetingMs = event.greetingMs;
        break;
      case "barge-in":
        this.#bargeIns++;
        break;
      case "call-ended":
        this.#callerLevel.end();
        this.#agentLevel.end();
    }
  }

  at(now: number): LiveCallView {
    const { info, agent } = this.#started;
    return {
      callId: info.callId,
      format: formatName(info.format),
      caller: info.caller,
      callee: info.callee,
      agent,
      elapsedMs: now - this.#startedAt,
      isConnected: this.#isConnected,
      isCallerSpeaking: this.#isCallerSpeaking,
      isAgentSpeaking: this.#isAgentSpeaking,
      callerLevel: this.#callerLevel.read(now),
      agentLevel: this.#agentLevel.read(now),
      firstAudioMs: this.#firstAudioMs,
      greetingMs: this.#greetingMs,
      bargeIns: this.#bargeIns,
      framesIn: this.#framesIn,
      framesOut: this.#framesOut,
    };
  }
}
