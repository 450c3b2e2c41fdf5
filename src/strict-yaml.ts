/** Files that people write in YAML: whatever is wrong in one is said with its line and column, and what to do. */
import { readFile } from "node:fs/promises";
import type { Document, LineCounter, Node, Pair } from "yaml";
import { BridgeError, type ErrorCode } from "./errors.js";
import { Misfit } from "./shape.js";

/** What is said of a kind of file. */
export interface FileKind {
  /** Of the errors about what stands in it. */
  readonly code: ErrorCode;
  /** Where to see one: the fix of a text that is no YAML. */
  readonly example: string;
  /** The fix of a file that is far too large. */
  readonly what: string;
}

const MOST_BYTES = 1024 * 1024;

/** @param read throws Misfit for data that it does not take. @throws BridgeError `cannot-read`, or with the code of `kind` */
export async function readStrictYaml<T>(
  path: string,
  read: (data: unknown) => T,
  kind: FileKind,
): Promise<T> {
  return parseStrictYaml(await textOf(path, kind), path, read, kind);
}

/** @param name of the file, for errors. @throws BridgeError with the code of `kind` */
export async function parseStrictYaml<T>(
  text: string,
  name: string,
  read: (data: unknown) => T,
  kind: FileKind,
): Promise<T> {
  const { parseDocument, LineCounter } = await import("yaml");
  const lines = new LineCounter();
  const bad = (at: number, message: string, fix: string) =>
    new BridgeError(kind.code, `${name}:${placeIn(lines, at)}: ${message}`, { fix });
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const [fault] = document.errors;
  if (fault) throw bad(fault.pos[0], fault.message, kind.example);
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch {
    throw bad(0, "its aliases are too many", "Write it out.");
  }
  try {
    return read(data);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw bad(placeOf(document, error), error.message, error.fix);
  }
}

async function textOf(path: string, { code, what }: FileKind): Promise<string> {
  try {
    const bytes = await readFile(path);
    if (bytes.length <= MOST_BYTES) return bytes.toString("utf8");
  } catch (cause) {
    throw new BridgeError("cannot-read", `${path} cannot be read.`, {
      fix: "Check the path and the file's permissions.",
      cause,
    });
  }
  throw new BridgeError(code, `${path} is larger than 1 MiB.`, { fix: what });
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

/** `3:5`. */
function placeIn(lines: LineCounter, at: number): string {
  const { line, col } = lines.linePos(at);
  return `${Math.max(line, 1)}:${Math.max(col, 1)}`;
}
