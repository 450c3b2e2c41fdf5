/** Opens a recording, whole or cut off, and trusts nothing in it: no path is followed, no length believed. */
import { readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { isSampleRate } from "../audio/format.js";
import { BridgeError } from "../errors.js";
import { openToRead } from "./folder.js";
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
import {
  isObject,
  isWithinDepth,
  type Json,
  LineParser,
  parseObject,
  type Sizes,
  TOO_LONG,
} from "./parse-line.js";
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
  /** The same, many at a time: much faster for long calls. */
  batches(): AsyncGenerator<readonly (RecordedEvent | BadLine)[]>;
  /** The good media lines of one file. */
  media(file: AudioFile): AsyncGenerator<MediaEvent>;
  /** The payload of a line that `events` or `media` gave. Read only. */
  payload(event: MediaEvent): Promise<Buffer>;
  /** The same at once: for whoever reads a whole recording and lets nothing else wait. */
  payloadNow(event: MediaEvent): Buffer;
  close(): Promise<void>;
}

const MAX_CALL_FILE_BYTES = 1024 * 1024;
const LAST_YEAR = 9998;
const BLOCK_BYTES = 256 * 1024;

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
    for await (const batch of this.batches()) yield* batch;
  }

  async *media(file: AudioFile): AsyncGenerator<MediaEvent> {
    for await (const batch of this.batches())
      for (const event of batch) if (isMedia(event) && event.file === file) yield event;
  }

  /** The lines there are now. Their audio was written before them, so sizes taken after this are large enough. */
  async *batches(): AsyncGenerator<readonly (RecordedEvent | BadLine)[]> {
    const { size } = await this.#events.stat();
    const sizes: Sizes = {
      [CALLER_FILE]: await this.#audio[CALLER_FILE].size(),
      [AGENT_FILE]: await this.#audio[AGENT_FILE].size(),
    };
    let line = 0;
    const parser = new LineParser(sizes);
    for await (const block of readLines(this.#events, size)) {
      const batch: (RecordedEvent | BadLine)[] = [];
      parser.at = 0;
      for (const end = block?.length ?? 1; parser.at < end; ) {
        line++;
        const event = block ? parser.next(block) : TOO_LONG;
        batch.push(typeof event === "string" ? { type: "bad-line", line, detail: event } : event);
        if (!block) break;
      }
      yield batch;
    }
  }

  payload({ file, offset, length }: MediaEvent): Promise<Buffer> {
    return this.#audio[file].read(offset, length);
  }

  payloadNow({ file, offset, length }: MediaEvent): Buffer {
    return this.#audio[file].readNow(offset, length);
  }

  async close(): Promise<void> {
    await Promise.all([
      this.#events.close(),
      this.#audio[CALLER_FILE].close(),
      this.#audio[AGENT_FILE].close(),
    ]);
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
    if (!this.#holds(offset, length)) {
      const block = this.#room(length);
      this.#keep(block, offset, (await this.#file.read(block, 0, block.length, offset)).bytesRead);
    }
    return this.#block.subarray(offset - this.#blockAt, offset - this.#blockAt + length);
  }

  readNow(offset: number, length: number): Buffer {
    if (!this.#holds(offset, length)) {
      const block = this.#room(length);
      this.#keep(block, offset, readSync(this.#file.fd, block, 0, block.length, offset));
    }
    return this.#block.subarray(offset - this.#blockAt, offset - this.#blockAt + length);
  }

  #holds(offset: number, length: number): boolean {
    return offset >= this.#blockAt && offset + length <= this.#blockAt + this.#block.length;
  }

  /** A new block each time: pieces of the old one may still be in use. */
  #room(length: number): Buffer {
    return Buffer.allocUnsafeSlow(Math.max(length, BLOCK_BYTES));
  }

  #keep(block: Buffer, offset: number, bytesRead: number): void {
    this.#block = block.subarray(0, bytesRead);
    this.#blockAt = offset;
  }

  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
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
  return isWithinDepth(call) ? undefined : `its ${CALL_FILE} is nested too deeply`;
}

/** A regular file in the folder. */
async function openInside(folder: string, name: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await openToRead(join(folder, name));
  } catch (cause) {
    throw badRecording(folder, `its ${name} cannot be opened`, cause);
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw badRecording(folder, `its ${name} is not a file`);
}

function badRecording(folder: string, what: string, cause?: unknown): BridgeError {
  return new BridgeError("bad-recording", `${folder} is not a recording: ${what}`, {
    fix: `Give the folder of one call, with ${CALL_FILE}, ${EVENTS_FILE}, ${CALLER_FILE} and ${AGENT_FILE} in it.`,
    cause,
  });
}
