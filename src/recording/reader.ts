/** Opens a recording, whole or cut off, and trusts nothing in it: no path is followed, no length believed. */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { isSampleRate } from "../audio/format.js";
import { BridgeError } from "../errors.js";
import {
  AGENT_FILE,
  type AudioFile,
  CALL_FILE,
  CALLER_FILE,
  type CallFile,
  EVENTS_FILE,
  type MediaEvent,
  RECORDING_VERSION,
  type RecordedEvent,
} from "./format.js";
import { readLines } from "./read-lines.js";

/** A line that cannot be used, with its number from 1. */
export interface BadLine {
  readonly type: "bad-line";
  readonly line: number;
  readonly detail: string;
}

export interface Recording {
  readonly folder: string;
  readonly call: CallFile;
  /** What happened, in the order it was written. Ends where the recording does; a torn last line is left out. */
  events(): AsyncGenerator<RecordedEvent | BadLine>;
  /** The good media lines of one file: faster than `events`, which parses every line. */
  media(file: AudioFile): AsyncGenerator<MediaEvent>;
  /** The payload of a line that `events` or `media` gave. Read only. */
  payload(event: MediaEvent): Promise<Buffer>;
  close(): Promise<void>;
}

const MAX_CALL_FILE_BYTES = 1024 * 1024;
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;
/** No call lasts longer; with later times dates would end, and tracks have no end. */
const MAX_TIME_US = 30 * 24 * 3600 * 1e6;
/** What is read stays safe to walk, and to write as JSON again. */
const MAX_DEPTH = 64;
const LAST_YEAR = 9998;
const BLOCK_BYTES = 64 * 1024;

/**
 * @param folder of the recording. Nothing outside it is touched.
 * @throws BridgeError `bad-recording` when it is not a recording of this version.
 */
export async function openRecording(folder: string): Promise<Recording> {
  const call = await readCallFile(folder);
  const files: FileHandle[] = [];
  try {
    for (const name of [EVENTS_FILE, CALLER_FILE, AGENT_FILE]) files.push(await openInside(folder, name));
  } catch (error) {
    await Promise.all(files.map((file) => file.close()));
    throw error;
  }
  const [events, caller, agent] = files;
  return new RecordingFolder(folder, call, events, {
    [CALLER_FILE]: new BlockReader(caller),
    [AGENT_FILE]: new BlockReader(agent),
  });
}

/** @throws BridgeError `bad-recording` when only events were kept of the call, so that there is nothing to play. */
export function requireAudio({ folder, call }: Recording): void {
  if (call.audio !== false) return;
  throw new BridgeError("bad-recording", `${folder} holds no sound: it was recorded with --no-audio`, {
    fix: "Record the call again without --no-audio.",
  });
}

/** Whether a line stands for audio to or from the caller, so that `payload` can be asked for it. */
export function isMedia(event: RecordedEvent | BadLine): event is MediaEvent {
  return event.type === "media" && "file" in event;
}

type Sizes = Readonly<Record<AudioFile, number>>;

class RecordingFolder implements Recording {
  readonly folder: string;
  readonly call: CallFile;
  readonly #events: FileHandle;
  readonly #audio: Readonly<Record<AudioFile, BlockReader>>;

  constructor(folder: string, call: CallFile, events: FileHandle, audio: Record<AudioFile, BlockReader>) {
    this.folder = folder;
    this.call = call;
    this.#events = events;
    this.#audio = audio;
  }

  async *events(): AsyncGenerator<RecordedEvent | BadLine> {
    for await (const { number, text, sizes } of this.#lines()) {
      const event = text === undefined ? "too long" : parseLine(text, sizes);
      yield typeof event === "string" ? { type: "bad-line", line: number, detail: event } : event;
    }
  }

  async *media(file: AudioFile): AsyncGenerator<MediaEvent> {
    for await (const { text, sizes } of this.#lines()) {
      if (!text?.includes(file)) continue;
      const event = parseLine(text, sizes);
      if (typeof event !== "string" && isMedia(event) && event.file === file) yield event;
    }
  }

  payload({ file, offset, length }: MediaEvent): Promise<Buffer> {
    return this.#audio[file].read(offset, length);
  }

  async close(): Promise<void> {
    await Promise.all([
      this.#events.close(),
      this.#audio[CALLER_FILE].close(),
      this.#audio[AGENT_FILE].close(),
    ]);
  }

