/** Speech that was brought to 8 kHz without a filter: its hissing sounds reach up to the very edge of the band. */
import { plainSamples } from "../../audio/plain-samples.js";
import type { Detector } from "../evidence.js";

const RATE_HZ = 8000;
const FRAME_SAMPLES = 160;
const BIN_HZ = RATE_HZ / FRAME_SAMPLES;
/** Where any filter has taken nearly all away, and where hissing sounds are strong, in Hz. */
const EDGE = [3850, 4000] as const;
const HISS = [2700, 3400] as const;
const VOICE = [200, 2500] as const;
/** A frame hisses when it has so much there of what it has in the band of the voice. */
const HISS_SHARE = 0.1;
/** Mean square in a bin; softer hiss says nothing. */
const LEAST_HISS = 1e9;
const LEAST_FRAMES = 2;
/** Measured: -37 dB behind a filter, -7 dB without. */
const MOST_EDGE_DB = -13;

export const aliasing: Detector = ({ agent, plain, format }) => {
  if (plain.sampleRate !== RATE_HZ || format.encoding === "opus") return [];
  let frames = 0;
  let edge = 0;
  let hiss = 0;
  for (const bytes of agent.speech) {
    const samples = plainSamples(bytes, plain);
    for (let at = 0; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES) {
      const frame = samples.subarray(at, at + FRAME_SAMPLES);
      const hissing = meanPower(frame, HISS);
      if (hissing < LEAST_HISS || hissing < HISS_SHARE * meanPower(frame, VOICE)) continue;
      frames++;
      hiss += hissing;
      edge += meanPower(frame, EDGE);
    }
  }
  const edgeDb = 10 * Math.log10(edge / hiss);
  if (frames < LEAST_FRAMES || !(edgeDb > MOST_EDGE_DB)) return [];
  return [
    {
      kind: "aliased",
      side: "agent",
      seen: `In the agent's hissing sounds the edge of the band at 4 kHz is only ${Math.round(-edgeDb)} dB weaker than 3 kHz: no filter was there when it was brought to 8 kHz.`,
    },
  ];
};

/** Of the bins from one frequency up to the other, each of a Hann window over the frame. */
function meanPower(frame: Int16Array, [from, to]: readonly [number, number]): number {
  let sum = 0;
  const last = Math.round(to / BIN_HZ);
  const first = Math.round(from / BIN_HZ);
  for (let bin = first; bin < last; bin++) sum += powerAt(frame, bin);
  return sum / (last - first);
}

/** One bin of the discrete Fourier transform (Goertzel's way). */
function powerAt(frame: Int16Array, bin: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * bin) / FRAME_SAMPLES);
  let before = 0;
  let earlier = 0;
  for (let i = 0; i < FRAME_SAMPLES; i++) {
    const now = WINDOW[i]! * frame[i]! + turn * before - earlier;
    earlier = before;
    before = now;
  }
  return before * before + earlier * earlier - turn * before * earlier;
}

const WINDOW = Float64Array.from(
  { length: FRAME_SAMPLES },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FRAME_SAMPLES),
);
