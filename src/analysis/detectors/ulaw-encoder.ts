/** A μ-law encoder that is wrong in itself: it cuts waves off far below full scale, or makes something else of silence. */
import { decodeUlaw } from "../../audio/g711.js";
import { meanSquare } from "../../audio/level.js";
import type { Detector, SideEvidence, Sighting } from "../evidence.js";
import { spellMs, spellShare } from "../spell.js";

const FRAME_SAMPLES = 160;
/** What is cut off above half of full scale is the work of a limiter. */
const HIGHEST_CUT = 16_384;
/** Samples in a row at the largest value, above the middle as well as below. Speech has no such frames, a clamp 16 % of them. */
const FLAT_SAMPLES = 3;
const FLAT_SHARE = 0.06;
const LEAST_FRAMES = 25;
/** A steady tone reaches its largest value in every frame: between its loud and soft frames speech has far more, in dB. */
const LEAST_SPREAD_DB = 6;
/** Less constant audio may be a coincidence. */
const LEAST_CONSTANT_MS = 200;

export const ulawEncoder: Detector = ({ agent, plain }) =>
  plain.encoding === "g711_ulaw" ? [...faultOf(agent)] : [];

function* faultOf(side: SideEvidence): Generator<Sighting> {
  const { constantMs, constantByte } = side;
  const odd =
    constantMs >= LEAST_CONSTANT_MS && constantByte !== undefined
      ? `${spellMs(constantMs)} of its pauses are the code 0x${constantByte.toString(16).toUpperCase()}, which is not silence`
      : undefined;
  const cut = cutOff(side.speech);
  if (cut)
    yield {
      kind: "ulaw-encoder",
      side: side.who,
      seen: `The ${side.who}'s wave is cut off at ${cut.peak} of 32124 in ${spellShare(cut.share)} of its speech${odd ? `, and ${odd}` : ""}.`,
    };
  else if (odd)
    yield { kind: "odd-silence", side: side.who, seen: `${odd.charAt(0).toUpperCase()}${odd.slice(1)}.` };
}

function cutOff(speech: readonly Uint8Array[]): { peak: number; share: number } | undefined {
  const frames = speech.flatMap((codes) => {
    const samples = decodeUlaw(codes);
    return Array.from({ length: Math.floor(samples.length / FRAME_SAMPLES) }, (_, i) =>
      samples.subarray(i * FRAME_SAMPLES, (i + 1) * FRAME_SAMPLES),
    );
  });
  if (frames.length < LEAST_FRAMES) return undefined;
  let peak = 0;
  for (const frame of frames) for (const sample of frame) peak = Math.max(peak, Math.abs(sample));
  if (peak >= HIGHEST_CUT) return undefined;
  const levels = frames.map((frame) => 10 * Math.log10(meanSquare(frame) + 1e-9)).sort((a, b) => a - b);
  const spread = levels[Math.floor(levels.length * 0.9)]! - levels[Math.floor(levels.length * 0.1)]!;
  if (spread < LEAST_SPREAD_DB) return undefined;
  const share = frames.filter((frame) => isFlat(frame, peak) && isFlat(frame, -peak)).length / frames.length;
  return share >= FLAT_SHARE ? { peak, share } : undefined;
}

function isFlat(samples: Int16Array, value: number): boolean {
  let flat = 0;
  for (const sample of samples) {
    flat = sample === value ? flat + 1 : 0;
    if (flat >= FLAT_SAMPLES) return true;
  }
  return false;
}