  /** The lines there are now. Their audio was written before them, so sizes taken after this are large enough. */
  async *#lines(): AsyncGenerator<{ number: number; text: string | undefined; sizes: Sizes }> {
    const { size } = await this.#events.stat();
    const sizes: Sizes = {
      [CALLER_FILE]: await this.#audio[CALLER_FILE].size(),
      [AGENT_FILE]: await this.#audio[AGENT_FILE].size(),
    };
    let number = 0;
    for await (const text of readLines(this.#events, size)) yield { number: ++number, text, sizes };
  }
}

/** Reads pieces that mostly follow each other without asking the disk for each. */
class BlockReader {
  readonly #file: FileHandle;
  #block: Buffer = Buffer.alloc(0);
  #blockAt = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    if (offset < this.#blockAt || offset + length > this.#blockAt + this.#block.length) {
      // A new block each time: pieces of the old one may still be in use.
      const block = Buffer.alloc(Math.max(length, BLOCK_BYTES));
      const { bytesRead } = await this.#file.read(block, 0, block.length, offset);
      this.#block = block.subarray(0, bytesRead);
      this.#blockAt = offset;
    }
    return this.#block.subarray(offset - this.#blockAt, offset - this.#blockAt + length);
  }

  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** The event in a line, or what is wrong with it. */
function parseLine(text: string, sizes: Sizes): RecordedEvent | string {
  const event = parseObject(text);
  if (!event) return "not a JSON object";
  const { t, leg, dir, type } = event;
  if (!isTime(t)) return "t is not a time";
  if (leg !== "pbx" && leg !== "agent") return "leg is neither pbx nor agent";
  if (dir !== "in" && dir !== "out") return "dir is neither in nor out";
  if (typeof type !== "string" || type === "bad-line") return "it has no type of ours";
  const wrong =
    "file" in event
      ? wrongWithAudio(event, sizes)
      : isWithinDepth(event, MAX_DEPTH)
        ? undefined
        : "nested too deeply";
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

async function readCallFile(folder: string): Promise<CallFile> {
  const file = await openInside(folder, CALL_FILE);
  try {
    const { size } = await file.stat();
    if (size > MAX_CALL_FILE_BYTES) throw badRecording(folder, `its ${CALL_FILE} is too big`);
    const call = parseObject(await file.readFile("utf8"));
    const wrong = call ? wrongWithCall(call) : `its ${CALL_FILE} is not a JSON object`;
    if (wrong) throw badRecording(folder, wrong);
    return call as unknown as CallFile;
  } finally {
    await file.close();
  }
}

function wrongWithCall(call: Json): string | undefined {
  if (call.version !== RECORDING_VERSION) return `its version is not ${RECORDING_VERSION}`;
  if (call.state !== "open" && call.state !== "closed") return "its state is neither open nor closed";
  if (typeof call.callId !== "string") return "it has no callId";
  if (typeof call.startedAt !== "string" || Number.isNaN(Date.parse(call.startedAt)))
    return "it has no start";
  const year = new Date(call.startedAt).getUTCFullYear();
  if (year < 1970 || year > LAST_YEAR) return "its start is not a time of ours";
  const { encoding, sampleRate } = (call.format ?? {}) as Json;
  const known = encoding === "g711_ulaw" || encoding === "pcm16" || encoding === "opus";
  if (!known || typeof sampleRate !== "number" || !isSampleRate(sampleRate)) return "its format is unknown";
  for (const field of ["source", "accountId", "caller", "callee", "agent"])
    if (typeof call[field] !== "string") return `its ${field} is not text`;
  for (const field of ["otherLegCallId", "endedAt", "reason", "detail"])
    if (call[field] !== undefined && typeof call[field] !== "string") return `its ${field} is not text`;
  if (call.personal !== "masked" && call.personal !== "shown")
    return "its personal is neither masked nor shown";
  for (const field of ["summary", "counts", "files"])
    if (call[field] !== undefined && !isObject(call[field])) return `its ${field} is not an object`;
  return isWithinDepth(call, MAX_DEPTH) ? undefined : `its ${CALL_FILE} is nested too deeply`;
}

/** A regular file in the folder. Links are not followed, and a pipe that stands in its place does not block. */
async function openInside(folder: string, name: string): Promise<FileHandle> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  let file: FileHandle;
  try {
    file = await open(join(folder, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (cause) {
    throw badRecording(folder, `its ${name} cannot be opened`, cause);
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw badRecording(folder, `its ${name} is not a file`);
}

type Json = Readonly<Record<string, unknown>>;

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWithinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isWithinDepth(inner, depth - 1));
}

function isTime(value: unknown): value is number {
  return isCount(value) && value <= MAX_TIME_US;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function badRecording(folder: string, what: string, cause?: unknown): BridgeError {
  return new BridgeError("bad-recording", `${folder} is not a recording: ${what}`, {
    fix: `Give the folder of one call, with ${CALL_FILE}, ${EVENTS_FILE}, ${CALLER_FILE} and ${AGENT_FILE} in it.`,
    cause,
  });
}
