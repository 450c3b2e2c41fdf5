import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeUlaw, encodeUlaw } from "../../src/audio/g711.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import { sine } from "../../src/audio/signal.js";
import { readWav, wavHeader, writeWav } from "../../src/audio/wav.js";
import { BridgeError } from "../../src/errors.js";

const tone = sine(440, -6, 50, 16000);

function chunk(name: string, body: Uint8Array, size = body.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  head.writeUInt32LE(size, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

function format(kind: number, channels: number, rate: number, bits: number, more = Buffer.alloc(0)): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt16LE(kind, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(rate, 4);
  body.writeUInt32LE(((rate * channels * bits) / 8) % 2 ** 32, 8);
  body.writeUInt16LE((channels * bits) / 8, 12);
  body.writeUInt16LE(bits, 14);
  return chunk("fmt ", Buffer.concat([body, more]));
}

function wav(...chunks: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from("WAVE"), ...chunks]);
  return chunk("RIFF", body);
}

function expectBadWav(bytes: Uint8Array): void {
  expect(() => readWav(bytes)).toThrow(expect.objectContaining({ code: "bad-wav", fix: expect.any(String) }));
}

describe("writing WAV", () => {
  it("is read back the same, for any samples and rate", () => {
    fc.assert(
      fc.property(fc.int16Array(), fc.integer({ min: 4000, max: 192_000 }), (samples, sampleRate) => {
        expect(readWav(writeWav(samples, sampleRate))).toEqual({ sampleRate, samples });
      }),
    );
  });

  it("lays the PCM header out as RIFF WAVE does", () => {
    const header = Buffer.from(
      wavHeader({ sampleRate: 8000, channels: 2, encoding: "pcm16", dataBytes: 400 }),
    );
    expect(header.length).toBe(44);
    expect(header.toString("hex")).toBe(
      Buffer.concat([wav(format(1, 2, 8000, 16), chunk("data", Buffer.alloc(400)))])
        .subarray(0, 44)
        .toString("hex"),
    );
  });

  it("says the number of samples in μ-law, and pads odd lengths", () => {
    const header = Buffer.from(
      wavHeader({ sampleRate: 8000, channels: 1, encoding: "g711_ulaw", dataBytes: 161 }),
    );
    const samples = Buffer.alloc(4);
    samples.writeUInt32LE(161);
    const expected = wav(
      format(7, 1, 8000, 8, Buffer.alloc(2)),
      chunk("fact", samples),
      chunk("data", Buffer.alloc(161)),
    );
    expect(header.length).toBe(58);
    expect(header.toString("hex")).toBe(expected.subarray(0, 58).toString("hex"));
  });

  it("leaves the length open beyond 4 GiB", () => {
    const header = Buffer.from(
      wavHeader({ sampleRate: 8000, channels: 2, encoding: "pcm16", dataBytes: 2 ** 33 }),
    );
    expect(header.readUInt32LE(4)).toBe(0xffffffff);
    expect(header.readUInt32LE(40)).toBe(0xffffffff);
  });
});

