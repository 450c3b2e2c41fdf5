/** The results as JSON lines, each written as soon as it is known; the last is the summary. */
import { type FileHandle, open } from "node:fs/promises";
import { jsonLine } from "../jsonl.js";
import { distributions } from "./distribution.js";
import { showable } from "./json.js";
import type { ResultsPlace } from "./open.js";
import { whileWriting } from "./output-file.js";
import type { CheckResult, ResultReporter, RunResult } from "./result.js";
import { totalsOf } from "./totals.js";

export function jsonlReporter(place: Pick<ResultsPlace, "file" | "clock">): ResultReporter {
  return new JsonLines(place);
}

/** Lines can be read while the run goes on, and after it was killed: a file without a summary is of such a run. */
class JsonLines implements ResultReporter {
  readonly #place: Pick<ResultsPlace, "file" | "clock">;
  readonly #startedAt: number;
  #handle: FileHandle | undefined;
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown;

  constructor(place: Pick<ResultsPlace, "file" | "clock">) {
    this.#place = place;
    this.#startedAt = place.clock.now();
  }

  result(result: CheckResult): void {
    this.#line("result", result);
  }

  async end(run: RunResult): Promise<void> {
    const { results, ...head } = run;
    const totals = { results: results.length, ...totalsOf(run), distributions: distributions(results) };
    this.#line("summary", { ...head, ...totals });
    await this.#writing;
    await this.#handle?.close();
    if (this.#failure !== undefined) throw whileWriting(this.#place.file, this.#failure);
  }

  #line(type: string, fields: object): void {
    const t = Math.round(this.#place.clock.now() - this.#startedAt);
    const line = showable(jsonLine({ type, t, ...fields }));
    this.#writing = this.#writing.then(() => this.#append(line));
  }

  async #append(line: string): Promise<void> {
    if (this.#failure !== undefined) return;
    try {
      this.#handle ??= await open(this.#place.file, "w");
      await this.#handle.writeFile(line);
    } catch (error) {
      this.#failure = error;
    }
  }
}
