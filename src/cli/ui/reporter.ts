/** Chooses the report: lines for people, or JSON lines under `--json`. */
import { JsonlReporter } from "../../report/jsonl.js";
import type { Reporter } from "../../report/reporter.js";
import { TerminalReporter } from "../../report/terminal.js";
import { makeStyle } from "./color.js";
import type { Io } from "./io.js";

export interface ReportSettings {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly noColor: boolean;
  readonly showPersonal: boolean;
}

export async function makeReporter(settings: ReportSettings, io: Io): Promise<Reporter> {
  const { json, quiet, noColor, showPersonal } = settings;
  if (json) return new JsonlReporter(io.stdout, io.clock, { showPersonal });
  return new TerminalReporter({
    out: io.stdout,
    err: io.stderr,
    clock: io.clock,
    style: await makeStyle(io, noColor),
    // A key may change it while the report is written.
    get level() {
      return quiet ? "quiet" : settings.verbose ? "verbose" : "normal";
    },
    showPersonal,
  });
}
