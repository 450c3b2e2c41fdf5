/** Records one call to a folder while it runs. Whatever the disk does, the call goes on. */
import { rm } from "node:fs/promises";
import type { CallEvent, Observer } from "../call/events.js";
import type { Clock, Timer } from "../clock.js";
import { closeCallFile, factsOfFiles, openCallFile } from "./call-file.js";
import { CallFiles } from "./call-files.js";
import { rebuildWav } from "./call-wav.js";
import { createFolder, folderName } from "./folder.js";
import { type CallFile, RECORDING_VERSION, type RecordingCounts, type RecordingSource } from "./format.js";
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

type StartedEvent = Extract<CallEvent, { type: "call-started" }>;
type EndedEvent = Extract<CallEvent, { type: "call-ended" }>;

class CallRecorder {
  folder: string | undefined;
  readonly #options: RecorderOptions;
  readonly #redaction: Redaction;
  #state: "waiting" | "recording" | "over" = "waiting";
  /** Why nothing is written any more. */
  #failure: string | undefined;
  #pending: CallEvent[] = [];
  #pendingBytes = 0;
  /** Pending, and being written. */
  #queuedBytes = 0;
  #timer: Timer | undefined;
  /** Everything that touches the disk, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #files: CallFiles | undefined;
  #call: CallFile | undefined;
  #counts: RecordingCounts | undefined;

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
    // What fails has more to do than was planned.
    for (let work: Promise<void> | undefined; work !== this.#work; ) await (work = this.#work);
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
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#pending = [];
    this.#stop();
    const where = this.folder ?? this.#options.directory;
    const kept = this.#files ? "; what was saved until then is kept" : "";
    this.#options.onWarning("recording-failed", `cannot record to ${where}: ${reason}${kept}`);
    this.#do(() => this.#closeFiles());
  }

  async #open({ info }: StartedEvent, openedMs: number): Promise<void> {
    if (this.#failure !== undefined) return;
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
    const folder = await createFolder(directory, folderName(openedMs, info.callId));
    try {
      await openCallFile(folder, this.#call);
      this.#files = await CallFiles.create(folder, {
        redaction: this.#redaction,
        noAudio: noAudio ?? false,
      });
      this.folder = folder;
    } catch (error) {
      // Half a folder is no recording.
      await rm(folder, { recursive: true, force: true }).catch(() => {});
      throw error;
    }
  }

  /** Writes what is pending. */
  async #flush(): Promise<void> {
    if (!this.#files || this.#failure !== undefined || this.#pending.length === 0) return;
    const bytes = this.#pendingBytes;
    const events = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    await this.#files.append(events);
    this.#queuedBytes -= bytes;
  }

  async #closeFiles(): Promise<void> {
    const files = this.#files;
    if (!files) return;
    this.#files = undefined;
    this.#counts = files.written.counts;
    try {
      if (this.#failure !== undefined) await this.#cutShort(files, this.#failure);
    } finally {
      await files.close();
    }
  }

  /** Ends the recording in good order with the last batch that was written whole. */
  async #cutShort(files: CallFiles, reason: string): Promise<void> {
    await files.cutBack();
    const folder = this.folder as string;
    // call.wav would want more room, which nobody has; it can be made later.
    const facts = await oneAfterTheOther(() => factsOfFiles(folder, { audio: false }));
    await closeCallFile(folder, {
      ...(this.#call as CallFile),
      state: "closed",
      endedAt: this.#wallAt(files.written.at),
      detail: `cut short: ${reason}`,
      counts: files.written.counts,
      files: facts,
    });
  }

  async #finish(event: EndedEvent): Promise<void> {
    if (!this.#call || !this.folder || this.#failure !== undefined) return;
    const folder = this.folder;
    const hasWav = !this.#options.noAudio && (await this.#makeWav(folder));
    const files = await factsOfFiles(folder, hasWav ? {} : { audio: false });
    const closed: CallFile = {
      ...this.#call,
      state: "closed",
      endedAt: this.#wallAt(event.at),
      reason: event.reason,
      detail: this.#redaction.text(event.detail),
      summary: event.summary,
      counts: this.#counts,
      files,
    };
    await closeCallFile(folder, closed);
  }

  /** call.wav is made from the rest and can be made again: without it the recording has lost nothing. */
  async #makeWav(folder: string): Promise<boolean> {
    try {
      await oneAfterTheOther(() => rebuildWav(folder));
      return true;
    } catch (error) {
      const words = `cannot write call.wav of ${folder}: ${(error as Error).message}; inspect --repair makes it later`;
      this.#options.onWarning("recording-failed", words);
      return false;
    }
  }

  #wallAt(at: number): string {
    return new Date(Date.parse(this.#call?.startedAt ?? "") + Math.round(at)).toISOString();
  }
}

function queuedBytes(event: CallEvent): number {
  if (event.type === "caller-audio" || event.type === "agent-audio")
    return EVENT_BYTES + event.payload.bytes.length;
  return event.type === "transcript" ? EVENT_BYTES + event.text.length : EVENT_BYTES;
}

let building: Promise<unknown> = Promise.resolve();

/** Many calls may end at once; their derived files must not take the processor from those that go on. */
function oneAfterTheOther<T>(build: () => Promise<T>): Promise<T> {
  const done = building.then(build);
  building = done.catch(() => {});
  return done;
}
