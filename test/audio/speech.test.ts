import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameBytes, type MediaFormat, PORTAL_FORMATS, pcm16 } from "../../src/audio/format.js";
import { Framer } from "../../src/audio/framer.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import { silence, sine, whiteNoise } from "../../src/audio/signal.js";
import { SpeechDetector } from "../../src/audio/speech.js";

const formats: { name: string; format: MediaFormat; bytes: (samples: Int16Array) => Uint8Array }[] = [
  { name: "μ-law at 8 kHz", format: PORTAL_FORMATS.g711_ulaw, bytes: (samples) => encodeUlaw(samples) },
  { name: "pcm16 at 24 kHz", format: pcm16(24000), bytes: pcmBytes },
];

/** Peak level of evenly distributed noise with the given RMS level. */
const noisePeak = (rmsDbfs: number): number => rmsDbfs + 4.77;

describe.each(formats)("speech in $name", ({ format, bytes }) => {
  const rate = format.sampleRate;

  /** Which frames of `samples` are voiced. */
  function hear(detector: SpeechDetector, samples: Int16Array): boolean[] {
    return new Framer(frameBytes(format), 0).push(bytes(samples)).map((frame) => detector.push(frame));
  }

  it("is not silence, nor comfort noise at -60 dBFS", () => {
    const detector = new SpeechDetector(format);
    expect(hear(detector, silence(1000, rate))).not.toContain(true);
    expect(hear(detector, whiteNoise(1, noisePeak(-60), 10_000, rate))).not.toContain(true);
  });

  it("is heard from its first frame, and its end in the first frame after", () => {
    const detector = new SpeechDetector(format);
    hear(detector, whiteNoise(2, noisePeak(-60), 2000, rate));
    expect(hear(detector, sine(300, -30, 400, rate))).not.toContain(false);
    expect(hear(detector, whiteNoise(3, noisePeak(-60), 400, rate))).not.toContain(true);
  });

  it("may be a steady loud tone for minutes", () => {
    expect(hear(new SpeechDetector(format), sine(1004, -20, 120_000, rate))).not.toContain(false);
  });

  it("stands out of steady noise once the noise is known", () => {
    const detector = new SpeechDetector(format);
    const noise = hear(detector, whiteNoise(4, noisePeak(-42), 10_000, rate));
    expect(noise[0]).toBe(true);
    expect(noise.slice(250)).not.toContain(true);
    expect(hear(detector, sine(300, -20, 400, rate))).not.toContain(false);
  });

  it("is heard at once again when noise stops", () => {
    const detector = new SpeechDetector(format);
    hear(detector, whiteNoise(5, noisePeak(-42), 10_000, rate));
    hear(detector, silence(20, rate));
    expect(hear(detector, sine(300, -38, 100, rate))).not.toContain(false);
  });

  it("makes a chunk voiced that holds one voiced frame", () => {
    const detector = new SpeechDetector(format);
    const chunk = silence(1000, rate);
    chunk.set(sine(400, -25, 20, rate), rate / 2);
    expect(detector.push(bytes(chunk))).toBe(true);
    expect(detector.push(new Uint8Array(0))).toBe(false);
  });
});

it("is the same in PCM chunks that cut samples in two", () => {
  const quiet = pcmBytes(whiteNoise(6, noisePeak(-60), 200, 24000));
  const detector = new SpeechDetector(pcm16(24000));
  const odd = new Framer(961, 0).push(quiet).map((chunk) => detector.push(chunk));
  expect(odd).not.toContain(true);
});

it("survives any bytes", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (chunks) => {
      const [one, other] = [new SpeechDetector(pcm16(16000)), new SpeechDetector(pcm16(16000))];
      expect(chunks.map((chunk) => one.push(chunk))).toEqual(chunks.map((chunk) => other.push(chunk)));
    }),
  );
});

it("refuses Opus", () => {
  expect(() => new SpeechDetector(PORTAL_FORMATS.opus)).toThrow(RangeError);
});