describe("reading WAV", () => {
  const encodings: [string, number, number, (sample: number) => number[]][] = [
    ["8-bit PCM", 1, 8, (s) => [(s >> 8) + 128]],
    ["16-bit PCM", 1, 16, (s) => [s & 255, (s >> 8) & 255]],
    ["24-bit PCM", 1, 24, (s) => [0, s & 255, (s >> 8) & 255]],
    ["32-bit PCM", 1, 32, (s) => [0, 0, s & 255, (s >> 8) & 255]],
    ["32-bit float", 3, 32, (s) => [...new Uint8Array(Float32Array.of(s / 32768).buffer)]],
    ["μ-law", 7, 8, (s) => [encodeUlaw(Int16Array.of(s))[0]]],
  ];

  it.each(encodings)("understands %s, plain and extensible", (name, kind, bits, encode) => {
    const data = chunk("data", Buffer.from([...tone].flatMap(encode)));
    const guid = Buffer.from([kind, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]);
    const extension = Buffer.concat([Buffer.from([22, 0, bits, 0, 4, 0, 0, 0]), guid]);
    const expected =
      name === "8-bit PCM"
        ? tone.map((s) => s & ~255)
        : name === "μ-law"
          ? decodeUlaw(encodeUlaw(tone))
          : tone;
    expect(readWav(wav(format(kind, 1, 16000, bits), data)).samples).toEqual(expected);
    expect(readWav(wav(format(0xfffe, 1, 16000, bits, extension), data)).samples).toEqual(expected);
  });

  it("mixes channels to one", () => {
    const data = chunk(
      "data",
      Buffer.from(pcmBytes(Int16Array.of(100, 300, -32768, -32768, 32767, 32767, 5, -5))),
    );
    expect([...readWav(wav(format(1, 2, 8000, 16), data)).samples]).toEqual([200, -32768, 32767, 0]);
  });

  it("saturates floats and takes what is no number as silence", () => {
    const floats = Float32Array.of(2, -2, Number.NaN, Number.POSITIVE_INFINITY, 0.5);
    const data = chunk("data", Buffer.from(floats.buffer));
    expect([...readWav(wav(format(3, 1, 8000, 32), data)).samples]).toEqual([32767, -32768, 0, 32767, 16384]);
  });

  it("skips chunks it does not know, also odd ones", () => {
    const file = wav(
      chunk("LIST", Buffer.from("odd")),
      format(1, 1, 16000, 16),
      chunk("cue ", Buffer.alloc(5)),
      chunk("data", Buffer.from(pcmBytes(tone))),
      chunk("LIST", Buffer.from("after")),
    );
    expect(readWav(file)).toEqual({ sampleRate: 16000, samples: tone });
  });

  it.each([0, 0x7fffffff, 0xffffffff])("reads to the end of the file when the length says %i", (size) => {
    const file = wav(format(1, 1, 16000, 16), chunk("data", Buffer.from(pcmBytes(tone)), size));
    expect(readWav(file).samples).toEqual(tone);
  });

  it("reads what there is of a file cut short anywhere, or says that it cannot", () => {
    const file = writeWav(tone, 16000);
    for (let length = 0; length < file.length; length++) {
      const cut = file.subarray(0, length);
      if (length < 44) expectBadWav(cut);
      else expect(readWav(cut).samples).toEqual(tone.subarray(0, (length - 44) >> 1));
    }
  });

  it("reads a view at any address", () => {
    const file = writeWav(tone, 16000);
    const memory = new Uint8Array(file.length + 1);
    memory.set(file, 1);
    expect(readWav(memory.subarray(1)).samples).toEqual(tone);
  });

  it("says what is wrong and how to mend it", () => {
    const data = chunk("data", Buffer.alloc(8));
    expectBadWav(Buffer.from("ID3 this is no WAV file"));
    expectBadWav(wav(data, format(1, 1, 8000, 16)));
    expectBadWav(wav(format(1, 1, 8000, 16)));
    expectBadWav(wav(format(1, 0, 8000, 16), data));
    expectBadWav(wav(format(1, 1, 0, 16), data));
    expectBadWav(wav(format(1, 1, 0xffffffff, 16), data));
    expectBadWav(wav(format(85, 1, 44100, 0), data));
    expectBadWav(wav(chunk("fmt ", Buffer.alloc(4)), data));
    expect(() => readWav(wav(format(85, 1, 44100, 0), data))).toThrow(/format 85/);
  });

  it("never fails otherwise, whatever the bytes", () => {
    const file = writeWav(tone.subarray(0, 20), 16000);
    const damaged = fc
      .array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 8 })
      .map((changes) => {
        const copy = file.slice();
        for (const [at, value] of changes) copy[at] = value;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), damaged), (bytes) => {
        try {
          expect(readWav(bytes).samples.length).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(BridgeError);
          expect(error).toHaveProperty("code", "bad-wav");
        }
      }),
      { numRuns: 1000 },
    );
  });
});
