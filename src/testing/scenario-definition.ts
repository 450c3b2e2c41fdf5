/** Scenarios as objects: the same words as in a scenario's YAML file, checked in the same way. */
import { BridgeError } from "../errors.js";
import { Misfit } from "../shape.js";
import { readScenario } from "../simulate/scenario/grammar.js";
import type { ClipName, Scenario, ScenarioCall } from "../simulate/scenario/scenario.js";

/** Durations in scenarios are texts with a unit. */
export type ScenarioTime = `${number}ms` | `${number}s` | `${number}m`;

/** A text for the TTS program, a WAV file, or a sentence of the bundled voice. */
export type ScenarioWords = string | { readonly wav: string } | { readonly clip: ClipName };

type ScenarioAction =
  | { readonly say: ScenarioWords }
  | { readonly wait: "agent" | "speech" | "end" | ScenarioTime; readonly timeout?: ScenarioTime }
  | { readonly silence: ScenarioTime }
  | { readonly dtmf: string }
  | {
      readonly "barge-in": { readonly after?: ScenarioTime; readonly say: ScenarioWords };
      readonly timeout?: ScenarioTime;
    }
  | { readonly "hang-up": true }
  | { readonly drop: true };

/** One step, and what is expected of the agent in it. */
export type ScenarioTurn = ScenarioAction & {
  readonly expect?: {
    readonly "speaks-within"?: ScenarioTime;
    readonly "stops-within"?: ScenarioTime;
    readonly "silent-for"?: ScenarioTime;
    readonly "transcript-contains"?: string;
  };
};

export interface ScenarioDefinition {
  /** What results call it. Default `scenario`. */
  readonly name?: string;
  readonly description?: string;
  /** How the call is placed; options of `placeCall` are stronger. */
  readonly call?: ScenarioCall;
  /** Noise of the line in dBFS, -90 to -20. */
  readonly noise?: number;
  readonly turns: readonly ScenarioTurn[];
  /** What must be true of the whole call. */
  readonly expect?: {
    readonly "talk-over-below"?: ScenarioTime;
    readonly "transcript-contains"?: string;
    readonly "no-clipping"?: true;
    readonly "sounds-right"?: true;
    readonly "ended-by"?: "caller" | "agent";
  };
}

/** Types a scenario and gives it back, for one that several tests share. docs/scenarios.md explains its words. */
export function defineScenario(definition: ScenarioDefinition): ScenarioDefinition {
  return definition;
}

/** @throws BridgeError `bad-scenario` that names the place. */
export function scenarioOf(definition: ScenarioDefinition): Scenario {
  try {
    return readScenario({ name: "scenario", ...definition });
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const place = error.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`)).join("");
    throw new BridgeError("bad-scenario", `The scenario's ${place.slice(1)}: ${error.message}`, {
      fix: error.fix,
    });
  }
}
