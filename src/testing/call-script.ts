/** What a test wants said in a call, made into the caller's script: a scenario or plain sound. */
import { stat } from "node:fs/promises";
import { type Encoding, PORTAL_FORMATS } from "../audio/format.js";
import type { OpusFraming } from "../audio/opus-framing.js";
import { findScenario } from "../simulate/scenario/built-in.js";
import type { CallFacts } from "../simulate/scenario/evidence.js";
import { ScenarioCall } from "../simulate/scenario/scenario-call.js";
import { speak } from "../simulate/scenario/tts.js";
import type { Verdict } from "../simulate/scenario/verdict.js";
import { Track } from "../simulate/track.js";
import { type CallerWords, sourceOf } from "./caller-words.js";
import type { NewCall } from "./new-call.js";
import { type ScenarioDefinition, scenarioOf } from "./scenario-definition.js";

/**
 * The name of a built-in scenario, the path of a scenario's .yaml file or of a recording's folder; a scenario as an object; or
 * what the caller says.
 */
export type WhatToPlay = string | ScenarioDefinition | CallerWords;

export interface PlayOptions {
  /** Default: what the scenario says, or `g711_ulaw`. */
  readonly format?: Encoding;
  /** How Opus packets travel. Default `raw`. */
  readonly opusFraming?: OpusFraming;
  /** Of what is random in a scenario. */
  readonly seed?: number;
  /** Speaks the texts of scenarios, as `espeak-ng -w {out} -- {text}`, which is the default. */
  readonly tts?: string;
}

/** The folder of the recording that `what` names; undefined when it names no folder. */
export async function recordingFolder(what: WhatToPlay): Promise<string | undefined> {
  if (typeof what !== "string" || /\.ya?ml$/i.test(what)) return undefined;
  const found = await stat(what).catch(() => undefined);
  return found?.isDirectory() ? what : undefined;
}

/** @throws BridgeError `bad-scenario`, `cannot-read`, `cannot-speak`, `bad-wav` */
export async function scriptOf(
  what: WhatToPlay,
  options: PlayOptions,
  transcript: () => CallFacts["transcript"],
): Promise<NewCall> {
  if (typeof what !== "string" && !("turns" in what)) {
    const { format = "g711_ulaw", opusFraming } = options;
    const script = await Track.encode(await sourceOf(what), PORTAL_FORMATS[format], opusFraming);
    return { script, call: {} };
  }
  const scenario = typeof what === "string" ? await findScenario(what) : scenarioOf(what);
  const { format = scenario.call.format ?? "g711_ulaw", opusFraming: framing, seed, tts } = options;
  let verdicts: readonly Verdict[] = [];
  const script = await ScenarioCall.load(scenario, {
    format: PORTAL_FORMATS[format],
    framing,
    seed,
    speak: (text) => speak(text, { command: tts }),
    transcriptOf: transcript,
    onVerdicts: (_callId, _scenario, found) => {
      verdicts = found;
    },
  });
  return { script, call: scenario.call, verdicts: () => verdicts };
}
