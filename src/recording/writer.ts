/** Records one call to a folder while it runs. Whatever the disk does, the call goes on. */
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { CallEvent, Observer } from "../call/events.js";
import type { Clock, Timer } from "../clock.js";
import { factsOfFiles, writeCallFile } from "./call-file.js";
import { rebuildWav } from "./call-wav.js";
import { createFile, createFolder, folderName } from "./folder.js";
import {
  AGENT_FILE,
  CALLER_FILE,
  type CallFile,
  EVENTS_FILE,
  RECORDING_VERSION,
  type RecordingSource,
} from "./format.js";
import { eventLine, mediaLine, silentMediaLine } from "./lines.js";
import { type Redaction, redaction, withoutSecrets } from "./redact.js";

export interface RecorderOptions {
  /** Where recordings go; made when it is not there. */
  readonly directory: string;
  readonly clock: Clock;
  /** Writes numbers, transcripts and digits as they are. */
  readonly showPersonal?: boolean;
  /** Keeps what happened, and no sound. */
  readonly noAudio?: boolean;
  /** The agent as people know it, for call.json. */
  readonly agent: string;
  readonly source: RecordingSource;
  /** Told at most once, with `recording-failed`, that and why the recording of this call is not whole. */
  readonly onWarning: (code: string, message: string) => void;
}

export interface Recorder {
  readonly observer: Observer;
  /** The recording's folder, once it exists. */
  folder(): string | undefined;
  /** Waits until all that happened is on disk. Without a `call-ended` the recording stays open. Never rejects. */
  close(): Promise<void>;
}

/** What `kill -9` can lose, and how often a call bothers the disk. */
const FLUSH_MS = 150;
/** What may wait for a disk that does not keep up: some minutes of a call. */
const MAX_QUEUED_BYTES = 8 * 1024 * 1024;
const EVENT_BYTES = 200;

/** A recorder for one call: its observer takes the call's events. A call that never starts leaves nothing behind. */
export function createRecorder(options: RecorderOptions): Recorder {
  const recorder = new CallRecorder(options);
  return {
    observer: (event) => recorder.observe(event),
    folder: () => recorder.folder,
    close: () => recorder.close(),
  };
}

interface OpenFiles {
  readonly events: FileHandle;
  readonly caller: FileHandle;
  readonly agent: FileHandle;
}

type StartedEvent = Extract<CallEvent, { type: "call-started" }>;
type EndedEvent = Extract<CallEvent, { type: "call-ended" }>;

