/** Says what is wrong with a call while it runs, in warnings among its events: each once, as soon as it can be told. */
import { type CallEvent, isSound, type Observer } from "../call/events.js";
import { CallAnalyser } from "./call-analyser.js";
import { encoding } from "./detectors/encoding.js";
import { gaps } from "./detectors/gaps.js";
import { level } from "./detectors/level.js";
import { payloads } from "./detectors/payloads.js";
import { tooFast } from "./detectors/too-fast.js";
import { ulawEncoder } from "./detectors/ulaw-encoder.js";
import type { Finding } from "./finding.js";

/** What is wrong with a sound is wrong from its first seconds on: longer than this no call is listened to. */
const LISTENS_MS = 30_000;
const LOOKS_EVERY_MS = 5000;
const OPEN_MS = 5000;
/** Those that cost next to nothing, and whose sightings do not go away again: they look while the call runs. */
const QUICK = [encoding, payloads, ulawEncoder, level, tooFast, gaps];
/** How a call ended, and what was noted of its messages, the reports say themselves. */
const SAID_OTHERWISE =
  /^(agent-failed|agent-unreachable|caller-lost|ended-by-rule|not-our-protocol|bridge-failed|cut-off|bad-lines|bad-message|audio-lost|agent-(missing|wrong)-ids|caller-silent)$/;

/**
 * Listens to one call at a time, from its start: what is wrong with an agent is wrong in every call, and a hundred calls must
 * not cost more than one. Opus is not listened to: decoding it twice would cost more than all else.
 */
export class LiveFindings {
  #isListening = false;

  /** An observer of one call that tells `report` all it is told but the sound, and what is found besides. */
  during(report: Observer): Observer {
    let call: ListenedCall | undefined;
    const observer: Observer = (event) => {
      if (event.type === "call-started" && !this.#isListening) {
        this.#isListening = true;
        call = new ListenedCall();
      }
      if (call) for (const finding of call.observe(event)) report(warning(finding, event.at));
      if (call?.isOver) {
        call = undefined;
        this.#isListening = false;
      }
      observer.isDeaf = !call;
      if (!isSound(event)) report(event);
    };
    return observer;
  }
}

function warning({ code, seen, fix }: Finding, at: number): CallEvent {
  return { type: "warning", at, code, message: `${seen} ${fix}` };
}

class ListenedCall {
  isOver = false;
  readonly #said = new Set<string>();
  readonly #analyser = new CallAnalyser();
  #looksAt = LOOKS_EVERY_MS;

  /** @returns what can be told now and was not said before. */
  observe(event: CallEvent): Finding[] {
    const analyser = this.#analyser;
    analyser.observe(event);
    if (event.type === "call-ended" || event.at >= LISTENS_MS) {
      this.isOver = true;
      const { findings } = analyser.finish();
      return this.#news(event.type === "call-ended" ? findings : findings.filter(isSettled(event.at)));
    }
    if (event.at < this.#looksAt) return [];
    this.#looksAt = event.at + LOOKS_EVERY_MS;
    return this.#news(analyser.findingsSoFar(QUICK));
  }

  #news(findings: readonly Finding[]): Finding[] {
    const news = findings.filter(({ code }) => !this.#said.has(code) && !SAID_OTHERWISE.test(code));
    for (const { code } of news) this.#said.add(code);
    return news;
  }
}

/** What nobody has answered yet, and who has not stopped yet, may still do so. */
function isSettled(now: number): (finding: Finding) => boolean {
  return ({ code, at = 0 }) => !/unanswered|barge-in/.test(code) || now - at > OPEN_MS;
}
