/** Reporters as they are written: `list,junit:results.xml`. */
import {
  REPORTER_NAMES,
  REPORTERS,
  type ReporterName,
  type ReporterSpec,
} from "../report/results/reporter-names.js";
import { suggest } from "../suggest.js";
import { BadValue } from "./bad-value.js";

/** @throws BadValue */
export function parseReporters(texts: readonly string[]): ReporterSpec[] {
  return texts.flatMap((text) => text.split(",")).map((part) => parseReporter(part.trim()));
}

function parseReporter(text: string): ReporterSpec {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const file = colon < 0 ? "" : text.slice(colon + 1);
  if (!isReporterName(name))
    throw new BadValue(`${JSON.stringify(name)} is not one of ${REPORTER_NAMES.join(", ")}`, {
      instead: suggest(name, REPORTER_NAMES) ?? "list",
    });
  const wants = REPORTERS[name].file;
  if (wants === "required" && file === "")
    throw new BadValue(`${name} needs a file`, { instead: `${name}:results.${EXTENSIONS[name]}` });
  if (wants === "none" && file !== "") throw new BadValue(`${name} writes no file`, { instead: name });
  return file === "" ? { name } : { name, file };
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  junit: "xml",
  json: "json",
  jsonl: "jsonl",
  html: "html",
};

function isReporterName(name: string): name is ReporterName {
  return Object.hasOwn(REPORTERS, name);
}
