/** Silences stretches of one side of a recording, on the clock of call.wav: payloads keep their number, order and length. */
import type { Span } from "../analysis/call-analysis.js";
import { HeardTimeline, Timeline } from "../analysis/timeline.js";
import { silenceByte } from "../audio/format.js";
import { packetSamples } from "../audio/opus-packet.js";
import { BridgeError } from "../errors.js";
import { type AudioFile, CALLER_FILE, type MediaEvent } from "./format.js";
import { findPackets, type Piece, packetAt, silencePackets } from "./opus-pieces.js";
import { soundsAt } from "./place-audio.js";
import type { Recording } from "./reader.js";

/** Payloads of one side, to be given in their order; what is not to be silenced comes back as it is. */
export interface Silencer {
  next(payload: Buffer): Buffer;
  /** How much recorded audio is silenced. */
  readonly silencedMs: number;
}

const OPUS_RATE = 48_000;
/** Packets are looked at as one stream: hours of a call. */
const MAX_STREAM_BYTES = 256 * 1024 * 1024;

/**
 * μ-law and PCM are silenced to the sample; of Opus whole packets are, and one more, because each can hold a rough copy of
 * the one before it.
 * @throws BridgeError `bad-recording` for an Opus call too long to be looked at.
 */
export async function silencer(
  recording: Recording,
  side: AudioFile,
  spans: readonly Span[],
): Promise<Silencer> {
  const wanted = merged(spans);
  return recording.call.format.encoding === "opus"
    ? opusSilencer(recording, side, wanted)
    : plainSilencer(recording, side, wanted);
}

function merged(spans: readonly Span[]): Span[] {
  const inOrder: Span[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = inOrder.at(-1);
    if (last && from <= last.to) inOrder[inOrder.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else inOrder.push({ from, to });
  }
  return inOrder;
}

/** Stands for samples of a stream where audio is placed. */
class Stretch {
  constructor(
    /** The first sample, counted from the stream's beginning. */
    readonly start: number,
    readonly length: number,
  ) {}

  subarray(count: number): Stretch {
    return new Stretch(this.start + count, Math.max(0, this.length - count));
  }
}

/** Finds the samples of a stream that sound within the spans. */
class Finder {
  readonly #places: Timeline<Stretch> | HeardTimeline<Stretch>;
  readonly #spans: readonly Span[];
  /** Up to here all samples have been looked at. */
  #looked = 0;
  #given = 0;
  /** In samples, in order. */
  readonly found: Piece[] = [];

  constructor(side: AudioFile, rate: number, spans: readonly Span[]) {
    this.#places = side === CALLER_FILE ? new Timeline(rate) : new HeardTimeline(rate);
    this.#spans = spans.map(({ from, to }) => ({ from: (from * rate) / 1000, to: (to * rate) / 1000 }));
  }

  add(atMs: number, samples: number): void {
    this.#look(this.#places.add(atMs, new Stretch(this.#given, samples)));
    this.#given += samples;
  }

  finish(): Piece[] {
    this.#look(this.#places.finish());
    return this.found;
  }

  #look(runs: ReturnType<Timeline<Stretch>["add"]>): void {
    for (const { position, samples } of runs) {
      // What was left out of the track lies before what follows it, and goes with it.
      if (
        samples.start > this.#looked &&
        this.#spans.some((span) => span.from <= position && position <= span.to)
      )
        this.#find(this.#looked, samples.start);
      this.#looked = samples.start + samples.length;
      for (const span of this.#spans) {
        const from = Math.max(0, Math.floor(span.from) - position);
        const to = Math.min(samples.length, Math.ceil(span.to) - position);
        if (from < to) this.#find(samples.start + from, samples.start + to);
      }
    }
  }

  #find(from: number, to: number): void {
    const last = this.found.at(-1);
    if (last && from <= last.to) this.found[this.found.length - 1] = { from: last.from, to };
    else this.found.push({ from, to });
  }
}

