import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadOpus } from "../../src/audio/opus.js";
import { packetSamples, silenced, silencePacket } from "../../src/audio/opus-packet.js";

const opus = await loadOpus();

function decoded(...packets: Uint8Array[]): Int16Array[] {
  const decoder = opus.createDecoder(48000);
  const samples = packets.map((packet) => decoder.decode(packet));
  decoder.free();
  return samples;
}

const loudest = (samples: Int16Array) =>
  samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

describe("the duration of a packet", () => {
  it("is what libopus decodes, for every configuration and number of frames", () => {
    for (let config = 0; config < 32; config++)
      for (const [code, ...rest] of [[0], [1], [2, 0], [3, 1], [3, 2], [3, 3], [3, 6], [3, 48]]) {
        const packet = Uint8Array.of((config << 3) | code, ...rest);
        const samples = packetSamples(packet);
        if (samples !== undefined)
          expect(decoded(packet)[0].length, `${config}/${code}/${rest}`).toBe(samples);
        else expect(code).toBe(3);
      }
  });

  it("is unknown of what is no packet", () => {
    expect(packetSamples(new Uint8Array(0))).toBeUndefined();
    expect(packetSamples(Uint8Array.of(3))).toBeUndefined();
    expect(packetSamples(Uint8Array.of(3, 0))).toBeUndefined();
    expect(packetSamples(Uint8Array.of((3 << 3) | 3, 3))).toBeUndefined();
  });
});

describe("silence", () => {
  it.each([2.5, 5, 10, 20])("of %d ms decodes to nothing", (ms) => {
    const [samples] = decoded(silencePacket(ms));
    expect(samples.length).toBe(ms * 48);
    expect(loudest(samples)).toBe(0);
  });

  it("takes the place of any packet: as long, as much audio, and nothing to hear", () => {
    const packet = fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ minLength: 1, maxLength: 1400 }))
      .map(([head, rest]) => Uint8Array.of(head, ...rest));
    fc.assert(
      fc.property(packet, (packet) => {
        const quiet = silenced(packet);
        expect(quiet.length).toBe(packet.length);
        const samples = packetSamples(packet);
        if (samples === undefined) {
          expect(quiet).toEqual(packet);
          return;
        }
        expect(packetSamples(quiet)).toBe(samples);
        const [heard] = decoded(quiet);
        expect(heard.length).toBe(samples);
        expect(loudest(heard)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it("follows speech without a trace of what was said", () => {
    const encoder = opus.createEncoder(48000);
    const loud = Int16Array.from({ length: 960 }, (_, i) => 20_000 * Math.sin(i / 20));
    const packets = Array.from({ length: 20 }, () => encoder.encode(loud));
    encoder.free();
    const heard = decoded(...packets.slice(0, 10), ...packets.slice(10).map(silenced));
    expect(loudest(heard[9])).toBeGreaterThan(10_000);
    for (const samples of heard.slice(11)) expect(loudest(samples)).toBeLessThan(3);
  });

  it("leaves alone what is too short to say anything", () => {
    expect(silenced(Uint8Array.of(0x48))).toEqual(Uint8Array.of(0x48));
  });
});
