/** Matchers for calls. The same object goes into `expect.extend` of Vitest and of Jest. */
import { type Duration, durationMs } from "./duration.js";
import {
  endedBy,
  type HeardSpeech,
  heardSpeech,
  heardWords,
  meetsExpectations,
  soundsRight,
} from "./matchers/hearing.js";
import {
  analysisOf,
  type Judgement,
  type MatcherContext,
  type MatcherResult,
  placedCall,
  resultOf,
} from "./matchers/judgement.js";
import { repliesWithin, stopsWithin, talkOverAtMost } from "./matchers/timing.js";

/**
 * What the matchers add to `expect(call)`. Each fails where nothing was measured, with `.not` too. They take what `placeCall` and
 * the methods of a fake SmartPBX give that end a call, and all but `toMeetExpectations` also a `CallAnalysis`.
 */
export interface CallMatchers<R = unknown> {
  /**
   * Every turn of the caller was answered within this time: from the end of what was said to the first audio of the agent.
   * A turn counts when its reply came, or when there was time for it before the caller spoke again or the call ended.
   * @param options `turn`: only this one, from 1.
   */
  toReplyWithin(limit: Duration, options?: { readonly turn?: number }): R;
  /** The agent fell silent within this time after the caller began to speak into its words. */
  toStopWithin(limit: Duration): R;
  /** Both spoke at once for no longer than `atMost` (default 0) in all. What passes before a barge-in has its effect counts. */
  toHaveNoTalkOver(options?: { readonly atMost?: Duration }): R;
  /**
   * The caller heard the agent say this. Words and regular expressions are looked for in the agent's transcript, whatever their
   * case (words) and spaces; without a transcript the matcher fails. Without words, or with `atLeast` and `louderThan`, it is
   * speech that must have been heard: 100 ms of it.
   */
  toHaveHeard(what?: string | RegExp | HeardSpeech): R;
  /** The agent was heard, and nothing is wrong with its sound: no clipping, no wrong encoding or rate, no holes. */
  toSoundRight(): R;
  /** Who ended the call in good order. A connection that broke was ended by nobody. */
  toEndBy(who: "agent" | "caller"): R;
  /** The call went well, and all that its scenario, or the recording it replays, expects came true. */
  toMeetExpectations(): R;
}

type Matchers = {
  readonly [M in keyof CallMatchers]: (
    this: MatcherContext,
    call: unknown,
    ...expected: Parameters<CallMatchers[M]>
  ) => MatcherResult;
};

/** `expect.extend(matchers)`; or import `smartpbx-bridge/testing/vitest` or `…/jest`, which do that and have the types. */
export const matchers: Matchers = {
  toReplyWithin(call, limit, { turn } = {}) {
    const judge = () => repliesWithin(analysisOf(call, "toReplyWithin"), durationMs(limit), turn);
    return judged("toReplyWithin", this, judge);
  },
  toStopWithin(call, limit) {
    return judged("toStopWithin", this, () =>
      stopsWithin(analysisOf(call, "toStopWithin"), durationMs(limit)),
    );
  },
  toHaveNoTalkOver(call, { atMost = 0 } = {}) {
    const judge = () => talkOverAtMost(analysisOf(call, "toHaveNoTalkOver"), durationMs(atMost));
    return judged("toHaveNoTalkOver", this, judge);
  },
  toHaveHeard(call, what) {
    const analysis = analysisOf(call, "toHaveHeard");
    const isWords = typeof what === "string" || what instanceof RegExp;
    return judged("toHaveHeard", this, () =>
      isWords ? heardWords(analysis, what) : heardSpeech(analysis, what),
    );
  },
  toSoundRight(call) {
    return judged("toSoundRight", this, () => soundsRight(analysisOf(call, "toSoundRight")));
  },
  toEndBy(call, who) {
    return judged("toEndBy", this, () => endedBy(analysisOf(call, "toEndBy"), who));
  },
  toMeetExpectations(call) {
    const placed = placedCall(call);
    if (!placed) throw new TypeError("expect(…).toMeetExpectations takes what placeCall gives.");
    return judged("toMeetExpectations", this, () => meetsExpectations(placed));
  },
};

function judged(matcher: string, context: MatcherContext, judge: () => Judgement): MatcherResult {
  return resultOf(`${matcher}()`, context, judge());
}
