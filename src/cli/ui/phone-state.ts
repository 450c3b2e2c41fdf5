/** What is known of a live call at a moment, gathered from its events as the caller sees them. */
import type { CallEvent } from "../../call/events.js";
import { END_WORDS } from "../../report/words.js";
import type { PhoneView } from "./phone-screen.js";

type Known = Pick<
  PhoneView,
  | "state"
  | "elapsedMs"
  | "ended"
  | "isCallerSpeaking"
  | "isAgentSpeaking"
  | "firstAudioMs"
  | "turns"
  | "bargeIns"
>;

export class PhoneState {
  #state: PhoneView["state"] = "dialling";
  #ended: string | undefined;
  #isCallerSpeaking = false;
  #isAgentSpeaking = false;
  #firstAudioMs: number | undefined;
  #turns = 0;
  #bargeIns = 0;
  /** When the present state's time began, on the clock that `at` is asked with. */
  #since: number;
  #elapsedMs = 0;

  /** Dialling began at `now`. */
  constructor(now: number) {
    this.#since = now;
  }

  /** @param now on the same clock as in the constructor; the event's own time is the call's. */
  event(event: CallEvent, now: number): void {
    switch (event.type) {
      case "call-started":
        this.#state = "ringing";
        this.#since = now;
        break;
      case "agent-audio":
        this.answered();
        break;
      case "speech-started":
      case "speech-ended":
        this.#spoke(event.who, event.type === "speech-started");
        break;
      case "turn":
        this.#firstAudioMs = event.firstAudioMs;
        this.#turns++;
        break;
      case "call-ended":
        this.#elapsedMs = event.summary.durationMs;
        this.#end(END_WORDS[event.reason]);
    }
  }

  /** The agent can hear. */
  answered(): void {
    if (this.#state === "ringing") this.#state = "up";
  }

  at(now: number): Known {
    return {
      state: this.#state,
      elapsedMs: this.#state === "ended" ? this.#elapsedMs : now - this.#since,
      ended: this.#ended,
      isCallerSpeaking: this.#isCallerSpeaking,
      isAgentSpeaking: this.#isAgentSpeaking,
      firstAudioMs: this.#firstAudioMs,
      turns: this.#turns,
      bargeIns: this.#bargeIns,
    };
  }

  #spoke(who: "caller" | "agent", began: boolean): void {
    if (who === "agent") {
      this.#isAgentSpeaking = began;
      return;
    }
    this.#isCallerSpeaking = began;
    if (began && this.#isAgentSpeaking) this.#bargeIns++;
  }

  #end(why: string): void {
    this.#state = "ended";
    this.#ended = why;
    this.#isCallerSpeaking = false;
    this.#isAgentSpeaking = false;
  }
}
