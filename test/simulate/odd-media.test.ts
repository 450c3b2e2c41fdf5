/** The media of a PBX with quirks: the same audio in other messages, whatever the format. */
import { describe, expect, it } from "vitest";
import { type Encoding, PORTAL_FORMATS } from "../../src/audio/format.js";
import { OPUS_FRAMINGS, type OpusFraming, OpusUnframer } from "../../src/audio/opus-framing.js";
import { sine } from "../../src/audio/signal.js";
import { parsePbxMessage } from "../../src/protocol/parse.js";
import { QUIRK_NAMES, type QuirkName } from "../../src/protocol/quirks.js";
import { type MediaMessage, oddMedia } from "../../src/simulate/odd-media.js";
import { Track, type TrackFrame } from "../../src/simulate/track.js";

/** `ms` of tone, then silence, as one call's frames. */
async function frames(encoding: Encoding, count: number, framing: OpusFraming = "raw", voicedMs = 1000) {
  const samplesAt = (rate: number) => sine(440, -9, voicedMs, rate);
  const track = await Track.encode({ name: "test", samplesAt }, PORTAL_FORMATS[encoding], framing);
  const script = track.start();
  const agent = { speaking: false, speakingSince: 0, quietSince: 0, spokeAtAll: false, turns: 0 };
  return Array.from({ length: count }, (_, k) => script.next(20 * k, agent).frame);
}

/** What is sent with each frame. */
function sent(quirks: readonly QuirkName[], encoding: Encoding, all: readonly TrackFrame[]) {
  const odd = oddMedia(quirks, PORTAL_FORMATS[encoding]);
  return all.map((frame): readonly MediaMessage[] => odd?.(frame) ?? [frame]);
}

const bytes = (messages: readonly MediaMessage[]) =>
  Buffer.concat(messages.flatMap(({ payload }) => payload?.bytes ?? []));

it("is nothing special without a quirk that is about media", () => {
  const about = QUIRK_NAMES.filter((name) => oddMedia([name], PORTAL_FORMATS.g711_ulaw));
  expect(about).toEqual(["extra-fields", "unknown-events", "odd-frames", "silence-suppression"]);
});

describe("odd-frames", () => {
  it.each(["g711_ulaw", "pcm16"] as const)(
    "%s: the same bytes, cut at odd places, hardly later",
    async (encoding) => {
      const all = await frames(encoding, 100);
      const odd = sent(["odd-frames"], encoding, all);
      const whole = Buffer.concat(all.map(({ payload }) => payload.bytes));
      const cut = bytes(odd.flat());
      expect(whole.subarray(0, cut.length).equals(cut)).toBe(true);
      expect(whole.length - cut.length).toBeLessThan(481);
      const sizes = new Set(odd.flat().map(({ payload }) => payload!.bytes.length));
      expect([...sizes].sort((a, b) => a - b)).toEqual([1, 2, 7, 33, 99, 160, 320, 481]);
      for (const { payload, message } of odd.flat())
        expect(JSON.parse(message)).toEqual({ event: "media", media: { payload: payload!.base64 } });
    },
  );

  it("carries nothing from one call to another", async () => {
    const all = await frames("g711_ulaw", 10);
    expect(sent(["odd-frames"], "g711_ulaw", all)).toEqual(sent(["odd-frames"], "g711_ulaw", all));
  });

  it.each(OPUS_FRAMINGS)("opus in %s: the same packets", async (framing) => {
    const all = await frames("opus", 60, framing);
    const odd = sent(["odd-frames"], "opus", all).flat();
    if (framing === "raw") expect(odd).toEqual(all);
    else expect(new Set(odd.map(({ payload }) => payload!.bytes.length)).size).toBe(8);
    const packets = (payloads: readonly (Uint8Array | undefined)[]) => {
      const unframer = new OpusUnframer();
      return payloads.flatMap((payload) =>
        payload ? unframer.push(payload).map((packet) => Buffer.from(packet).toString("hex")) : [],
      );
    };
    const whole = packets(all.map(({ payload }) => payload.bytes));
    const cut = packets(odd.map(({ payload }) => payload?.bytes));
    expect(cut.length).toBeGreaterThan(40);
    expect(whole.slice(0, cut.length)).toEqual(cut);
  });
});

it("silence-suppression: nothing while nobody speaks, but a little after speech, and the first frame", async () => {
  const all = [...(await frames("g711_ulaw", 5, "raw", 0)), ...(await frames("g711_ulaw", 30, "raw", 200))];
  const counts = sent(["silence-suppression"], "g711_ulaw", [
    ...all.slice(0, 5),
    ...Array(20).fill(all[0]),
    ...all.slice(5),
  ]).map((messages) => messages.length);
  const first = counts.indexOf(0);
  expect(first).toBe(11);
  expect(counts.slice(11, 25)).toEqual(Array(14).fill(0));
  expect(counts.slice(25, 35)).toEqual(Array(10).fill(1));
  const voiced = all.slice(5).filter((frame) => frame.voiced).length;
  expect(counts.slice(25).filter((count) => count === 1).length).toBe(voiced + 10);
});

it("extra-fields: in and around every payload, which stays", async () => {
  const all = await frames("g711_ulaw", 5);
  for (const [k, [{ payload, message }]] of sent(["extra-fields"], "g711_ulaw", all).entries()) {
    expect(payload).toBe(all[k].payload);
    const read = parsePbxMessage(message);
    expect(read).toMatchObject({ type: "media" });
    expect(JSON.parse(message)).toMatchObject({ vendorRef: "x-1", media: { vendorRef: "x-1" } });
  }
});

it("unknown-events: one before the first media and one every second, beside the audio", async () => {
  const all = await frames("g711_ulaw", 120);
  const odd = sent(["unknown-events"], "g711_ulaw", all);
  expect(odd.flatMap((messages, k) => (messages.length > 1 ? [k] : []))).toEqual([0, 50, 100]);
  expect(parsePbxMessage(odd[50][0].message)).toEqual({ type: "unknown", event: "call-progress" });
  expect(odd[50][0].payload).toBeUndefined();
  expect(bytes(odd.flat()).equals(bytes(all))).toBe(true);
});

it("all of them together keep the audio", async () => {
  const all = await frames("g711_ulaw", 40);
  const cut = bytes(sent(QUIRK_NAMES, "g711_ulaw", all).flat());
  expect(bytes(all).subarray(0, cut.length).equals(cut)).toBe(true);
  expect(cut.length).toBeGreaterThan(39 * 160 - 481);
});
