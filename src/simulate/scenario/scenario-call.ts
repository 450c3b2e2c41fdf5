/** Makes the scripts of a scenario's calls: all that is said is loaded and encoded once. */
import { FRAME_MS, type MediaFormat } from "../../audio/format.js";
import type { OpusFraming } from "../../audio/opus-framing.js";
import { silence, whiteNoise } from "../../audio/signal.js";
import type { Script, ScriptMaker } from "../script.js";
import { loadSource, type Source } from "../source.js";
import { sealer, Track } from "../track.js";
import { AgentEvidence, type CallFacts } from "./evidence.js";
import type { Scenario, Words } from "./scenario.js";
import { ScenarioScript } from "./scenario-script.js";
import type { Verdict } from "./verdict.js";

export interface ScenarioOptions {
  readonly format: MediaFormat;
  /** How Opus packets travel. Default raw. */
  readonly framing?: OpusFraming;
  /** Of the noise. The same seed gives the same bytes. Default 1. */
  readonly seed?: number;
  /** Gives the WAV file of a spoken text. */
  readonly speak: (text: string) => Promise<string>;
  /** What the agent of a call said in text, or why that is not known. */
  readonly transcriptOf: (callId: string) => CallFacts["transcript"];
  /** Told the verdicts of each call, when it is over. */
  readonly onVerdicts: (callId: string, scenario: Scenario, verdicts: readonly Verdict[]) => void;
}

/** Length of the line's noise before it begins anew. */
const NOISE_MS = 10_000;
/** Enough of Opus's sound to tell speech from noise. */
const HEARS_AT = 24000;

export class ScenarioCall implements ScriptMaker {
  readonly format: MediaFormat;
  readonly longestMessage: number;
  readonly hearsAt = HEARS_AT;
  readonly #scenario: Scenario;
  readonly #options: ScenarioOptions;
  readonly #clips: ReadonlyMap<string, Track>;
  readonly #silence: Track;
  readonly #noise: Track | undefined;

  private constructor(
    scenario: Scenario,
    options: ScenarioOptions,
    clips: Map<string, Track>,
    quiet: { silence: Track; noise: Track | undefined },
  ) {
    this.format = options.format;
    this.#scenario = scenario;
    this.#options = options;
    this.#clips = clips;
    this.#silence = quiet.silence;
    this.#noise = quiet.noise;
    const tracks = [quiet.silence, quiet.noise ?? quiet.silence, ...clips.values()];
    this.longestMessage = Math.max(...tracks.map((track) => track.longestMessage));
  }

  /** @throws BridgeError what `loadSource` and `speak` throw */
  static async load(scenario: Scenario, options: ScenarioOptions): Promise<ScenarioCall> {
    const { format, framing, seed = 1, speak } = options;
    const { noiseDbfs } = scenario;
    const background =
      noiseDbfs === undefined ? undefined : (rate: number) => whiteNoise(seed, noiseDbfs, NOISE_MS, rate);
    const encode = (source: Source) => Track.encode({ ...source, background }, format, framing);
    const clips = new Map<string, Track>();
    for (const { action } of scenario.steps) {
      if (!("words" in action) || clips.has(keyOf(action.words))) continue;
      clips.set(keyOf(action.words), await encode(await sourceOf(action.words, speak)));
    }
    const quiet = (ms: number): Source => ({ name: "silence", samplesAt: (rate) => silence(ms, rate) });
    const nothing = await Track.encode(quiet(FRAME_MS), format, framing);
    const noise = background && (await encode(quiet(NOISE_MS)));
    return new ScenarioCall(scenario, options, clips, { silence: nothing, noise });
  }

  start({ callId, plain }: { readonly callId: string; readonly plain: MediaFormat }): Script {
    const { framing = "raw", transcriptOf, onVerdicts } = this.#options;
    const cast = {
      clip: (words: Words) => this.#clips.get(keyOf(words)) as Track,
      silence: this.#silence,
      noise: this.#noise,
      seal: sealer(this.format, framing),
    };
    return new ScenarioScript(this.#scenario, cast, new AgentEvidence(plain), {
      transcript: () => transcriptOf(callId),
      conclude: (verdicts) => onVerdicts(callId, this.#scenario, verdicts),
    });
  }
}

async function sourceOf(words: Words, speak: (text: string) => Promise<string>): Promise<Source> {
  if ("clip" in words) return loadSource({ type: "sample-voice", clip: words.clip });
  return loadSource({ type: "wav", path: "wav" in words ? words.wav : await speak(words.text) });
}

function keyOf(words: Words): string {
  return JSON.stringify(words);
}
