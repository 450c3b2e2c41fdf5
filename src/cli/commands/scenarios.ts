/** `simulate SCENARIO…`: the calls that scenarios make, and what became of what they expect. */
import { PORTAL_FORMATS } from "../../audio/format.js";
import type { OpusFraming } from "../../audio/opus-framing.js";
import type { Observer } from "../../call/events.js";
import type { Resolution } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import type { Reporter } from "../../report/reporter.js";
import { shortId } from "../../report/safe-text.js";
import type { LoadOptions } from "../../simulate/load.js";
import { findScenario } from "../../simulate/scenario/built-in.js";
import type { CallFacts, TranscriptLine } from "../../simulate/scenario/evidence.js";
import type { Scenario } from "../../simulate/scenario/scenario.js";
import { ScenarioCall, type ScenarioOptions } from "../../simulate/scenario/scenario-call.js";
import { speak } from "../../simulate/scenario/tts.js";
import { spell, type Verdict } from "../../simulate/scenario/verdict.js";

export interface ScenarioSettings
  extends Pick<
    Values<"simulate">,
    "scenario" | "tts" | "format" | "profile" | "caller" | "callee" | "account"
  > {
  readonly endpoint: object | undefined;
  /** Of what is random in a scenario. */
  readonly seed?: number;
}

type Sources = Resolution["sources"];
type CallDifferences = Partial<LoadOptions["call"]>;

/** What reports call a scenario, and its file where it has one. */
export interface AskedScenario {
  readonly name: string;
  readonly file?: string;
}

type PlannedCall = CallDifferences & { readonly script: ScenarioCall; readonly asked: AskedScenario };

/** The calls of all scenarios, which are placed in turns. */
export class Scenarios {
  readonly #calls: readonly PlannedCall[];
  readonly #transcripts = new Map<string, TranscriptLine[]>();

  private constructor(calls: readonly PlannedCall[], transcripts: Map<string, TranscriptLine[]>) {
    this.#calls = calls;
    this.#transcripts = transcripts;
  }

  /** Undefined when no scenario is named. @throws BridgeError when one cannot be read or spoken */
  static async open(
    settings: ScenarioSettings,
    sources: Sources,
    framing: OpusFraming,
    reporter: Pick<Reporter, "step">,
    onVerdicts?: (callId: string, verdicts: readonly Verdict[]) => void,
  ): Promise<Scenarios | undefined> {
    if (settings.scenario.length === 0) return undefined;
    const transcripts = new Map<string, TranscriptLine[]>();
    const isStrong = (key: keyof Sources) => sources[key] === "flag" || sources[key] === "environment";
    const calls = [];
    for (const name of settings.scenario) {
      const scenario = await findScenario(name);
      const { call } = scenario;
      const pick = <K extends keyof typeof call>(key: K) =>
        (isStrong(key) ? settings[key] : (call[key] ?? settings[key])) as NonNullable<(typeof call)[K]>;
      const options: ScenarioOptions = {
        format: PORTAL_FORMATS[pick("format")],
        framing,
        seed: settings.seed,
        speak: (text) => speak(text, { command: settings.tts }),
        transcriptOf: (callId) => transcriptOf(callId, transcripts, settings.endpoint === undefined),
        onVerdicts: (callId, of, verdicts) => {
          report(reporter, callId, of, verdicts);
          onVerdicts?.(callId, verdicts);
        },
      };
      calls.push({
        asked: { name: scenario.name, ...(/\.ya?ml$/i.test(name) && { file: name }) },
        script: await ScenarioCall.load(scenario, options),
        profile: pick("profile"),
        caller: pick("caller"),
        callee: pick("callee"),
        accountId: pick("account"),
      });
    }
    return new Scenarios(calls, transcripts);
  }

  /** How many calls it takes for each scenario to have its turn. */
  get count(): number {
    return this.#calls.length;
  }

  get script(): ScenarioCall {
    return this.#calls[0].script;
  }

  /** How the call of this number differs from others. */
  readonly callOf = (index: number): CallDifferences => {
    const { asked: _, ...call } = this.#calls[index % this.#calls.length];
    return call;
  };

  /** The scenario of the call of this number. */
  readonly askedOf = (index: number): AskedScenario => this.#calls[index % this.#calls.length].asked;

  /** Takes down what the agent of one call says in text. */
  observe(): Observer {
    let lines: TranscriptLine[] = [];
    return (event) => {
      if (event.type === "call-started") this.#transcripts.set(event.info.callId, (lines = []));
      if (event.type === "transcript" && event.who === "agent") lines.push(event);
    };
  }
}

function transcriptOf(
  callId: string,
  transcripts: Map<string, TranscriptLine[]>,
  hasOwnAgent: boolean,
): CallFacts["transcript"] {
  const lines = transcripts.get(callId) ?? [];
  transcripts.delete(callId);
  if (hasOwnAgent) return lines;
  return { unknown: "SmartPBX carries no transcripts: they are known only with --agent instead of --url" };
}

function report(
  reporter: Pick<Reporter, "step">,
  callId: string,
  { name }: Scenario,
  verdicts: readonly Verdict[],
): void {
  const ok = verdicts.every((verdict) => verdict.ok);
  const lines = verdicts.map((verdict) => `  ${lineOf(verdict)}`);
  const fields = { name, callId, ok, expectations: verdicts };
  reporter.step("scenario", fields, [`${ok ? "✓" : "✗"} ${name}  ${shortId(callId)}`, ...lines].join("\n"));
}

function lineOf({ step, expect, ok, measured, unit, reason }: Verdict): string {
  const spelled = unit === "ms" ? spell(Number(measured)) : `${measured}${unit ? ` ${unit}` : ""}`;
  const value = typeof measured !== "number" || reason !== "" ? "" : spelled;
  const facts = [step === undefined ? "call" : `step ${step}`, expect, value, reason].filter(Boolean);
  return `${ok ? "✓" : "✗"} ${facts.join("  ")}`;
}
