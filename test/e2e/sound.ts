/** The sounds that calls are made of in these tests, and what recordings and WAV files hold of them. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bestLag } from "../../src/audio/signal.js";
import { readWav, writeWav } from "../../src/audio/wav.js";
import type { CallFile, RecordedEvent } from "../../src/recording/format.js";
import { isMedia, openRecording } from "../../src/recording/reader.js";
import { folder } from "./bridge.js";

const SAMPLE_VOICE = fileURLToPath(new URL("../../src/simulate/sample-voice.wav", import.meta.url));
const COARSE_HZ = 2000;
const PIECES = 5;

/** Writes mono samples as a WAV file and gives its path. */
export function wav(samples: Int16Array, rate: number): string {
  const path = join(folder(), "source.wav");
  writeFileSync(path, writeWav(samples, rate));
  return path;
}

export function samplesOf(path: string): { sampleRate: number; samples: Int16Array } {
  return readWav(readFileSync(path));
}

/** The samples of one channel of a stereo file. */
export function channel(path: string, which: "left" | "right"): Int16Array {
  const bytes = readFileSync(path);
  const all = new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length));
  return Int16Array.from({ length: all.length / 2 }, (_, i) => all[2 * i + (which === "left" ? 0 : 1)]);
}

/** The position of the loudest sample, in ms. */
export function loudestMs(samples: Int16Array, rate: number): number {
  let loudest = 0;
  for (let i = 0; i < samples.length; i++) if (Math.abs(samples[i]) > Math.abs(samples[loudest])) loudest = i;
  return (loudest / rate) * 1000;
}

/**
 * How much of `said` is found again in `heard`: 1 is the very same sound. Found piece by piece, because a computer that is
 * busy leaves gaps in what is heard; two pieces of five are at least as much alike as this.
 */
export function likeness(said: Int16Array, heard: Int16Array, rate: number): number {
  const length = Math.floor(said.length / PIECES);
  const pieces = Array.from({ length: PIECES }, (_, k) =>
    foundIn(said.subarray(k * length, (k + 1) * length), heard, rate),
  );
  return pieces.sort((a, b) => b - a)[1];
}

function foundIn(piece: Int16Array, heard: Int16Array, rate: number): number {
  const narrow = thinned(heard, rate);
  const coarse = bestLag(thinned(piece, rate), narrow, narrow.length).lag;
  const from = (Math.max(0, coarse - 2) * rate) / COARSE_HZ;
  const reach = rate / 500;
  return bestLag(piece, heard.subarray(from, from + piece.length + reach), reach).correlation;
}

/** At a rate at which a search is quick. */
function thinned(samples: Int16Array, rate: number): Int16Array {
  const by = rate / COARSE_HZ;
  return Int16Array.from({ length: Math.floor(samples.length / by) }, (_, i) => {
    const piece = samples.subarray(i * by, (i + 1) * by);
    return piece.reduce((sum, sample) => sum + sample, 0) / by;
  });
}

/** A piece of the sample voice that comes with the program, at its own 24 kHz. */
export function voice(fromMs: number, ms: number): Int16Array {
  const { samples } = samplesOf(SAMPLE_VOICE);
  return samples.slice(fromMs * 24, (fromMs + ms) * 24);
}

export interface SavedCall {
  readonly folder: string;
  readonly call: CallFile;
  readonly events: readonly RecordedEvent[];
  readonly caller: readonly SavedPayload[];
  readonly agent: readonly SavedPayload[];
}

export interface SavedPayload {
  /** When it came or went, in ms since the socket opened. */
  readonly at: number;
  /** When the caller began to hear it; NaN for what the caller said. */
  readonly heardAt: number;
  readonly hex: string;
}

/** The only recording in a folder of recordings. */
export async function savedCall(recordings: string): Promise<SavedCall> {
  const names = readdirSync(recordings);
  if (names.length !== 1) throw new Error(`${names.length} recordings: ${names.join(" ")}`);
  return readSaved(join(recordings, names[0]));
}

/** @param path the folder of one recording. */
export async function readSaved(path: string): Promise<SavedCall> {
  const recording = await openRecording(path);
  const events: RecordedEvent[] = [];
  const payloads = { "caller.bin": [] as SavedPayload[], "agent.bin": [] as SavedPayload[] };
  for await (const event of recording.events()) {
    if (event.type === "bad-line") throw new Error(`a bad line: ${JSON.stringify(event)}`);
    events.push(event as RecordedEvent);
    if (isMedia(event)) {
      const hex = (await recording.payload(event)).toString("hex");
      payloads[event.file].push({ at: event.t / 1000, heardAt: Number(event.heardT) / 1000, hex });
    }
  }
  await recording.close();
  return {
    folder: path,
    call: recording.call,
    events,
    caller: payloads["caller.bin"],
    agent: payloads["agent.bin"],
  };
}

/** The payloads without their times. */
export function bytes(payloads: readonly SavedPayload[]): string[] {
  return payloads.map(({ hex }) => hex);
}
