/** Reads one line of events.jsonl, and believes nothing in it: no path is followed, no length trusted. */
import { AGENT_FILE, type AudioFile, CALLER_FILE, type RecordedEvent } from "./format.js";
import { MAX_LINE_BYTES, NEWLINE } from "./read-lines.js";

/** How many bytes there are of each file's audio. */
export type Sizes = Readonly<Record<AudioFile, number>>;
export type Json = Readonly<Record<string, unknown>>;

export const TOO_LONG = "too long";
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;
/** No call lasts longer; with later times dates would end, and tracks have no end. */
const MAX_TIME_US = 30 * 24 * 3600 * 1e6;
/** What is read stays safe to walk, and to write as JSON again. */
const MAX_DEPTH = 64;

/** Reads a block of lines, one after the other. Audio as the writer writes it needs no JSON parser. */
export class LineParser {
  readonly #sizes: Sizes;
  /** Where the next line begins. */
  at = 0;

  constructor(sizes: Sizes) {
    this.#sizes = sizes;
  }

  /** The event in the line at `at`, which ends with a newline, or what is wrong with it. */
  next(block: Buffer): RecordedEvent | string {
    const media = parseMedia(block, this.at, this.#sizes);
    if (media) {
      this.at = at;
      return media;
    }
    const from = this.at;
    const to = block.indexOf(NEWLINE, from);
    this.at = to + 1;
    return to - from > MAX_LINE_BYTES ? TOO_LONG : parseJson(block.toString("utf8", from, to), this.#sizes);
  }
}

export function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isWithinDepth(value: unknown, depth = MAX_DEPTH): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isWithinDepth(inner, depth - 1));
}

function parseJson(text: string, sizes: Sizes): RecordedEvent | string {
  const event = parseObject(text);
  if (!event) return "not a JSON object";
  const { t, leg, dir, type } = event;
  if (!isTime(t)) return "t is not a time";
  if (leg !== "pbx" && leg !== "agent") return "leg is neither pbx nor agent";
  if (dir !== "in" && dir !== "out") return "dir is neither in nor out";
  if (typeof type !== "string" || type === "bad-line") return "it has no type of ours";
  const wrong =
    "file" in event ? wrongWithAudio(event, sizes) : isWithinDepth(event) ? undefined : "nested too deeply";
  return wrong ?? (event as unknown as RecordedEvent);
}

function wrongWithAudio(
  { type, file, offset, length, heardT, plannedT }: Json,
  sizes: Sizes,
): string | undefined {
  if (type !== "media") return "only media lines have a file";
  if (file !== CALLER_FILE && file !== AGENT_FILE) return "it points to another file";
  if (!isCount(offset) || !isCount(length)) return "offset or length is not a count of bytes";
  if (length > MAX_PAYLOAD_BYTES) return "its payload is too long";
  if (offset + length > sizes[file]) return `it points behind the end of ${file}`;
  if (file === AGENT_FILE && !isTime(heardT)) return "heardT is not a time";
  if (plannedT !== undefined && !isTime(plannedT)) return "plannedT is not a time";
  return undefined;
}

function isTime(value: unknown): value is number {
  return isCount(value) && value <= MAX_TIME_US;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const HEAD = Buffer.from('{"t":');
const LENGTH = Buffer.from(',"length":');
const HEARD = Buffer.from(',"heardT":');
const PLANNED = Buffer.from(',"plannedT":');
const CLOSE = 0x7d;
const ZERO = 0x30;
/** A number of so many digits is a safe integer. */
const MOST_DIGITS = 15;

interface Shape {
  /** What follows the time. */
  readonly text: Buffer;
  readonly leg: "pbx" | "agent";
  readonly dir: "in" | "out";
  readonly file?: AudioFile;
}

const shape = (leg: "pbx" | "agent", dir: "in" | "out", file?: AudioFile): Shape => ({
  text: Buffer.from(
    `,"leg":"${leg}","dir":"${dir}","type":"media",${file ? `"file":"${file}","offset":` : '"bytes":'}`,
  ),
  leg,
  dir,
  ...(file && { file }),
});
const PBX_IN = shape("pbx", "in", CALLER_FILE);
const PBX_OUT = shape("pbx", "out", AGENT_FILE);
const AGENT_IN = shape("agent", "in");
const AGENT_OUT = shape("agent", "out");
/** Where the letters stand that tell the shapes apart: `p` of pbx or `a` of agent, then `i` of in or `o` of out. */
const LEG_AT = ',"leg":"'.length;
const DIR_AT = { pbx: ',"leg":"pbx","dir":"'.length, agent: ',"leg":"agent","dir":"'.length };

/** Where the reading has come to in the present line. */
let at = 0;

/** A line of audio in exactly the writer's shape. Undefined for any other line, and for one with anything wrong. */
function parseMedia(block: Buffer, from: number, sizes: Sizes): RecordedEvent | undefined {
  at = from;
  if (!pass(block, HEAD)) return undefined;
  const t = count(block);
  const shape = shapeAt(block);
  if (t < 0 || t > MAX_TIME_US || !pass(block, shape.text)) return undefined;
  const { leg, dir, file } = shape;
  const offset = count(block);
  if (offset < 0) return undefined;
  if (!file) return ends(block) ? { t, leg, dir, type: "media", bytes: offset } : undefined;
  if (!pass(block, LENGTH)) return undefined;
  const length = count(block);
  if (length < 0 || length > MAX_PAYLOAD_BYTES || offset + length > sizes[file]) return undefined;
  if (file === CALLER_FILE && ends(block)) return { t, leg, dir, type: "media", file, offset, length };
  if (!pass(block, file === AGENT_FILE ? HEARD : PLANNED)) return undefined;
  const time = count(block);
  if (time < 0 || time > MAX_TIME_US || !ends(block)) return undefined;
  return file === AGENT_FILE
    ? { t, leg, dir, type: "media", file, offset, length, heardT: time }
    : { t, leg, dir, type: "media", file, offset, length, plannedT: time };
}

function shapeAt(block: Buffer): Shape {
  if (block[at + LEG_AT] === 0x70) return block[at + DIR_AT.pbx] === 0x69 ? PBX_IN : PBX_OUT;
  return block[at + DIR_AT.agent] === 0x69 ? AGENT_IN : AGENT_OUT;
}

/** Passes over `text` when it stands here. No text holds a newline, so that it cannot match beyond its line. */
function pass(block: Buffer, text: Buffer): boolean {
  for (let i = 0; i < text.length; i++) if (block[at + i] !== text[i]) return false;
  at += text.length;
  return true;
}

/** The whole number that stands here, as JSON writes it; -1 when there is none, or a larger one than we count. */
function count(block: Buffer): number {
  const start = at;
  let value = 0;
  for (let digit = block[at]! - ZERO; digit >= 0 && digit <= 9; digit = block[++at]! - ZERO)
    value = value * 10 + digit;
  const digits = at - start;
  return digits === 0 || digits > MOST_DIGITS || (digits > 1 && block[start] === ZERO) ? -1 : value;
}

/** Passes over the end of the line when it stands here. */
function ends(block: Buffer): boolean {
  if (block[at] !== CLOSE || block[at + 1] !== NEWLINE) return false;
  at += 2;
  return true;
}