async function plainSilencer(
  recording: Recording,
  side: AudioFile,
  spans: readonly Span[],
): Promise<Silencer> {
  const { format } = recording.call;
  const sampleBytes = format.encoding === "pcm16" ? 2 : 1;
  const finder = new Finder(side, format.sampleRate, spans);
  let bytes = 0;
  let given = 0;
  for await (const event of recording.media(side)) {
    bytes += event.length;
    // A sample is there when its last byte is.
    const samples = Math.floor(bytes / sampleBytes) - given;
    finder.add(soundsAt(event, format), samples);
    given += samples;
  }
  const found = finder.finish();
  const total = found.reduce((sum, { from, to }) => sum + to - from, 0);
  const ranges = found.map(({ from, to }) => ({ from: from * sampleBytes, to: to * sampleBytes }));
  const quiet = silenceByte(format);
  let at = 0;
  let next = 0;
  return {
    silencedMs: (total * 1000) / format.sampleRate,
    next: (payload) => {
      const end = at + payload.length;
      while (next < ranges.length && ranges[next].to <= at) next++;
      let changed: Buffer | undefined;
      for (let i = next; i < ranges.length && ranges[i].from < end; i++) {
        changed ??= Buffer.from(payload);
        changed.fill(quiet, Math.max(0, ranges[i].from - at), Math.min(end, ranges[i].to) - at);
      }
      at = end;
      return changed ?? payload;
    },
  };
}

async function opusSilencer(
  recording: Recording,
  side: AudioFile,
  spans: readonly Span[],
): Promise<Silencer> {
  const { stream, payloads, lines } = await wholeStream(recording, side);
  const packets = findPackets(stream, payloads);
  const finder = new Finder(side, OPUS_RATE, spans);
  /** Where each packet's audio ends, in samples from the stream's beginning. */
  const ends: number[] = [];
  let samples = 0;
  let line = 0;
  let heard = { line: -1, at: 0 };
  for (const packet of packets) {
    const arrives = (packet.at(-1) as Piece).to;
    while (payloads[line].to < arrives) line++;
    if (heard.line !== line) heard = { line, at: soundsAt(lines[line], recording.call.format) };
    const length = packetSamples(packetAt(stream, packet)) ?? 0;
    if (length > 0) finder.add(heard.at, length);
    heard.at += length / (OPUS_RATE / 1000);
    ends.push((samples += length));
  }
  const found = finder.finish();
  const chosen = packets.filter(
    (_, k) =>
      isWithin(found, ends[k - 1] ?? 0, ends[k]) || isWithin(found, ends[k - 2] ?? 0, ends[k - 1] ?? 0),
  );
  silencePackets(stream, chosen);
  let next = 0;
  return {
    silencedMs: found.reduce((sum, { from, to }) => sum + to - from, 0) / (OPUS_RATE / 1000),
    next: () => {
      const { from, to } = payloads[next++];
      return stream.subarray(from, to);
    },
  };
}

function isWithin(found: readonly Piece[], from: number, to: number): boolean {
  return found.some((piece) => piece.from < to && from < piece.to);
}

async function wholeStream(
  recording: Recording,
  side: AudioFile,
): Promise<{ stream: Buffer; payloads: Piece[]; lines: MediaEvent[] }> {
  const pieces: Buffer[] = [];
  const payloads: Piece[] = [];
  const lines: MediaEvent[] = [];
  let bytes = 0;
  for await (const event of recording.media(side)) {
    if (bytes + event.length > MAX_STREAM_BYTES) throw tooLong(recording.folder);
    // A copy: the reader's blocks are larger than what is kept of them.
    pieces.push(Buffer.from(await recording.payload(event)));
    payloads.push({ from: bytes, to: (bytes += event.length) });
    lines.push(event);
  }
  return { stream: Buffer.concat(pieces), payloads, lines };
}

function tooLong(folder: string): BridgeError {
  return new BridgeError("bad-recording", `${folder} holds more Opus audio than can be silenced`, {
    fix: "Redact it without --silence, and share it without its sound.",
  });
}
