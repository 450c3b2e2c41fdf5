/** Reads any common WAV file as mono samples, and writes PCM and μ-law WAV (Microsoft RIFF WAVE, RFC 2361). */
import { BridgeError } from "../errors.js";
import { decodeUlaw } from "./g711.js";
import { pcmBytes } from "./pcm.js";

const PCM = 1;
const FLOAT = 3;
const ULAW = 7;
/** The real tag then stands at the head of a GUID, 24 bytes into the chunk. */
const EXTENSIBLE = 0xfffe;

const LOWEST_HZ = 4000;
const HIGHEST_HZ = 192_000;

/** Reads the sample at a byte offset, in units of a 16-bit sample. */
type ReadSample = (view: DataView, offset: number) => number;

const READERS: Readonly<Record<string, ReadSample>> = {
  [`${PCM}/8`]: (view, at) => (view.getUint8(at) - 128) * 256,
  [`${PCM}/16`]: (view, at) => view.getInt16(at, true),
  [`${PCM}/24`]: (view, at) => view.getInt8(at + 2) * 256 + view.getUint16(at, true) / 256,
  [`${PCM}/32`]: (view, at) => view.getInt32(at, true) / 65536,
  [`${FLOAT}/32`]: (view, at) => view.getFloat32(at, true) * 32768 || 0,
  [`${ULAW}/8`]: (view, at) => ULAW_SAMPLES[view.getUint8(at)],
};

const ULAW_SAMPLES = decodeUlaw(Uint8Array.from({ length: 256 }, (_, code) => code));

/**
 * Reads a WAV file: PCM of 8, 16, 24 or 32 bits, 32-bit float or μ-law, 4 to 192 kHz. Channels are mixed to one. Unknown
 * chunks are skipped, and a data chunk whose length is wrong, 0 or open, as a writer leaves it that was cut off, is read up
 * to the end of the file.
 * @throws BridgeError `bad-wav` for anything else.
 */
export function readWav(bytes: Uint8Array): { sampleRate: number; samples: Int16Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tag(view, 0) !== "RIFF" || tag(view, 8) !== "WAVE")
    throw badWav("it is not a WAV file");

  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = tag(view, at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (name === "fmt ") format = readFormat(view, start, Math.min(size, bytes.length - start));
    if (name === "data") {
      if (!format) throw badWav("its audio comes before its format");
      const open = size === 0 || size > bytes.length - start;
      const data = new DataView(view.buffer, view.byteOffset + start, open ? bytes.length - start : size);
      return { sampleRate: format.sampleRate, samples: mix(data, format) };
    }
    at = start + size + (size & 1);
  }
  throw badWav("it holds no audio");
}

interface Format {
  readonly sampleRate: number;
  readonly channels: number;
  readonly sampleBytes: number;
  readonly read: ReadSample;
}

function readFormat(view: DataView, start: number, size: number): Format {
  if (size < 16) throw badWav("its format is cut short");
  let kind = view.getUint16(start, true);
  const channels = view.getUint16(start + 2, true);
  const sampleRate = view.getUint32(start + 4, true);
  const bits = view.getUint16(start + 14, true);
  if (kind === EXTENSIBLE && size >= 26) kind = view.getUint16(start + 24, true);

  const read = READERS[`${kind}/${bits}`];
  if (!read) throw badWav(`its encoding is not supported (format ${kind}, ${bits} bits)`);
  if (channels === 0) throw badWav("it has no channels");
  if (sampleRate < LOWEST_HZ || sampleRate > HIGHEST_HZ) throw badWav(`its sample rate is ${sampleRate} Hz`);
  return { sampleRate, channels, sampleBytes: bits / 8, read };
}

function mix(data: DataView, { channels, sampleBytes, read }: Format): Int16Array {
  const samples = new Int16Array(Math.floor(data.byteLength / (channels * sampleBytes)));
  for (let i = 0, at = 0; i < samples.length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at += sampleBytes) sum += read(data, at);
    samples[i] = Math.max(-32768, Math.min(32767, Math.round(sum / channels)));
  }
  return samples;
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(
    view.getUint8(at),
    view.getUint8(at + 1),
    view.getUint8(at + 2),
    view.getUint8(at + 3),
  );
}

function badWav(problem: string): BridgeError {
  return new BridgeError("bad-wav", `The WAV file cannot be used: ${problem}.`, {
    fix: "Convert it to 16-bit PCM, for example with: sox input.wav -b 16 -c 1 output.wav",
  });
}

export interface WavHeader {
  readonly sampleRate: number;
  readonly channels: number;
  readonly encoding: "pcm16" | "g711_ulaw";
  /** Bytes of audio that follow the header. An odd number is to be followed by one padding byte. */
  readonly dataBytes: number;
}

/**
 * The bytes that stand before the audio in a WAV file: 44 for PCM; 58 for μ-law, which must also say its number of samples.
 * Lengths beyond 4 GiB are written as 0xFFFFFFFF, which readers take as "up to the end of the file".
 */
export function wavHeader({ sampleRate, channels, encoding, dataBytes }: WavHeader): Uint8Array {
  const ulaw = encoding === "g711_ulaw";
  const sampleBytes = ulaw ? 1 : 2;
  const header = new Uint8Array(ulaw ? 58 : 44);
  const view = new DataView(header.buffer);
  let at = 0;
  const text = (name: string) => {
    for (const letter of name) view.setUint8(at++, letter.charCodeAt(0));
  };
  const uint16 = (value: number) => view.setUint16((at += 2) - 2, value, true);
  const uint32 = (value: number) => view.setUint32((at += 4) - 4, Math.min(value, 0xffffffff), true);

  text("RIFF");
  uint32(header.length - 8 + dataBytes + (dataBytes % 2));
  text("WAVEfmt ");
  uint32(ulaw ? 18 : 16);
  uint16(ulaw ? ULAW : PCM);
  uint16(channels);
  uint32(sampleRate);
  uint32(sampleRate * channels * sampleBytes);
  uint16(channels * sampleBytes);
  uint16(sampleBytes * 8);
  if (ulaw) {
    uint16(0);
    text("fact");
    uint32(4);
    uint32(Math.floor(dataBytes / channels));
  }
  text("data");
  uint32(dataBytes);
  return header;
}

/** A whole PCM WAV file. @param samples interleaved when there is more than one channel. */
export function writeWav(samples: Int16Array, sampleRate: number, channels = 1): Uint8Array {
  const header = wavHeader({ sampleRate, channels, encoding: "pcm16", dataBytes: samples.byteLength });
  const file = new Uint8Array(header.length + samples.byteLength);
  file.set(header);
  file.set(pcmBytes(samples), header.length);
  return file;
}
