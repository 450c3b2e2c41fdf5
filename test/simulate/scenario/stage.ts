/** A scenario on the stage: a made-up agent answers, time is in hand, nothing real is spoken. */
import { PORTAL_FORMATS } from "../../../src/audio/format.js";
import { readScenario } from "../../../src/simulate/scenario/grammar.js";
import { ScenarioCall, type ScenarioOptions } from "../../../src/simulate/scenario/scenario-call.js";
import type { Verdict } from "../../../src/simulate/scenario/verdict.js";
import { LOUD, QUIET, Stage } from "../stage.js";

/** Says whether the agent speaks at `at`, from what the caller did so far. */
export type MadeUpAgent = (at: number, stage: Stage) => boolean | "hangs up";

export interface Played {
  readonly verdicts: readonly Verdict[];
  readonly stage: Stage;
  /** Failed expectations, as `2 stops within 500 ms: the agent spoke on for 900 ms`. */
  readonly faults: string[];
}

const WORDS = { say: { clip: "hello" } };

/** Plays `turns` against an agent, frame by frame. The sentence that is said lasts from 20 ms to 1860 ms. */
export async function play(
  turns: readonly object[],
  agent: MadeUpAgent,
  more: { expect?: object; noise?: number; transcript?: string[]; seed?: number } = {},
): Promise<Played> {
  const { transcript, seed, ...fields } = more;
  const verdicts: Verdict[] = [];
  const options: ScenarioOptions = {
    format: PORTAL_FORMATS.g711_ulaw,
    seed,
    speak: () => Promise.reject(new Error("no text here")),
    transcriptOf: () =>
      transcript?.map((text) => ({ text, spokenAt: 0 })) ?? { unknown: "nobody writes it down" },
    onVerdicts: (_callId, _scenario, found) => verdicts.push(...found),
  };
  const track = await ScenarioCall.load(readScenario({ name: "test", turns, ...fields }), options);
  const stage = new Stage({ track }).open();
  for (let at = 10; !stage.caller.outcome && at < 200_000; at += 20) {
    stage.until(at);
    const does = agent(at, stage);
    if (does === "hangs up") stage.caller.closed(1000, "", at);
    else if (!stage.caller.outcome) stage.arrives(at, does ? LOUD : QUIET);
  }
  const faults = verdicts
    .filter(({ ok }) => !ok)
    .map(({ step, expect, reason }) => `${step === undefined ? "" : `${step} `}${expect}: ${reason}`);
  return { verdicts, stage, faults };
}

export const SAY = WORDS;

/** Answers for `ms`, `after` the end of the caller's speech, which the call's own turns tell. */
export function answers(after: number, ms: number): MadeUpAgent {
  return (at, stage) =>
    stage
      .eventsOf("speech-ended")
      .some(
        ({ who, lastVoicedAt }) =>
          who === "caller" && at >= lastVoicedAt + after && at < lastVoicedAt + after + ms,
      );
}
