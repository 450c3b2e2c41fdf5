/** A scenario: what one caller does step by step, and what is expected of the agent. */
import type { Encoding } from "../../audio/format.js";
import type { ProfileName } from "../../protocol/profiles.js";

/** What is said: a text for the TTS command, a WAV file, or a clip of the bundled voice. */
export type Words = { readonly text: string } | { readonly wav: string } | { readonly clip: ClipName };

export const CLIPS = ["hello", "hours"] as const;
export type ClipName = (typeof CLIPS)[number];

/** What one step does. Durations are in ms. */
export type Action =
  | { readonly do: "say"; readonly words: Words }
  | { readonly do: "wait"; readonly for: "agent" | "speech" | "end"; readonly timeoutMs: number }
  | { readonly do: "pause"; readonly ms: number }
  | { readonly do: "dtmf"; readonly keys: string }
  | {
      readonly do: "barge-in";
      readonly afterMs: number;
      readonly words: Words;
      readonly timeoutMs: number;
    }
  | { readonly do: "hang-up" }
  | { readonly do: "drop" };

export interface Step {
  readonly action: Action;
  readonly expects: readonly Expectation[];
}

/** What must come true. Those of a step are about what follows it, those of the call about all of it. */
export type Expectation =
  | { readonly that: "speaks-within"; readonly ms: number }
  | { readonly that: "stops-within"; readonly ms: number }
  | { readonly that: "silent-for"; readonly ms: number }
  | { readonly that: "talk-over-below"; readonly ms: number }
  | { readonly that: "transcript-contains"; readonly text: string }
  | { readonly that: "no-clipping" }
  | { readonly that: "sounds-right" }
  | { readonly that: "ended-by"; readonly who: "caller" | "agent" };

/** What the scenario says about its call; what the command line says is stronger. */
export interface ScenarioCall {
  readonly format?: Encoding;
  readonly profile?: ProfileName;
  readonly caller?: string;
  readonly callee?: string;
  readonly account?: string;
}

export interface Scenario {
  readonly name: string;
  readonly description?: string;
  readonly call: ScenarioCall;
  /** Noise of the line in dBFS, under all that is said and in the silence between. */
  readonly noiseDbfs?: number;
  readonly steps: readonly Step[];
  /** Of the whole call. */
  readonly expects: readonly Expectation[];
}