class CallRecorder {
  folder: string | undefined;
  readonly #options: RecorderOptions;
  readonly #redaction: Redaction;
  #state: "waiting" | "recording" | "over" = "waiting";
  #failed = false;
  #pending: CallEvent[] = [];
  #pendingBytes = 0;
  /** Pending, and being written. */
  #queuedBytes = 0;
  #timer: Timer | undefined;
  /** Everything that touches the disk, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #files: OpenFiles | undefined;
  #call: CallFile | undefined;
  readonly #counts = { events: 0, callerPayloads: 0, callerBytes: 0, agentPayloads: 0, agentBytes: 0 };

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#redaction = redaction(options.showPersonal ?? false);
  }

  observe(event: CallEvent): void {
    if (this.#state === "over") return;
    const bytes = queuedBytes(event);
    this.#pending.push(event);
    this.#pendingBytes += bytes;
    this.#queuedBytes += bytes;
    if (event.type === "call-started" && this.#state === "waiting") {
      this.#state = "recording";
      const openedMs = Math.round(this.#options.clock.wallMs() - event.at);
      this.#do(() => this.#open(event, openedMs));
    }
    if (event.type === "call-ended") this.#end(event);
    else if (this.#queuedBytes > MAX_QUEUED_BYTES) this.#fail("the disk does not keep up with the call");
    else if (this.#state === "recording")
      this.#timer ??= this.#options.clock.setTimer(() => this.#tick(), FLUSH_MS);
  }

  async close(): Promise<void> {
    if (this.#state === "recording") this.#do(() => this.#flush());
    this.#stop();
    this.#do(() => this.#closeFiles());
    await this.#work;
  }

  #tick(): void {
    this.#timer = undefined;
    this.#do(() => this.#flush());
  }

  #end(event: EndedEvent): void {
    if (this.#state === "recording") {
      this.#do(() => this.#flush());
      this.#do(() => this.#closeFiles());
      this.#do(() => this.#finish(event));
    }
    this.#stop();
  }

  /** No event is taken from here on. */
  #stop(): void {
    this.#state = "over";
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #do(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error: Error) => this.#fail(error.message));
  }

  #fail(reason: string): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#pending = [];
    this.#stop();
    const where = this.folder ?? this.#options.directory;
    this.#options.onWarning("recording-failed", `cannot record to ${where}: ${reason}`);
    this.#do(() => this.#closeFiles());
  }

  async #open({ info }: StartedEvent, openedMs: number): Promise<void> {
    if (this.#failed) return;
    const { directory, source, agent, showPersonal, noAudio } = this.#options;
    this.#call = {
      version: RECORDING_VERSION,
      state: "open",
      source,
      callId: info.callId,
      ...(info.otherLegCallId !== undefined && { otherLegCallId: info.otherLegCallId }),
      accountId: info.accountId,
      caller: this.#redaction.number(info.caller),
      callee: this.#redaction.number(info.callee),
      personal: showPersonal ? "shown" : "masked",
      ...(noAudio && { audio: false }),
      format: { encoding: info.format.encoding, sampleRate: info.format.sampleRate },
      agent: withoutSecrets(agent),
      startedAt: new Date(openedMs).toISOString(),
    };
    this.folder = await createFolder(directory, folderName(openedMs, info.callId));
    await writeCallFile(this.folder, this.#call);
    this.#files = {
      events: await createFile(join(this.folder, EVENTS_FILE)),
      caller: await createFile(join(this.folder, CALLER_FILE)),
      agent: await createFile(join(this.folder, AGENT_FILE)),
    };
  }

  /** Writes what is pending: audio first, so that no line ever speaks of bytes that are not there. */
  async #flush(): Promise<void> {
    if (!this.#files || this.#failed || this.#pending.length === 0) return;
    const bytes = this.#pendingBytes;
    const { lines, caller, agent } = this.#encode(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    await append(this.#files.caller, caller);
    await append(this.#files.agent, agent);
    await this.#files.events.appendFile(lines);
    this.#queuedBytes -= bytes;
  }

  #encode(events: readonly CallEvent[]): { lines: string; caller: Buffer[]; agent: Buffer[] } {
    const counts = this.#counts;
    const isKept = !this.#options.noAudio;
    const caller: Buffer[] = [];
    const agent: Buffer[] = [];
    let lines = "";
    for (const event of events) {
      counts.events++;
      if (event.type === "caller-audio") {
        const { bytes } = event.payload;
        if (isKept) caller.push(bytes);
        lines += isKept
          ? mediaLine(event.at, CALLER_FILE, counts.callerBytes, bytes.length, undefined, event.plannedAt)
          : silentMediaLine(event.at, bytes.length, undefined, event.plannedAt);
        counts.callerPayloads++;
        counts.callerBytes += bytes.length;
      } else if (event.type === "agent-audio") {
        const { bytes } = event.payload;
        if (isKept) agent.push(bytes);
        lines += isKept
          ? mediaLine(event.at, AGENT_FILE, counts.agentBytes, bytes.length, event.heardAt)
          : silentMediaLine(event.at, bytes.length, event.heardAt);
        counts.agentPayloads++;
        counts.agentBytes += bytes.length;
      } else lines += eventLine(event, this.#redaction);
    }
    return { lines, caller, agent };
  }

  async #closeFiles(): Promise<void> {
    const files = this.#files;
    this.#files = undefined;
    for (const file of files ? Object.values(files) : []) await file.close();
  }

  async #finish(event: EndedEvent): Promise<void> {
    if (!this.#call || !this.folder || this.#failed) return;
    const folder = this.folder;
    if (!this.#options.noAudio) await oneAfterTheOther(() => rebuildWav(folder));
    const files = await factsOfFiles(folder, this.#call);
    const closed: CallFile = {
      ...this.#call,
      state: "closed",
      endedAt: new Date(Date.parse(this.#call.startedAt) + Math.round(event.at)).toISOString(),
      reason: event.reason,
      detail: this.#redaction.text(event.detail),
      summary: event.summary,
      counts: this.#counts,
      files,
    };
    await writeCallFile(folder, closed);
  }
}

function queuedBytes(event: CallEvent): number {
  if (event.type === "caller-audio" || event.type === "agent-audio")
    return EVENT_BYTES + event.payload.bytes.length;
  return event.type === "transcript" ? EVENT_BYTES + event.text.length : EVENT_BYTES;
}

async function append(file: FileHandle, pieces: Buffer[]): Promise<void> {
  if (pieces.length > 0) await file.appendFile(Buffer.concat(pieces));
}

let building: Promise<void> = Promise.resolve();

/** Many calls may end at once; their derived files must not take the processor from those that go on. */
function oneAfterTheOther(build: () => Promise<void>): Promise<void> {
  const done = building.then(build);
  building = done.catch(() => {});
  return done;
}
