/** Sources as wire messages. */
import { expect, test } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { loadOpus } from "../../src/audio/opus.js";
import type { OpusFraming } from "../../src/audio/opus-framing.js";
import { createPayloadCodec } from "../../src/audio/payload-codec.js";
import { pcmBytes, pcmSamples } from "../../src/audio/pcm.js";
import { sine, toneDbfs } from "../../src/audio/signal.js";
import { AgentHeard } from "../../src/simulate/agent-heard.js";
import type { Source } from "../../src/simulate/source.js";
import { Track, type TrackFrame } from "../../src/simulate/track.js";

/** 90 ms: not a whole number of frames. */
const tone: Source = { name: "tone", samplesAt: (rate) => sine(500, -9, 90, rate) };
const nothing: Source = { name: "nothing", samplesAt: (rate) => new Int16Array(rate / 10) };

/** The frames of one call. */
function nextOf(track: Track): () => TrackFrame {
  const script = track.start();
  return () => script.next(0, new AgentHeard()).frame;
}

test.each([
  ["g711_ulaw", 8000, 0xff, 160],
  ["pcm16", 24000, 0, 960],
] as const)(
  "%s: exact bytes in 20 ms messages, the last padded, then silence",
  async (name, rate, quiet, size) => {
    const track = await Track.encode(tone, PORTAL_FORMATS[name]);
    expect(track.durationMs).toBe(100);
    expect(track.voiced).toBe(true);
    const next = nextOf(track);
    const frames = Array.from({ length: 7 }, next);
    const samples = tone.samplesAt(rate);
    const expected = name === "pcm16" ? pcmBytes(samples) : encodeUlaw(samples);
    const sent = Buffer.concat(frames.map((frame) => frame.payload.bytes));
    expect(sent.length).toBe(7 * size);
    expect(sent.subarray(0, expected.length).equals(expected)).toBe(true);
    expect(sent.subarray(expected.length).every((byte) => byte === quiet)).toBe(true);
    expect(frames.map((frame) => frame.voiced)).toEqual([true, true, true, true, true, false, false]);
    for (const frame of frames) {
      expect(JSON.parse(frame.message)).toEqual({ event: "media", media: { payload: frame.payload.base64 } });
    }
  },
);

test("calls share the messages and each starts at the beginning", async () => {
  const track = await Track.encode(tone, PORTAL_FORMATS.g711_ulaw);
  const first = nextOf(track);
  const second = nextOf(track);
  first();
  expect(second()).not.toBe(first());
  expect(nextOf(track)()).toBe(nextOf(track)());
});

test.each(["raw", "ogg", "webm"] as OpusFraming[])(
  "opus in %s: the tone, then lasting silence",
  async (framing) => {
    const track = await Track.encode(tone, PORTAL_FORMATS.opus, framing);
    const opus = await loadOpus();
    const codec = createPayloadCodec(PORTAL_FORMATS.opus, { agentRate: 48000, opus });
    const next = nextOf(track);
    const heard = Array.from({ length: 200 }, () => codec.decode(next().payload));
    expect(heard.every((frame) => frame.length === 1920)).toBe(true);
    const samples = pcmSamples(Buffer.concat(heard));
    expect(toneDbfs(samples.subarray(960, 3840), 48000, 500)).toBeCloseTo(-9, 0);
    const tail = samples.subarray(48000);
    expect(tail.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeLessThanOrEqual(8);
    codec.free();
  },
);

test("two calls in a container are two whole streams", async () => {
  const track = await Track.encode(tone, PORTAL_FORMATS.opus, "ogg");
  const [first, second] = [nextOf(track), nextOf(track)];
  const heads = [first(), second()].map((frame) => frame.payload.bytes.toString("latin1", 0, 4));
  expect(heads).toEqual(["OggS", "OggS"]);
  expect(first().payload.bytes.includes("OpusHead")).toBe(false);
});

test("silence is not voiced", async () => {
  expect((await Track.encode(nothing, PORTAL_FORMATS.pcm16)).voiced).toBe(false);
});
