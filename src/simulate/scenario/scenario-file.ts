/** Reads a scenario file: YAML, with errors that say line and column. */
import { dirname, resolve } from "node:path";
import { parseStrictYaml, readStrictYaml } from "../../strict-yaml.js";
import { readScenario } from "./grammar.js";
import type { Action, Scenario, Words } from "./scenario.js";

const ABOUT = {
  code: "bad-scenario",
  example: "See docs/scenarios.md for an example.",
  what: "A scenario is a short text: see docs/scenarios.md.",
} as const;

/** WAV files in it are found from its own folder. @throws BridgeError `cannot-read`, `bad-scenario` */
export async function readScenarioFile(path: string): Promise<Scenario> {
  const scenario = await readStrictYaml(path, readScenario, ABOUT);
  const folder = dirname(path);
  return {
    ...scenario,
    steps: scenario.steps.map((step) => ({ ...step, action: withPaths(step.action, folder) })),
  };
}

/** @param name of the file, for errors. @throws BridgeError `bad-scenario` */
export function parseScenario(text: string, name: string): Promise<Scenario> {
  return parseStrictYaml(text, name, readScenario, ABOUT);
}

function withPaths(action: Action, folder: string): Action {
  if (!("words" in action)) return action;
  const { words } = action;
  const found: Words = "wav" in words ? { wav: resolve(folder, words.wav) } : words;
  return { ...action, words: found };
}
