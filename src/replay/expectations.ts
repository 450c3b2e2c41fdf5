/** expect.yaml: how far a replay may be from its recording, and what a good run measured. docs/expectations.md explains it. */
import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CallAnalysis } from "../analysis/call-analysis.js";
import { BridgeError } from "../errors.js";
import { replaceFile } from "../recording/folder.js";
import { check, type Shape } from "../shape.js";
import { type FileKind, parseStrictYaml, readStrictYaml } from "../strict-yaml.js";
import { acceptedOf, acceptedShape, acceptedText } from "./accepted.js";
import { type Measured, measuredOf } from "./measured.js";
import { DEFAULT_TOLERANCES, type Tolerances } from "./tolerances.js";

/** The file's name beside a recording. */
export const EXPECTATIONS_FILE = "expect.yaml";

export interface Expectations {
  readonly tolerances: Tolerances;
  /** What stands in place of the recording's own numbers. */
  readonly accepted?: Measured;
  /** Where it was read from; absent when there is no file. */
  readonly file?: string;
}

const KIND: FileKind = {
  code: "bad-expectations",
  example: "See docs/expectations.md for an example.",
  what: "Expectations are a short text: see docs/expectations.md.",
};

const time: Shape = { is: "duration", min: 0 };

const shape: Shape = {
  is: "map",
  required: ["version"],
  fields: {
    version: { is: "number", min: 1, max: 1 },
    tolerance: {
      is: "map",
      fields: {
        later: time,
        greeting: time,
        stop: time,
        "talk-over": time,
        end: time,
        level: { is: "amount", unit: "dB", min: 0, max: 96 },
        length: { is: "amount", unit: "%", min: 0, max: 10_000 },
        similarity: {
          is: "either",
          of: [
            { is: "choice", of: ["off"] },
            { is: "number", min: 0, max: 1 },
          ],
        },
        transcripts: { is: "choice", of: ["same", "off"] },
      },
    },
    ignore: { is: "list", of: { is: "text" } },
    silence: { is: "choice", of: ["expected"] },
    accepted: acceptedShape,
  },
};

type Fields = Readonly<Record<string, unknown>>;

/** From plain data, as YAML gives it. @throws Misfit */
export function readExpectations(data: unknown): Expectations {
  const { tolerance = {}, ignore = [], silence, accepted } = check(shape, data) as Fields;
  const given = tolerance as Readonly<Record<string, number | string | undefined>>;
  const number = (key: string, usual: number) => (given[key] as number | undefined) ?? usual;
  const usual = DEFAULT_TOLERANCES;
  return {
    tolerances: {
      laterMs: number("later", usual.laterMs),
      greetingLaterMs: number("greeting", usual.greetingLaterMs),
      stopLaterMs: number("stop", usual.stopLaterMs),
      talkOverMs: number("talk-over", usual.talkOverMs),
      endEarlierMs: number("end", usual.endEarlierMs),
      levelDb: number("level", usual.levelDb),
      lengthPart: number("length", usual.lengthPart * 100) / 100,
      similarity: typeof given.similarity === "number" ? given.similarity : usual.similarity,
      transcripts: (given.transcripts as Tolerances["transcripts"] | undefined) ?? usual.transcripts,
      ignored: ignore as readonly string[],
      silenceExpected: silence === "expected",
    },
    ...(accepted !== undefined && { accepted: acceptedOf(accepted) }),
  };
}

/** @param name of the file, for errors. @throws BridgeError `bad-expectations` */
export function parseExpectations(text: string, name: string): Promise<Expectations> {
  return parseStrictYaml(text, name, readExpectations, KIND);
}

/**
 * Of a recording: from `file`, else from expect.yaml in its folder, else what is usual.
 * @throws BridgeError `bad-expectations`, or `cannot-read` when `file` is not there.
 */
export async function loadExpectations(folder: string, file?: string): Promise<Expectations> {
  if (file !== undefined) return { ...(await readStrictYaml(file, readExpectations, KIND)), file };
  const beside = join(folder, EXPECTATIONS_FILE);
  if (!(await isThere(beside))) return { tolerances: DEFAULT_TOLERANCES };
  return { ...(await readStrictYaml(beside, readExpectations, KIND)), file: beside };
}

/**
 * What a good run measured, as a file. What else stands in `existing`, comments and all, is kept.
 * @throws BridgeError `bad-expectations` when nothing was measured, or `existing` is no such file.
 */
export async function expectationsFrom(replayed: CallAnalysis, existing?: string): Promise<string> {
  const kept = existing === undefined ? undefined : await parseExpectations(existing, EXPECTATIONS_FILE);
  const measured = measuredOf(replayed);
  const isSilent = measured.greetingMs === undefined && measured.utterances.every(({ reply }) => !reply);
  if (isSilent && !kept?.tolerances.silenceExpected) {
    throw new BridgeError(
      "bad-expectations",
      "There is nothing to accept: the agent neither greeted nor replied.",
      {
        fix: "Accept a run in which the agent speaks, or write silence: expected.",
      },
    );
  }
  if (existing === undefined) return `${HEAD}\n${acceptedText(measured)}`;
  const { parseDocument } = await import("yaml");
  const document = parseDocument(existing);
  document.set("accepted", parseDocument(acceptedText(measured)).get("accepted", true));
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Writes or renews the file, whole or not at all, for its owner only. @throws BridgeError as above, or `cannot-write`. */
export async function writeExpectations(path: string, replayed: CallAnalysis): Promise<void> {
  const existing = (await isThere(path)) ? await readFile(path, "utf8") : undefined;
  const text = await expectationsFrom(replayed, existing);
  try {
    await replaceFile(path, (file) => file.writeFile(text));
  } catch (cause) {
    throw new BridgeError("cannot-write", `${path} cannot be written.`, {
      fix: "Check that its folder exists, may be written to and has room.",
      cause,
    });
  }
}

/** A recording may come from anywhere: links in it are not followed, and pipes are not waited for. */
async function isThere(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found && !found.isFile()) {
    throw new BridgeError("bad-expectations", `${path} is not a file.`, {
      fix: "Name another with --expect.",
    });
  }
  return found !== undefined;
}

const HEAD = `# What a replay of this recording is compared with: see docs/expectations.md.
version: 1

# How far it may be from that. These are the usual values.
# tolerance:
#   later: 300ms         # a reply, after the caller
#   greeting: 700ms      # the greeting, later
#   stop: 400ms          # the agent heard on after an interruption, longer
#   talk-over: 500ms     # both at once, in all, more
#   end: 1s              # the agent ending the call, earlier
#   level: 3dB           # a reply, louder or softer
#   length: 50%          # a reply, longer or shorter
#   similarity: off      # or 0.9: each reply sounds as recorded
#   transcripts: off     # or same: the agent says the same words
`;
