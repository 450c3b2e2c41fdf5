/** Opens the reporters of a run, so that all can be told its results at once. */
import { resolve } from "node:path";
import type { Clock } from "../../clock.js";
import { BridgeError } from "../../errors.js";
import type { Output } from "../reporter.js";
import type { Style } from "../style.js";
import { checkWritable } from "./output-file.js";
import type { ReporterName, ReporterSpec } from "./reporter-names.js";
import type { CheckResult, ResultReporter, RunResult } from "./result.js";

/** What reporters may touch of the world. */
export interface ResultsIo {
  /** Where text for people goes. Under `--json` that is stderr. */
  readonly out: Output & {
    /** Width in characters; undefined where nobody looks, and nothing is cut or wrapped. */
    readonly columns?: number | undefined;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that the files of results are named from. */
  readonly cwd: string;
  readonly clock: Clock;
  readonly style: Style;
  /** `list` leaves out what went well. */
  readonly quiet?: boolean;
}

/** What one reporter is made from. `file` is absolute; it is there for those that need one. */
export interface ResultsPlace extends ResultsIo {
  readonly file: string;
}

type Maker = (place: ResultsPlace) => ResultReporter;

/** Each is loaded only when it is asked for. */
const MAKERS: Readonly<Record<ReporterName, () => Promise<Maker>>> = {
  list: async () => (await import("./list.js")).listReporter,
  json: async () => (await import("./json.js")).jsonReporter,
  jsonl: async () => (await import("./jsonl.js")).jsonlReporter,
  junit: async () => (await import("./junit.js")).junitReporter,
  github: async () => (await import("./github.js")).githubReporter,
  html: async () => (await import("./html.js")).htmlReporter,
};

/** Several reporters as one. */
export class ResultReporters implements ResultReporter {
  readonly #reporters: readonly ResultReporter[];

  constructor(reporters: readonly ResultReporter[]) {
    this.#reporters = reporters;
  }

  result(result: CheckResult): void {
    for (const reporter of this.#reporters) reporter.result?.(result);
  }

  /** One that fails keeps no other from writing. @throws BridgeError `cannot-write` of the first that failed */
  async end(run: RunResult): Promise<void> {
    const failures: unknown[] = [];
    // One after the other, in the order in which they were named: several may write to the screen.
    for (const reporter of this.#reporters)
      await reporter.end(run).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}

/**
 * @throws BridgeError `cannot-write` for a file that could not be written at the end: better now than when a long run is over;
 * `bad-flag` when two would write the same one.
 */
export async function openResultReporters(
  specs: readonly ReporterSpec[],
  io: ResultsIo,
): Promise<ResultReporters> {
  const files = new Map<string, ReporterName>();
  for (const { name, file } of specs) {
    if (file === undefined) continue;
    const path = resolve(io.cwd, file);
    const other = files.get(path);
    if (other)
      throw new BridgeError("bad-flag", `${other} and ${name} would both write ${file}`, {
        fix: "Name a file of its own for each reporter.",
      });
    files.set(path, name);
    await checkWritable(path, file);
  }
  const reporters = [];
  for (const { name, file = "" } of specs) {
    const make = await MAKERS[name]();
    reporters.push(make({ ...io, file: resolve(io.cwd, file) }));
  }
  return new ResultReporters(reporters);
}
