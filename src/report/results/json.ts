/** The results as one JSON document. */
import { JSON_VERSION } from "../jsonl.js";
import { distributions } from "./distribution.js";
import type { ResultsPlace } from "./open.js";
import { writeWhole } from "./output-file.js";
import type { ResultReporter, RunResult } from "./result.js";
import { totalsOf } from "./totals.js";

export function jsonReporter({ file }: Pick<ResultsPlace, "file">): ResultReporter {
  return { end: (run) => writeWhole(file, jsonDocument(run)) };
}

/** `{version: 1, …run}`, with its totals and, where something was run again and again, how its latencies are spread. */
export function jsonDocument(run: RunResult): string {
  const { results, ...head } = run;
  const document = {
    version: JSON_VERSION,
    ...head,
    ...totalsOf(run),
    distributions: distributions(results),
    results,
  };
  return `${showable(JSON.stringify(document, null, 2))}\n`;
}

/** Characters that a terminal would obey, or that turn the direction of writing, are spelled as JSON's escapes. */
export function showable(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
