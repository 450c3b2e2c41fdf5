/** The codecs against known answers: all of G.711, the resampler's passband and stopband, and a round trip through Opus. */
import type { SampleRate } from "../../audio/format.js";
import { decodeUlaw, encodeUlaw } from "../../audio/g711.js";
import { loadOpus, type OpusModule } from "../../audio/opus.js";
import { Resampler } from "../../audio/resample.js";
import { sinadDb, sine, toneDbfs } from "../../audio/signal.js";
import { type Checked, fine, type Problem } from "../checked.js";
import { referenceDecode, referenceEncode } from "./ulaw-reference.js";

/** What is tested: the codecs of calls, or others in a test of this test. */
export interface Codecs {
  readonly encode: (samples: Int16Array) => Uint8Array;
  readonly decode: (codes: Uint8Array) => Int16Array;
  readonly resampler: (from: SampleRate, to: SampleRate) => { process(samples: Int16Array): Int16Array };
  readonly opus: () => Promise<OpusModule>;
}

const OURS: Codecs = {
  encode: (samples) => encodeUlaw(samples),
  decode: (codes) => decodeUlaw(codes),
  resampler: (from, to) => new Resampler(from, to),
  opus: loadOpus,
};

const RATES: readonly SampleRate[] = [8000, 16_000, 24_000, 48_000];
const TONE_DBFS = -10;
const TONE_MS = 120;
/** At the start a filter is not filled yet. */
const SETTLING_MS = 40;
/** Measured: 0.01 dB and 72 dB. */
const PASSBAND_DB = 0.1;
const STOPBAND_DB = 65;
/** Measured: 21 dB and more. */
const OPUS_SINAD_DB = 12;

export async function checkCodecs(codecs: Codecs = OURS): Promise<Checked> {
  const startedAt = performance.now();
  const wrongCodes = countWrongCodes(codecs);
  const { ripple, leak } = measureResampler(codecs);
  const opusSinad = await measureOpus(codecs);
  const tookMs = Math.round(performance.now() - startedAt);
  const findings = [
    ...(wrongCodes > 0 ? [fault("μ-law", `${wrongCodes} of 65,792 codes differ from ITU-T G.711`)] : []),
    ...(ripple > PASSBAND_DB
      ? [fault("the resampler", `a tone of 1 kHz comes out ${decibels(ripple)} off`)]
      : []),
    ...(leak > -STOPBAND_DB
      ? [fault("the resampler", `what lies above half the rate comes out only ${decibels(-leak)} down`)]
      : []),
    ...(opusSinad === undefined
      ? [fault("Opus", "libopus-wasm does not load")]
      : opusSinad < OPUS_SINAD_DB
        ? [fault("Opus", `a tone comes back with ${decibels(opusSinad)} between it and the rest`)]
        : []),
  ];
  const measured = {
    wrongCodes,
    passbandDb: ripple,
    stopbandDb: leak,
    opusSinadDb: opusSinad ?? null,
    tookMs,
  };
  const value = "μ-law exact to G.711 (65,792 codes), resampler and Opus as they should be";
  if (findings.length === 0) return fine("codecs", "codecs", value, { measured });
  return { name: "codecs", what: "codecs", value: "not as they should be", measured, findings };
}

function countWrongCodes({ encode, decode }: Codecs): number {
  const samples = Int16Array.from({ length: 65_536 }, (_, k) => k - 32_768);
  const coded = encode(samples);
  const codes = Uint8Array.from({ length: 256 }, (_, k) => k);
  const decoded = decode(codes);
  const wrongCoded = samples.reduce(
    (sum, sample, k) => sum + Number(coded[k] !== referenceEncode(sample)),
    0,
  );
  return codes.reduce((sum, code, k) => sum + Number(decoded[k] !== referenceDecode(code)), wrongCoded);
}

/** The worst of all pairs of rates: how far a tone of 1 kHz is off, and how loud what should be gone still is, in dB. */
function measureResampler({ resampler }: Codecs): { ripple: number; leak: number } {
  let [ripple, leak] = [0, Number.NEGATIVE_INFINITY];
  for (const from of RATES)
    for (const to of RATES) {
      if (from === to) continue;
      const through = (hz: number) =>
        settled(resampler(from, to).process(sine(hz, TONE_DBFS, TONE_MS, from)), to);
      ripple = Math.max(ripple, Math.abs(toneDbfs(through(1000), to, 1000) - TONE_DBFS));
      // 0.6 of the lower rate folds back to 0.4 of it.
      if (to < from) leak = Math.max(leak, toneDbfs(through(0.6 * to), to, 0.4 * to) - TONE_DBFS);
    }
  return { ripple: hundredths(ripple), leak: hundredths(Math.max(-120, leak)) };
}

/** How far a tone stands above all else after a round trip, in dB; undefined when libopus does not load. */
async function measureOpus({ opus }: Codecs): Promise<number | undefined> {
  const library = await opus().catch(() => undefined);
  if (library === undefined) return undefined;
  const rate = 48_000;
  const encoder = library.createEncoder(rate);
  const decoder = library.createDecoder(rate);
  const tone = sine(440, TONE_DBFS, 400, rate);
  const frame = rate / 50;
  const back: number[] = [];
  for (let at = 0; at + frame <= tone.length; at += frame)
    for (const sample of decoder.decode(encoder.encode(tone.subarray(at, at + frame)))) back.push(sample);
  encoder.free();
  decoder.free();
  return hundredths(sinadDb(Int16Array.from(back.slice(-rate / 5)), rate, 440));
}

function settled(samples: Int16Array, rate: number): Int16Array {
  return samples.subarray((SETTLING_MS * rate) / 1000);
}

function fault(what: string, seen: string): Problem {
  return {
    code: "codec-wrong",
    severity: "error",
    seen: `In ${what}: ${seen}.`,
    why: "Callers would hear noise, or agents would not understand them.",
    fix: "Install the package again: npm install smartpbx-bridge. If it stays, please report it with this output.",
  };
}

function decibels(value: number): string {
  return `${hundredths(value)} dB`;
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
