import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FRAME_MS } from "../../src/audio/format.js";
import {
  loadOpus,
  type OpusDecoder,
  type OpusEncoder,
  type OpusModule,
  type OpusRate,
} from "../../src/audio/opus.js";
import { voice } from "./voice.js";

const RATES: readonly OpusRate[] = [8000, 12000, 16000, 24000, 48000];
/** What the encoder and decoder add together, at every pair of rates. */
const DELAY_MS = 6.5;

let opus: OpusModule;
beforeAll(async () => {
  opus = await loadOpus();
});

function encodeAll(encoder: OpusEncoder, samples: Int16Array, rate: OpusRate): Uint8Array[] {
  const length = rate / 50;
  return Array.from({ length: samples.length / length }, (_, i) =>
    encoder.encode(samples.subarray(i * length, (i + 1) * length)),
  );
}

function decodeAll(decoder: OpusDecoder, packets: readonly Uint8Array[]): Int16Array {
  return Int16Array.from(packets.flatMap((packet) => [...decoder.decode(packet)]));
}

/** How alike two sounds are from sample `from` on, 1 being the same but for loudness. */
function likeness(a: Int16Array, b: Int16Array, from: number): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = from; i < Math.min(a.length, b.length); i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

test("loads once", () => {
  expect(loadOpus()).toBe(loadOpus());
});

describe("speech", () => {
  for (const from of RATES) {
    test(`encoded at ${from} Hz comes back at every rate, whole and in time`, () => {
      const encoder = opus.createEncoder(from);
      const packets = encodeAll(encoder, voice(from, 2000), from);
      encoder.free();
      for (const rate of RATES) {
        const decoder = opus.createDecoder(rate);
        const heard = decodeAll(decoder, packets);
        decoder.free();
        expect(heard).toHaveLength(rate * 2);
        const likenessAt = (delayMs: number) =>
          likeness(voice(rate, 2000), heard.subarray(Math.round((delayMs * rate) / 1000)), rate / 2);
        expect(likenessAt(DELAY_MS)).toBeGreaterThan(0.6);
        expect(likenessAt(DELAY_MS + FRAME_MS)).toBeLessThan(0.4); // as it would be with a frame doubled
      }
    });
  }

  test("takes about 24 kbit/s, and packets keep their bytes while others are made", () => {
    const encoder = opus.createEncoder(24000);
    const packets = encodeAll(encoder, voice(24000, 4000), 24000);
    const bytes = packets.reduce((sum, packet) => sum + packet.length, 0);
    expect((bytes * 8) / 4).toBeGreaterThan(16_000);
    expect((bytes * 8) / 4).toBeLessThan(30_000);
    const copy = packets.map((packet) => [...packet]);
    encodeAll(encoder, new Int16Array(24000), 24000);
    encoder.free();
    expect(packets.map((packet) => [...packet])).toEqual(copy);
  });

  test("codecs do not hear each other", () => {
    const sound = voice(16000, 400);
    const alone = opus.createEncoder(16000);
    const expected = encodeAll(alone, sound, 16000);
    alone.free();
    const encoders = Array.from({ length: 100 }, () => opus.createEncoder(16000));
    const together = encoders.map(() => [] as Uint8Array[]);
    for (let i = 0; i < 20; i++) {
      const frame = sound.subarray(i * 320, (i + 1) * 320);
      for (const [n, encoder] of encoders.entries()) together[n]!.push(encoder.encode(frame));
    }
    for (const encoder of encoders) encoder.free();
    for (const packets of together) expect(packets).toEqual(expected);
  });

  test("silence is heard as silence, within two units of 32768", () => {
    const encoder = opus.createEncoder(24000);
    const decoder = opus.createDecoder(24000);
    const heard = decodeAll(decoder, encodeAll(encoder, new Int16Array(24000), 24000));
    encoder.free();
    decoder.free();
    expect(heard.every((sample) => Math.abs(sample) <= 2)).toBe(true);
  });
});

describe("loss and damage", () => {
  let decoder: OpusDecoder;
  let packets: Uint8Array[];
  beforeAll(() => {
    decoder = opus.createDecoder(48000);
    const encoder = opus.createEncoder(48000);
    packets = encodeAll(encoder, voice(48000, 400), 48000);
    encoder.free();
  });
  afterAll(() => decoder.free());

  test("a lost frame is stood in for by sound, not by a hole", () => {
    decodeAll(decoder, packets);
    const concealed = decoder.conceal(20);
    expect(concealed).toHaveLength(960);
    expect(Math.max(...concealed)).toBeGreaterThan(500);
    expect(decoder.conceal(2.5)).toHaveLength(120);
    expect(decoder.conceal(120)).toHaveLength(5760);
  });

  test.each([0, -20, 1, 121, 122.5, 2.6, Number.NaN, Infinity])("%s ms cannot be concealed", (ms) => {
    expect(() => decoder.conceal(ms)).toThrow(RangeError);
  });

  test("a packet that cannot be decoded keeps its place in time", () => {
    // A 60 ms packet: SILK wideband, one frame; then a packet whose two frames cannot have the same length.
    expect(decoder.decode(Uint8Array.of(0x58, 1, 2, 3, 4, 5, 6, 7))).toHaveLength(2880);
    expect(decoder.decode(Uint8Array.of(0x79, 1, 2, 3, 4))).not.toHaveLength(0);
    expect(decoder.decode(Uint8Array.of(0x7b))).toHaveLength(decoder.decode(new Uint8Array(70_000)).length);
    expect(decoder.decode(new Uint8Array(0))).toHaveLength(0);
  });

  test("no bytes make the decoder throw, or give more than 120 ms", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1400 }), (bytes) => {
        expect(decoder.decode(bytes).length).toBeLessThanOrEqual(5760);
      }),
      { numRuns: 2000 },
    );
  });

  test("damaged packets harm neither later ones nor other codecs", () => {
    const encoder = opus.createEncoder(48000);
    const [hurt, healthy] = [opus.createDecoder(48000), opus.createDecoder(48000)];
    const sound = voice(48000, 1000);
    const good = encodeAll(encoder, sound, 48000);
    const heard = good.flatMap((packet, i) => {
      const damaged = packet.slice();
      damaged[(i * 7) % damaged.length]! ^= 0x55;
      hurt.decode(damaged);
      return [...healthy.decode(packet)];
    });
    const again = opus.createDecoder(48000);
    expect(heard).toEqual([...decodeAll(again, good)]);
    for (const codec of [encoder, hurt, healthy, again]) codec.free();
  });
});

describe("misuse by ourselves", () => {
  test("a frame of another length is refused", () => {
    const encoder = opus.createEncoder(16000);
    expect(() => encoder.encode(new Int16Array(319))).toThrow(RangeError);
    encoder.free();
  });

  test("freeing twice is harmless, using what was freed is not", () => {
    const encoder = opus.createEncoder(16000);
    const decoder = opus.createDecoder(16000);
    for (const codec of [encoder, decoder, encoder, decoder]) codec.free();
    expect(() => encoder.encode(new Int16Array(320))).toThrow("freed");
    expect(() => decoder.decode(Uint8Array.of(0x78))).toThrow("freed");
    expect(() => decoder.conceal(20)).toThrow("freed");
  });
});
