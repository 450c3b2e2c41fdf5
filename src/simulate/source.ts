/** What a simulated caller says: the bundled voice, a WAV file, a tone, or nothing. */
import { readFile } from "node:fs/promises";
import { resampleAll } from "../audio/resample-offline.js";
import { silence, sine } from "../audio/signal.js";
import { readWav } from "../audio/wav.js";
import { BridgeError } from "../errors.js";

export type SourceSpec =
  | { readonly type: "sample-voice"; readonly clip?: keyof typeof CLIPS_MS }
  | { readonly type: "wav"; readonly path: string }
  | { readonly type: "tone"; readonly hz: number }
  | { readonly type: "silence" };

export interface Source {
  /** For people: `sample voice`, `order.wav`. */
  readonly name: string;
  /** All of it as mono samples at `rate` Hz. @throws BridgeError `bad-flag` for a tone that does not fit into this rate. */
  samplesAt(rate: number): Int16Array;
  /** Noise of the line that is sent under it and does not count as speech; begins anew when it is over. */
  readonly background?: (rate: number) => Int16Array;
}

const SAMPLE_VOICE = new URL("../../src/simulate/sample-voice.wav", import.meta.url);
/** Where in the sample voice each of its sentences is, in ms. */
const CLIPS_MS = { hello: [280, 2180], hours: [6726, 8600] } as const;
const TONE_MS = 5000;
const TONE_DBFS = -9;
const SILENCE_MS = 10_000;
/** The encoded messages of a source are kept in memory, at most 3 KB for a frame. */
const LONGEST_MS = 20 * 60_000;

/** @throws BridgeError `cannot-read` or `bad-wav`. */
export async function loadSource(spec: SourceSpec): Promise<Source> {
  switch (spec.type) {
    case "sample-voice":
      return recorded("sample voice", await readFile(SAMPLE_VOICE), spec.clip && CLIPS_MS[spec.clip]);
    case "wav":
      return recorded(spec.path, await readSource(spec.path));
    case "tone":
      return { name: `tone of ${spec.hz} Hz`, samplesAt: (rate) => tone(spec.hz, rate) };
    case "silence":
      return { name: "silence", samplesAt: (rate) => silence(SILENCE_MS, rate) };
  }
}

async function readSource(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new BridgeError("cannot-read", `${path} cannot be read.`, {
      fix: "Check the path and the file's permissions.",
      cause,
    });
  }
}

/** @param part of the file, in ms. */
function recorded(name: string, file: Buffer, part?: readonly [from: number, to: number]): Source {
  const { sampleRate, samples: all } = readWav(file);
  const samples = part ? all.subarray(...part.map((ms) => (ms * sampleRate) / 1000)) : all;
  if (samples.length / sampleRate > LONGEST_MS / 1000) {
    throw new BridgeError("bad-wav", `${name} is longer than ${LONGEST_MS / 60_000} minutes.`, {
      fix: "Cut it, for example with: sox input.wav output.wav trim 0 20:00",
    });
  }
  return { name, samplesAt: (rate) => resampleAll(samples, sampleRate, rate) };
}

function tone(hz: number, rate: number): Int16Array {
  if (hz >= rate / 2) {
    throw new BridgeError("bad-flag", `Audio at ${rate} Hz cannot hold a tone of ${hz} Hz.`, {
      fix: `Choose a tone below ${rate / 2} Hz, or another --format.`,
    });
  }
  return sine(hz, TONE_DBFS, TONE_MS, rate);
}
