import { describe, expect, it } from "vitest";
import { decodeUlaw, encodeUlaw } from "../../../src/audio/g711.js";
import { loadOpus } from "../../../src/audio/opus.js";
import { Resampler } from "../../../src/audio/resample.js";
import { type Codecs, checkCodecs } from "../../../src/doctor/computer/codecs.js";
import { DECISIONS, referenceDecode, referenceEncode } from "../../../src/doctor/computer/ulaw-reference.js";

const OURS: Codecs = {
  encode: (samples) => encodeUlaw(samples),
  decode: (codes) => decodeUlaw(codes),
  resampler: (from, to) => new Resampler(from, to),
  opus: loadOpus,
};

const problemsOf = async (broken: Partial<Codecs>) =>
  (await checkCodecs({ ...OURS, ...broken })).findings.map(({ seen }) => seen);

describe("the codecs", () => {
  it("are as they should be", async () => {
    const { findings, measured } = await checkCodecs();
    expect(findings).toEqual([]);
    expect(measured).toMatchObject({ wrongCodes: 0 });
    expect(measured?.passbandDb).toBeLessThan(0.05);
    expect(measured?.stopbandDb).toBeLessThan(-70);
    expect(measured?.opusSinadDb).toBeGreaterThan(15);
  });

  it("are wrong in one code of the encoder", async () => {
    const encode = (samples: Int16Array) => {
      const codes = encodeUlaw(samples);
      if (samples.includes(1000)) codes[samples.indexOf(1000)]! ^= 1;
      return codes;
    };
    expect(await problemsOf({ encode })).toEqual([expect.stringContaining("1 of 65,792 codes")]);
  });

  it("are wrong in the decoder's sign", async () => {
    const decode = (codes: Uint8Array) => decodeUlaw(codes).map((sample) => -sample);
    expect(await problemsOf({ decode })).toEqual([expect.stringContaining("254 of 65,792 codes")]);
  });

  it("resample by taking the nearest sample, as the vendor's example does", async () => {
    const resampler: Codecs["resampler"] = (from, to) => ({
      process: (samples) =>
        Int16Array.from(
          { length: Math.floor((samples.length * to) / from) },
          (_, k) => samples[Math.floor((k * from) / to)]!,
        ),
    });
    expect(await problemsOf({ resampler })).toContainEqual(expect.stringContaining("above half the rate"));
  });

  it("resample with a gain", async () => {
    const resampler: Codecs["resampler"] = (from, to) => {
      const own = new Resampler(from, to);
      return { process: (samples) => own.process(samples).map((sample) => sample / 2) };
    };
    expect(await problemsOf({ resampler })).toEqual([expect.stringContaining("6.02 dB off")]);
  });

  it("lack libopus", async () => {
    const opus = () => Promise.reject(new Error("not there"));
    expect(await problemsOf({ opus })).toEqual([expect.stringContaining("does not load")]);
  });

  it("have an Opus that gives noise", async () => {
    const library = await loadOpus();
    const opus = async () => ({
      ...library,
      createDecoder: (rate: Parameters<typeof library.createDecoder>[0]) => {
        const own = library.createDecoder(rate);
        return {
          conceal: (ms: number) => own.conceal(ms),
          free: () => own.free(),
          decode: (packet: Uint8Array) =>
            own.decode(packet).map((sample, k) => (k % 7 === 0 ? -sample : sample)),
        };
      },
    });
    expect(await problemsOf({ opus })).toEqual([expect.stringContaining("a tone comes back")]);
  });
});

describe("the second G.711", () => {
  it("has the decision values of the Recommendation's table", () => {
    expect(DECISIONS).toHaveLength(127);
    // x16, x17, x32, x33 and the last one before the virtual value.
    expect([15, 16, 31, 32, 126].map((k) => DECISIONS[k])).toEqual([31, 35, 95, 103, 7903]);
  });

  it("knows the outputs of the table: 0, 2, 30, 33, 93, 99 and 8031 of 14 bits", () => {
    expect([0xff, 0xfe, 0xf0, 0xef, 0xe0, 0xdf, 0x80].map((code) => referenceDecode(code) / 4)).toEqual([
      0, 2, 30, 33, 93, 99, 8031,
    ]);
    expect(referenceDecode(0x00)).toBe(-32_124);
  });

  it("gives silence, and both ends of the scale", () => {
    expect([0, -1, 32_767, -32_768].map(referenceEncode)).toEqual([0xff, 0x7f, 0x80, 0x00]);
  });
});
