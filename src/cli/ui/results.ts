/** Opens the reporters that `--reporter` names. With `--json`, stdout belongs to programs and people read stderr. */
import { openResultReporters, type ResultReporters } from "../../report/results/open.js";
import type { ReporterSpec } from "../../report/results/reporter-names.js";
import { makeStyle } from "./color.js";
import type { Io } from "./io.js";

export interface ResultsSettings {
  readonly reporter: readonly ReporterSpec[];
  readonly json: boolean;
  readonly quiet: boolean;
  readonly noColor: boolean;
}

/** @throws BridgeError `cannot-write`, `bad-flag`: what `openResultReporters` throws */
export async function openResults(
  { reporter, json, quiet, noColor }: ResultsSettings,
  io: Io,
): Promise<ResultReporters> {
  const out = json ? io.stderr : io.stdout;
  const style = await makeStyle({ env: io.env, stdout: out }, noColor);
  return openResultReporters(reporter, { out, env: io.env, cwd: io.cwd, clock: io.clock, style, quiet });
}
