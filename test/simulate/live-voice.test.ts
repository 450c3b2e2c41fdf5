import { expect, it } from "vitest";
import { ENCODINGS, PORTAL_FORMATS, type SampleRate } from "../../src/audio/format.js";
import { decodeUlaw } from "../../src/audio/g711.js";
import { loadOpus } from "../../src/audio/opus.js";
import type { OpusFraming } from "../../src/audio/opus-framing.js";
import { createPayloadCodec } from "../../src/audio/payload-codec.js";
import { pcmSamples } from "../../src/audio/pcm.js";
import { sine, toneDbfs } from "../../src/audio/signal.js";
import { LiveVoice } from "../../src/simulate/live-voice.js";

const tone = sine(500, -12, 1000, 48000);
const agent = {
  speaking: false,
  speakingSince: Number.NEGATIVE_INFINITY,
  quietSince: Number.NEGATIVE_INFINITY,
  spokeAtAll: false,
  turns: 0,
};

it.each([
  ...ENCODINGS.map((encoding) => [encoding, "raw"] as const),
  ["opus", "ogg"] as const,
  ["opus", "webm"] as const,
])("says in %s, %s, what it is given, as a far end would hear it", async (encoding, framing: OpusFraming) => {
  const format = PORTAL_FORMATS[encoding];
  let k = 0;
  const voice = await LiveVoice.open(() => tone.subarray(k++ * 960, k * 960), format, framing);
  const codec = createPayloadCodec(format, { agentRate: 48000, opus: await loadOpus() });
  const script = voice.start();
  const heard: number[] = [];
  let voiced = 0;
  for (let at = 0; at < 1000; at += 20) {
    const { frame, end } = script.next(at, agent);
    expect(end).toBeUndefined();
    expect(frame.message.length).toBeLessThanOrEqual(voice.longestMessage);
    expect(JSON.parse(frame.message).media.payload).toBe(frame.payload.base64);
    if (frame.voiced) voiced++;
    const plain = codec.decode(frame.payload);
    heard.push(...(codec.plain.encoding === "g711_ulaw" ? decodeUlaw(plain) : pcmSamples(plain)));
  }
  codec.free();
  const rate = codec.plain.sampleRate as SampleRate;
  const later = Int16Array.from(heard.slice(rate / 10));
  expect(toneDbfs(later, rate, 500)).toBeCloseTo(-12, 0);
  expect(later.length).toBeGreaterThan(0.85 * rate);
  expect(voiced).toBeGreaterThan(45);
});

it("is over when the caller says so, and not before", async () => {
  const voice = await LiveVoice.open(() => new Int16Array(960), PORTAL_FORMATS.g711_ulaw);
  expect(voice.start()).toMatchObject({ saidAllAt: Number.POSITIVE_INFINITY, expectsAnswer: true });
});
