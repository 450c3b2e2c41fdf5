/** The reporters of results that `--reporter` names. */

/** Each with what it makes, and whether it has to be told which file to write. */
export const REPORTERS = {
  list: { makes: "a line for each check, failures last and numbered", file: "none" },
  json: { makes: "one JSON document", file: "required" },
  jsonl: { makes: "a JSON object a line, as they come", file: "required" },
  junit: { makes: "JUnit XML, for Jenkins and GitLab", file: "required" },
  github: { makes: "annotations and the job summary of GitHub Actions", file: "none" },
  html: { makes: "one page to look at", file: "required" },
} as const satisfies Record<string, { readonly makes: string; readonly file: "none" | "required" }>;

export type ReporterName = keyof typeof REPORTERS;

export const REPORTER_NAMES = Object.keys(REPORTERS) as ReporterName[];

/** `junit:results.xml`. */
export interface ReporterSpec {
  readonly name: ReporterName;
  readonly file?: string;
}
