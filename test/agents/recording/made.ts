/** Recordings made by the real recorder of calls that a test describes. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesPerMs, type MediaFormat, PORTAL_FORMATS, silenceByte } from "../../../src/audio/format.js";
import { Payload } from "../../../src/audio/payload.js";
import type { CallEvent, EndReason } from "../../../src/call/events.js";
import { ManualClock } from "../../../src/clock.js";
import { createRecorder } from "../../../src/recording/writer.js";
import { callInfo, rawStart } from "../call.js";

export interface DescribedCall {
  readonly callId?: string;
  readonly format?: MediaFormat;
  readonly durationMs: number;
  /** How long the caller sends. Default: to the end. */
  readonly callerMs?: number;
  /** When the caller speaks: [from, to] in ms. */
  readonly caller?: readonly (readonly [number, number])[];
  /** What the agent says, and when; every speech has its own sound. */
  readonly agent?: readonly (readonly [number, number])[];
  readonly events?: readonly CallEvent[];
  readonly end?: EndReason;
  readonly showPersonal?: boolean;
  readonly noAudio?: boolean;
}

const ULAW = PORTAL_FORMATS.g711_ulaw;

export function silence(ms: number, format: MediaFormat = ULAW): Buffer {
  return Buffer.alloc(ms * bytesPerMs(format), silenceByte(format));
}

/** Something loud, and for each `seed` something else. */
export function voice(ms: number, seed = 0, format: MediaFormat = ULAW): Buffer {
  const bytes = Buffer.alloc(ms * bytesPerMs(format));
  if (format.encoding === "g711_ulaw")
    return bytes.map((_, i) => (i & 4 ? 0x10 : 0x90) + (seed % 16)) as Buffer;
  for (let i = 0; i + 1 < bytes.length; i += 2) bytes.writeInt16LE((i & 8 ? 8000 : -8000) + seed * 100, i);
  return bytes;
}

/** What the caller of a described call says: a payload every 20 ms. */
export function callerPayloads({
  durationMs,
  callerMs = durationMs,
  caller = [],
  format = ULAW,
}: DescribedCall): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < callerMs; at += 20)
    frames.push(
      caller.some(([from, to]) => at >= from && at < to) ? voice(20, 0, format) : silence(20, format),
    );
  return frames;
}

/** The events of a described call, in order; the caller's payload of 0 to 20 ms comes at 20 ms. */
export function callEvents(call: DescribedCall): CallEvent[] {
  const format = call.format ?? ULAW;
  const info = callInfo({ format, callId: call.callId ?? "call-1" });
  const events: CallEvent[] = [
    { at: 0, type: "call-started", info, agent: "first", raw: rawStart(info) },
    { at: 1, type: "agent-ready", passthrough: false },
    ...callerPayloads(call).map((bytes, i): CallEvent => {
      return { at: (i + 1) * 20, type: "caller-audio", payload: Payload.fromBytes(bytes) };
    }),
    ...(call.agent ?? []).flatMap(([from, ms], seed) =>
      Array.from({ length: ms / 20 }, (_, i): CallEvent => {
        const at = from + i * 20;
        const payload = Payload.fromBytes(voice(ms, seed + 1, format).subarray(...frameAt(i, format)));
        return { at, type: "agent-audio", payload, heardAt: at };
      }),
    ),
    ...(call.events ?? []),
  ];
  const summary = {
    durationMs: call.durationMs,
    turns: 0,
    firstAudioMs: [],
    framesIn: 0,
    framesOut: 0,
    droppedMs: 0,
    talkOverMs: 0,
    bargeIns: 0,
  };
  const reason = call.end ?? "caller-hung-up";
  events.push({ at: call.durationMs + 21, type: "call-ended", reason, detail: `it was ${reason}`, summary });
  return events.sort((a, b) => a.at - b.at);
}

function frameAt(i: number, format: MediaFormat): [number, number] {
  const bytes = bytesPerMs(format) * 20;
  return [i * bytes, (i + 1) * bytes];
}

/** A folder for recordings, to be removed after the test. */
export class Shelf {
  readonly #folders: string[] = [];

  async open(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "recording agent "));
    this.#folders.push(folder);
    return folder;
  }

  /** @returns the recording's folder. */
  async record(call: DescribedCall, directory?: string): Promise<string> {
    const recorder = createRecorder({
      directory: directory ?? (await this.open()),
      clock: new ManualClock(),
      showPersonal: call.showPersonal ?? true,
      noAudio: call.noAudio,
      agent: "first",
      source: "serve",
      onWarning: (_code, message) => {
        throw new Error(message);
      },
    });
    for (const event of callEvents(call)) recorder.observer(event);
    await recorder.close();
    return recorder.folder() as string;
  }

  async clear(): Promise<void> {
    for (const folder of this.#folders.splice(0)) await rm(folder, { recursive: true, force: true });
  }
}
