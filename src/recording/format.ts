/** A recording as it lies on disk: the names of its files and what stands in them. docs/recording-format.md explains it. */
import type { MediaFormat } from "../audio/format.js";
import type { CallSummary, EndReason } from "../call/events.js";

export const RECORDING_VERSION = 1;

export const CALL_FILE = "call.json";
export const EVENTS_FILE = "events.jsonl";
export const CALLER_FILE = "caller.bin";
export const AGENT_FILE = "agent.bin";
export const WAV_FILE = "call.wav";

/** All that a recording is made of. */
export const RECORDING_FILES: readonly string[] = [CALL_FILE, EVENTS_FILE, CALLER_FILE, AGENT_FILE, WAV_FILE];

export type AudioFile = typeof CALLER_FILE | typeof AGENT_FILE;

/** What made the recording. */
export type RecordingSource = "serve" | "simulate" | "record";

/** call.json. The fields from `endedAt` on are there once the state is "closed". */
export interface CallFile {
  readonly version: typeof RECORDING_VERSION;
  readonly state: "open" | "closed";
  readonly source: RecordingSource;
  readonly callId: string;
  readonly otherLegCallId?: string;
  readonly accountId: string;
  /** Masked unless `personal` is "shown". */
  readonly caller: string;
  readonly callee: string;
  readonly personal: "masked" | "shown";
  /** False where only events were kept: the .bin files are empty, and there is no call.wav. */
  readonly audio?: false;
  readonly format: MediaFormat;
  readonly agent: string;
  /** When the caller's socket opened, in UTC: the 0 of every `t`. */
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly reason?: EndReason;
  readonly detail?: string;
  readonly summary?: CallSummary;
  readonly counts?: RecordingCounts;
  readonly files?: Readonly<Record<string, FileFacts>>;
}

/** What the lines tell; bytes are those of the wire, also where no audio was kept. */
export interface RecordingCounts {
  readonly events: number;
  readonly callerPayloads: number;
  readonly callerBytes: number;
  readonly agentPayloads: number;
  readonly agentBytes: number;
}

export interface FileFacts {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** What every line of events.jsonl has. `in` and `out` are as the endpoint sees them that answers the PBX. */
export interface RecordedEvent {
  /** Microseconds since the caller's socket opened, from a monotonic clock. */
  readonly t: number;
  readonly leg: "pbx" | "agent";
  readonly dir: "in" | "out";
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A line that stands for audio: `length` bytes at `offset` of `file` are one payload. */
export interface MediaEvent extends RecordedEvent {
  readonly type: "media";
  readonly file: AudioFile;
  readonly offset: number;
  readonly length: number;
  /** When the caller heard it, on the clock of `t`. On the agent's audio only. */
  readonly heardT?: number;
  /** When a simulated network was to deliver it. */
  readonly plannedT?: number;
}
