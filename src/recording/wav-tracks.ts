/** Writes tracks of audio as the channels of one WAV file, with holes where nobody speaks. */
import type { FileHandle } from "node:fs/promises";
import type { Placed } from "../analysis/timeline.js";
import type { SampleRate } from "../audio/format.js";
import { pcmBytes } from "../audio/pcm.js";
import { wavHeader } from "../audio/wav.js";
import { BridgeError } from "../errors.js";

const SAMPLE_BYTES = 2;
const HEADER_BYTES = 44;
const MAX_DATA_BYTES = 0xffffffff - HEADER_BYTES;
/** What is made between two writes: short enough that nothing else in the process notices. */
const WINDOW_MS = 100;

/**
 * @param file new and empty.
 * @param sources the channels: runs in order that never overlap.
 * @param what the recording, for the error.
 * @throws BridgeError `bad-recording` when the times are beyond what a WAV file can hold.
 */
export async function writeTracks(
  file: FileHandle,
  rate: SampleRate,
  sources: readonly AsyncGenerator<Placed>[],
  what: string,
): Promise<void> {
  const tracks = sources.map((source) => new Track(source));
  const channels = tracks.length;
  const frameBytes = SAMPLE_BYTES * channels;
  const frames = (rate / 1000) * WINDOW_MS;
  const window = new Int16Array(frames * channels);
  let end = 0;
  for (let from = 0; ; from += frames) {
    let next = Number.POSITIVE_INFINITY;
    for (const track of tracks) next = Math.min(next, await track.begin());
    if (next === Number.POSITIVE_INFINITY) break;
    // Windows in which nobody speaks are left out: the file has a hole there, which reads as zeros.
    from = Math.max(from, next - (next % frames));
    window.fill(0);
    for (const [channel, track] of tracks.entries())
      end = Math.max(await track.mix(window, channel, channels, from), end);
    if (end * frameBytes > MAX_DATA_BYTES) throw tooLong(what);
    await file.write(pcmBytes(window), 0, window.byteLength, HEADER_BYTES + from * frameBytes);
  }
  const dataBytes = end * frameBytes;
  await file.truncate(HEADER_BYTES + dataBytes);
  const header = wavHeader({ sampleRate: rate, channels, encoding: "pcm16", dataBytes });
  await file.write(header, 0, header.length, 0);
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
  async mix(window: Int16Array, channel: number, channels: number, from: number): Promise<number> {
    const to = from + window.length / channels;
    let end = 0;
    while ((await this.begin()) < to) {
      const { position, samples } = this.#next as Placed;
      const fits = Math.min(samples.length, to - position);
      for (let i = 0; i < fits; i++) window[(position - from + i) * channels + channel] = samples[i];
      end = position + fits;
      this.#next = fits < samples.length ? { position: end, samples: samples.subarray(fits) } : undefined;
    }
    return end;
  }
}

function tooLong(what: string): BridgeError {
  return new BridgeError("bad-recording", `${what} has audio at times beyond what a WAV file can hold`, {
    fix: "Its events.jsonl is damaged: look for lines whose t or heardT jumps ahead.",
  });
}
