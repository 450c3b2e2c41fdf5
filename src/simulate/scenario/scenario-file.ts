/** Reads a scenario file: YAML, with errors that say line and column. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Document, LineCounter, Node, Pair } from "yaml";
import { BridgeError } from "../../errors.js";
import { readScenario } from "./grammar.js";
import type { Action, Scenario, Words } from "./scenario.js";
import { Misfit } from "./shape.js";

const MOST_BYTES = 1024 * 1024;

/** WAV files in it are found from its own folder. @throws BridgeError `cannot-read`, `bad-scenario` */
export async function readScenarioFile(path: string): Promise<Scenario> {
  const scenario = await parseScenario(await textOf(path), path);
  const folder = dirname(path);
  return {
    ...scenario,
    steps: scenario.steps.map((step) => ({ ...step, action: withPaths(step.action, folder) })),
  };
}

/** @param name of the file, for errors. @throws BridgeError `bad-scenario` */
export async function parseScenario(text: string, name: string): Promise<Scenario> {
  const { parseDocument, LineCounter } = await import("yaml");
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [fault] = document.errors;
  if (fault) throw bad(name, lines, fault.pos[0], fault.message, "See docs/scenarios.md for an example.");
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch {
    throw bad(name, lines, 0, "its aliases are too many", "Write it out.");
  }
  try {
    return readScenario(data);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw bad(name, lines, placeOf(document, error), error.message, error.fix);
  }
}

async function textOf(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    if (bytes.length <= MOST_BYTES) return bytes.toString("utf8");
  } catch (cause) {
    throw new BridgeError("cannot-read", `${path} cannot be read.`, {
      fix: "Check the path and the file's permissions.",
      cause,
    });
  }
  throw new BridgeError("bad-scenario", `${path} is larger than 1 MiB.`, {
    fix: "A scenario is a short text: see docs/scenarios.md.",
  });
}

/** Where in the text the fault is: at its key, its value, or at what would have to hold it. */
function placeOf(document: Document, { path, atKey }: Misfit): number {
  if (atKey) {
    const parent = document.getIn(path.slice(0, -1), true) as { items?: Pair<Node, Node>[] } | undefined;
    const pair = parent?.items?.find(({ key }) => String(key) === path.at(-1));
    if (pair?.key.range) return pair.key.range[0];
  }
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return (document.contents as Node | null)?.range?.[0] ?? 0;
}

function bad(name: string, lines: LineCounter, at: number, message: string, fix: string): BridgeError {
  const { line, col } = lines.linePos(at);
  return new BridgeError("bad-scenario", `${name}:${Math.max(line, 1)}:${Math.max(col, 1)}: ${message}`, {
    fix,
  });
}

function withPaths(action: Action, folder: string): Action {
  if (!("words" in action)) return action;
  const { words } = action;
  const found: Words = "wav" in words ? { wav: resolve(folder, words.wav) } : words;
  return { ...action, words: found };
}
