/** Makes call.wav from the rest of a recording: left the caller as it arrived, right what the caller heard. */
import { join } from "node:path";
import { HeardTimeline, type Placed, Timeline } from "../analysis/timeline.js";
import type { SampleRate } from "../audio/format.js";
import { decodeUlaw } from "../audio/g711.js";
import { loadOpus } from "../audio/opus.js";
import { Payload } from "../audio/payload.js";
import { createPayloadCodec } from "../audio/payload-codec.js";
import { pcmBytes, pcmSamples, WholeSamples } from "../audio/pcm.js";
import { wavHeader } from "../audio/wav.js";
import { BridgeError } from "../errors.js";
import { replaceFile } from "./folder.js";
import { AGENT_FILE, type AudioFile, CALLER_FILE, WAV_FILE } from "./format.js";
import { openRecording, type Recording } from "./reader.js";

const CHANNELS = 2;
const FRAME_BYTES = 2 * CHANNELS;
const HEADER_BYTES = 44;
const MAX_DATA_BYTES = 0xffffffff - HEADER_BYTES;
/** What is made between two writes: short enough that nothing else in the process notices. */
const WINDOW_MS = 100;
const OPUS_RATE: SampleRate = 24000;
/** How much later than its packet Opus audio comes out of the codec: libopus' look-ahead of 312 samples at 48 kHz. */
const OPUS_DELAY_MS = 6.5;

/**
 * Writes call.wav in the folder of a recording, over one that is there. Takes about a second of processor time for an hour
 * of μ-law, in slices of a few milliseconds, and memory for some seconds of audio.
 * @throws BridgeError `bad-recording` when the folder is no recording, or its times are beyond what a WAV file can hold.
 */
export async function rebuildWav(folder: string): Promise<void> {
  const recording = await openRecording(folder);
  try {
    const { encoding, sampleRate } = recording.call.format;
    const rate = encoding === "opus" ? OPUS_RATE : sampleRate;
    const left = new Track(placeAudio(recording, CALLER_FILE, rate, new Timeline(rate)));
    const right = new Track(placeAudio(recording, AGENT_FILE, rate, new HeardTimeline(rate)));
    await replaceFile(join(folder, WAV_FILE), async (file) => {
      const window = new Int16Array((rate / 1000) * WINDOW_MS * CHANNELS);
      const frames = window.length / CHANNELS;
      let end = 0;
      for (let from = 0; ; from += frames) {
        const next = Math.min(await left.begin(), await right.begin());
        if (next === Number.POSITIVE_INFINITY) break;
        // Windows in which nobody speaks are left out: the file has a hole there, which reads as zeros.
        from = Math.max(from, next - (next % frames));
        window.fill(0);
        end = Math.max(await left.mix(window, 0, from), await right.mix(window, 1, from), end);
        if (end * FRAME_BYTES > MAX_DATA_BYTES) throw tooLong(folder);
        await file.write(pcmBytes(window), 0, window.byteLength, HEADER_BYTES + from * FRAME_BYTES);
      }
      const dataBytes = end * FRAME_BYTES;
      await file.truncate(HEADER_BYTES + dataBytes);
      const header = wavHeader({ sampleRate: rate, channels: CHANNELS, encoding: "pcm16", dataBytes });
      await file.write(header, 0, header.length, 0);
    });
  } finally {
    await recording.close();
  }
}

/** One channel's audio, taken window by window. */
class Track {
  readonly #source: AsyncGenerator<Placed>;
  #next: Placed | undefined;

  constructor(source: AsyncGenerator<Placed>) {
    this.#source = source;
  }

  /** Where the next sample stands; Infinity when there is none. */
  async begin(): Promise<number> {
    if (!this.#next) {
      const { value, done } = await this.#source.next();
      if (done) return Number.POSITIVE_INFINITY;
      this.#next = value;
    }
    return this.#next.position;
  }

  /** Copies what belongs into the window that begins at `from`, and gives the position after the last sample copied. */
  async mix(window: Int16Array, channel: 0 | 1, from: number): Promise<number> {
    const to = from + window.length / CHANNELS;
    let end = 0;
    while ((await this.begin()) < to) {
      const { position, samples } = this.#next as Placed;
      const fits = Math.min(samples.length, to - position);
      for (let i = 0; i < fits; i++) window[(position - from + i) * CHANNELS + channel] = samples[i];
      end = position + fits;
      this.#next = fits < samples.length ? { position: end, samples: samples.subarray(fits) } : undefined;
    }
    return end;
  }
}

interface Places {
  add(atMs: number, samples: Int16Array): Placed[];
  finish(): Placed[];
}

async function* placeAudio(
  recording: Recording,
  file: AudioFile,
  rate: SampleRate,
  places: Places,
): AsyncGenerator<Placed> {
  const { format } = recording.call;
  const opus = format.encoding === "opus" ? await loadOpus() : undefined;
  const codec = createPayloadCodec(format, { agentRate: rate, ...(opus && { opus }) });
  const whole = new WholeSamples();
  const delayMs = opus ? OPUS_DELAY_MS : 0;
  try {
    for await (const event of recording.media(file)) {
      const payload = Payload.fromBytes(await recording.payload(event));
      const bytes = codec.decode(payload);
      const samples = codec.plain.encoding === "pcm16" ? pcmSamples(whole.take(bytes)) : decodeUlaw(bytes);
      yield* places.add(Math.max(0, (event.heardT ?? event.t) / 1000 - delayMs), samples);
    }
    yield* places.finish();
  } finally {
    codec.free();
  }
}

function tooLong(folder: string): BridgeError {
  return new BridgeError("bad-recording", `${folder} has audio at times beyond what a WAV file can hold`, {
    fix: "Its events.jsonl is damaged: look for lines whose t or heardT jumps ahead.",
  });
}
