/** Runs all detectors over a call and says what they saw in the words of the table. */
import { aliasing } from "./detectors/aliasing.js";
import { bargeIns } from "./detectors/barge-ins.js";
import { encoding } from "./detectors/encoding.js";
import { ending } from "./detectors/ending.js";
import { gaps } from "./detectors/gaps.js";
import { level } from "./detectors/level.js";
import { lostAudio } from "./detectors/lost-audio.js";
import { payloads } from "./detectors/payloads.js";
import { replies } from "./detectors/replies.js";
import { sampleRate } from "./detectors/sample-rate.js";
import { silence } from "./detectors/silence.js";
import { tooFast } from "./detectors/too-fast.js";
import { ulawEncoder } from "./detectors/ulaw-encoder.js";
import { wire } from "./detectors/wire.js";
import type { Detector, Evidence } from "./evidence.js";
import type { Finding } from "./finding.js";
import { findingOf, rootsOf } from "./root-causes.js";

/** Causes before their consequences. */
const DETECTORS: readonly Detector[] = [
  ending,
  wire,
  encoding,
  sampleRate,
  payloads,
  ulawEncoder,
  silence,
  gaps,
  tooFast,
  bargeIns,
  replies,
  level,
  aliasing,
  lostAudio,
];

/** Those that need not have heard the call. */
const DEAF: readonly Detector[] = [ending, wire, bargeIns, replies, lostAudio];

/** The gravest first, and causes before the rest. What another finding explains is left out. */
export function findProblems(
  evidence: Evidence,
  withoutAudio = false,
  detectors: readonly Detector[] = withoutAudio ? DEAF : DETECTORS,
): Finding[] {
  const seen = detectors.flatMap((detect) => detect(evidence));
  return rootsOf(seen.map(findingOf)).sort(
    (a, b) => Number(b.severity === "error") - Number(a.severity === "error"),
  );
}
