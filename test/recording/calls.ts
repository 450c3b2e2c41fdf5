/** Made-up calls for the tests of recordings. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type MediaFormat, PORTAL_FORMATS } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import type { CallEvent, CallSummary } from "../../src/call/events.js";
import { ManualClock } from "../../src/clock.js";
import { createRecorder, type Recorder, type RecorderOptions } from "../../src/recording/writer.js";

export const WALL = Date.UTC(2026, 10, 22, 12, 59, 0, 123);

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "recording-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function started(
  changes: { callId?: string; format?: MediaFormat; raw?: object; at?: number } = {},
): CallEvent {
  const { callId = "call-1", format = PORTAL_FORMATS.g711_ulaw, at = 0 } = changes;
  const info = {
    callId,
    otherLegCallId: "leg-2",
    accountId: "acc-1",
    caller: "+94771234512",
    callee: "+94112000000",
    format,
  };
  const raw = changes.raw ?? {
    event: "start",
    start: { callId, callerIdNumber: info.caller, calleeIdNumber: info.callee },
  };
  return { at, type: "call-started", info, agent: "echo", raw };
}

export function ended(at: number): CallEvent {
  const summary: CallSummary = {
    durationMs: at,
    turns: 0,
    firstAudioMs: [],
    framesIn: 1,
    framesOut: 1,
    droppedMs: 0,
    talkOverMs: 0,
    bargeIns: 0,
  };
  return { at, type: "call-ended", reason: "caller-hung-up", detail: "the caller hung up", summary };
}

export const callerAudio = (at: number, bytes: Uint8Array): CallEvent => ({
  at,
  type: "caller-audio",
  payload: Payload.fromBytes(bytes),
});

export const agentAudio = (at: number, heardAt: number, bytes: Uint8Array): CallEvent => ({
  at,
  type: "agent-audio",
  payload: Payload.fromBytes(bytes),
  heardAt,
});

export interface RecordedCall {
  readonly recorder: Recorder;
  readonly clock: ManualClock;
  readonly warnings: string[];
  /** Moves the clock to each event's time and hands it over. */
  play(events: readonly CallEvent[]): void;
}

export function startRecorder(directory: string, options: Partial<RecorderOptions> = {}): RecordedCall {
  const clock = new ManualClock(WALL);
  const warnings: string[] = [];
  const onWarning = (code: string, message: string) => void warnings.push(`${code}: ${message}`);
  const recorder = createRecorder({
    directory,
    clock,
    agent: "echo",
    source: "serve",
    onWarning,
    ...options,
  });
  const play = (events: readonly CallEvent[]) => {
    for (const event of events) {
      clock.advance(Math.max(0, event.at - clock.now()));
      recorder.observer(event);
    }
  };
  return { recorder, clock, warnings, play };
}

/** Records a whole call and gives its folder. */
export async function record(
  directory: string,
  events: readonly CallEvent[],
  options: Partial<RecorderOptions> = {},
): Promise<string> {
  const { recorder, play } = startRecorder(directory, options);
  play(events);
  await recorder.close();
  return recorder.folder() as string;
}
