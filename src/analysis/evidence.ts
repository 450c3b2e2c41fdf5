/** What detectors look at: the call as it was understood, and what was measured of both sides' sound. */
import type { MediaFormat } from "../audio/format.js";
import type { CallSummary } from "../call/events.js";
import type { Speaker } from "../call/leg.js";
import type { CallAnalysis, SideSound, Span } from "./call-analysis.js";
import type { FindingKind } from "./findings.js";
import type { FrameMeter } from "./frame-meter.js";
import type { PayloadFacts } from "./payload-facts.js";
import type { VoicePitch } from "./voice-pitch.js";

export interface SideEvidence {
  readonly who: Speaker;
  readonly sound: SideSound;
  readonly payloads: PayloadFacts;
  readonly meter: FrameMeter;
  /** Of digital silence, and of bytes 0x00 that μ-law reads as full scale. */
  readonly silentMs: number;
  readonly zeroMs: number;
  /** Of frames in μ-law that are one soft code over and over which is not silence, and the code. */
  readonly constantMs: number;
  readonly constantByte: number | undefined;
  /** The first seconds of speech, as plain audio: each piece is voiced throughout. */
  readonly speech: readonly Uint8Array[];
  /** How high the voice is in it. */
  readonly pitch: VoicePitch | undefined;
}

export interface AgentEvidence extends SideEvidence {
  /** Audio that came for each ms that passed while it came, and how long that was. */
  readonly pace: number;
  readonly pacedMs: number;
  /** The longest time between the sending of voiced audio and its being heard to the end. */
  readonly aheadMs: number;
  readonly aheadAt: number;
  readonly holes: readonly Span[];
}

export interface Evidence {
  readonly call: Omit<CallAnalysis, "findings">;
  /** As the call has it, and what it becomes when it is decoded. */
  readonly format: MediaFormat;
  readonly plain: MediaFormat;
  readonly caller: SideEvidence;
  readonly agent: AgentEvidence;
  readonly summary: CallSummary | undefined;
}

/** Something that was seen; what it means stands in the table of findings. */
export interface Sighting {
  readonly kind: FindingKind;
  readonly side: Speaker | "call";
  readonly seen: string;
  readonly at?: number;
  /** In place of what the table says. */
  readonly severity?: "error" | "warning";
  readonly fix?: string;
}

/** Looks for one kind of problem. Pure: the same evidence gives the same sightings, while a call runs as well as after it. */
export type Detector = (evidence: Evidence) => readonly Sighting[];
