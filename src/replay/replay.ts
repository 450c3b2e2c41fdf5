/** Replays one recorded call: the caller calls again, the new call is recorded, and both are analysed alike. */
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallAnalysis } from "../analysis/call-analysis.js";
import type { Observer } from "../call/events.js";
import { type Clock, realClock } from "../clock.js";
import { BridgeError } from "../errors.js";
import { analyseRecording } from "../recording/analyse.js";
import type { CallFile } from "../recording/format.js";
import { openRecording } from "../recording/reader.js";
import { createRecorder, type Recorder } from "../recording/writer.js";
import { type CallOptions, type CallResult, placeCall } from "../simulate/place-call.js";
import { type RecordedCaller, recordedCaller, type Timing } from "./recorded-caller.js";

/** A recording that is ready to be replayed, as often as wanted. */
export interface Replayable {
  readonly folder: string;
  readonly call: CallFile;
  /** What was recorded. */
  readonly recorded: CallAnalysis;
  readonly caller: RecordedCaller;
}

export interface ReplayOptions
  extends Pick<CallOptions, "url" | "headers" | "isSelf" | "signal" | "clock" | "lateness" | "onSocket"> {
  /** Told of the call as the phone has it. */
  readonly observers?: readonly Observer[];
  /**
   * Where the endpoint is a bridge in this process: makes it tell this observer of the call. It knows more than the phone, such
   * as tools and what was held back at a barge-in. Default: the phone's side is recorded.
   */
  readonly overhear?: (observer: Observer) => void;
  /** Keeps the new recording in this folder. Default: it is gone when it has been analysed. */
  readonly record?: string;
  /** For the recording that is kept. */
  readonly showPersonal?: boolean;
  /** The endpoint as people know it. */
  readonly endpoint: string;
  /** Told when the new recording is not whole. */
  readonly onWarning?: (code: string, message: string) => void;
}

export interface Replayed {
  readonly recorded: CallAnalysis;
  readonly replayed: CallAnalysis;
  readonly result: CallResult;
  /** Of the new recording, where it is kept. */
  readonly folder: string | undefined;
}

/** A bridge notices the end of a call within this time of the phone. */
const END_WITHIN_MS = 5000;

/** @throws BridgeError `bad-recording`. */
export async function openReplay(folder: string, timing: Timing): Promise<Replayable> {
  const recording = await openRecording(folder);
  try {
    const recorded = await analyseRecording(recording);
    const caller = await recordedCaller(recording, { timing, agentSpeech: recorded.agentSpeech });
    return { folder, call: recording.call, recorded, caller };
  } finally {
    await recording.close();
  }
}

/** @throws BridgeError when the call could not begin, as `placeCall` does, or could not be recorded: `cannot-write`. */
export async function replayCall(
  { call, recorded, caller }: Replayable,
  options: ReplayOptions,
): Promise<Replayed> {
  const { clock = realClock, overhear, record, endpoint, onWarning = () => {}, ...placing } = options;
  const shown = call.personal === "shown";
  // What is compared is masked as the recording is: a hidden word would be another than the one said.
  const isKept = record !== undefined && (options.showPersonal ?? false) === shown;
  const scratch = isKept ? undefined : await Scratch.make();
  const made = { clock, agent: endpoint, source: "simulate", onWarning } as const;
  const analysed = new NewRecording({
    ...made,
    directory: scratch?.path ?? record ?? "",
    showPersonal: shown,
  });
  const kept =
    record === undefined || isKept
      ? undefined
      : new NewRecording({ ...made, directory: record, showPersonal: options.showPersonal ?? false });
  const observer: Observer = (event) => {
    analysed.observer(event);
    kept?.observer(event);
  };
  overhear?.(observer);
  try {
    const result = await placeCall({
      ...placing,
      ...caller.call,
      clock,
      endpoint,
      observers: [...(options.observers ?? []), ...(overhear ? [] : [observer])],
    });
    await analysed.over(clock);
    const folder = await analysed.close();
    const keptFolder = isKept ? folder : await kept?.close();
    return { recorded, replayed: await analyseRecording(folder), result, folder: keptFolder };
  } finally {
    await analysed.recorder.close();
    await kept?.recorder.close();
    await scratch?.remove();
  }
}

/** The recording of the new call. */
class NewRecording {
  readonly recorder: Recorder;
  readonly observer: Observer;
  readonly #ended: Promise<void>;
  readonly #directory: string;

  constructor(options: Parameters<typeof createRecorder>[0]) {
    this.#directory = options.directory;
    this.recorder = createRecorder(options);
    let end: () => void;
    this.#ended = new Promise((resolve) => {
      end = resolve;
    });
    this.observer = (event) => {
      this.recorder.observer(event);
      if (event.type === "call-ended") end();
    };
  }

  /** Resolves when the call has ended also where it is recorded; a bridge that never says so is not waited for in vain. */
  async over(clock: Clock): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(resolve, END_WITHIN_MS);
      void this.#ended.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** Completes it and gives its folder. */
  async close(): Promise<string> {
    await this.recorder.close();
    const folder = this.recorder.folder();
    if (folder !== undefined) return folder;
    throw new BridgeError("cannot-write", `The replayed call could not be recorded in ${this.#directory}.`, {
      fix: "A replay is compared by its recording: make room on the disk, or name a folder with --record.",
    });
  }
}

const scratches = new Set<string>();

process.on("exit", () => {
  for (const path of scratches) rmSync(path, { recursive: true, force: true });
});

/** A folder that is gone when its process is, also when that is cut short. */
class Scratch {
  private constructor(readonly path: string) {
    scratches.add(path);
  }

  static async make(): Promise<Scratch> {
    return new Scratch(await mkdtemp(join(tmpdir(), "smartpbx-replay-")));
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    scratches.delete(this.path);
  }
}
