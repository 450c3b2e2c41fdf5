/** A recorded call's caller, ready to call again: the same words, keys and hang-up, exactly in time or turn by turn. */

import type { Span } from "../analysis/call-analysis.js";
import { FRAME_MS } from "../audio/format.js";
import { Payload } from "../audio/payload.js";
import { silence } from "../audio/signal.js";
import { serializeCallerMedia } from "../protocol/serialize.js";
import { analyseRecording } from "../recording/analyse.js";
import type { Recording } from "../recording/reader.js";
import type { CallOptions } from "../simulate/place-call.js";
import type { Script, ScriptMaker } from "../simulate/script.js";
import { sealer, Track, type TrackFrame } from "../simulate/track.js";
import { announcement } from "./announcement.js";
import { type Act, callerActs } from "./caller-acts.js";
import { type CallerSide, readCallerSide } from "./caller-side.js";
import { ExactScript } from "./exact-script.js";
import { TurnsScript } from "./turns-script.js";

/** `exact`: everything when it was said. `turns`: the same words, each after what it followed in the recording. */
export type Timing = "exact" | "turns";

export interface RecordedCallerOptions {
  readonly timing: Timing;
  /** When the agent was heard in the recording, where that is known already; needed for `turns` only. */
  readonly agentSpeech?: readonly Span[];
}

export interface RecordedCaller {
  /** How `placeCall` makes the call: who calls, with which ids, and what is said. Add the `url`. */
  readonly call: Pick<CallOptions, "profile" | "ids" | "caller" | "callee" | "accountId" | "script">;
  /** How long the caller's part took, in ms. */
  readonly durationMs: number;
  /** In what the call cannot be the recorded one, a sentence each. */
  readonly warnings: readonly string[];
}

/** @throws BridgeError `bad-recording` when the caller's side cannot be had. */
export async function recordedCaller(
  recording: Recording,
  { timing, agentSpeech }: RecordedCallerOptions,
): Promise<RecordedCaller> {
  const side = await readCallerSide(recording, timing === "turns");
  const acts =
    timing === "turns"
      ? callerActs(side, agentSpeech ?? (await analyseRecording(recording)).agentSpeech)
      : undefined;
  return {
    call: { ...announcement(recording.call, side), script: await RecordedWords.make(side, acts) },
    durationMs: side.end.at,
    warnings: warningsOf(side),
  };
}

/** Makes a script for each call. The bytes are kept once; messages live for as long as they are sent. */
class RecordedWords implements ScriptMaker {
  readonly format: CallerSide["format"];
  readonly longestMessage: number;
  readonly #side: CallerSide;
  readonly #acts: readonly Act[] | undefined;
  readonly #silence: TrackFrame;

  private constructor(side: CallerSide, acts: readonly Act[] | undefined, silence: TrackFrame) {
    this.format = side.format;
    const longest = messageOf(Buffer.alloc(side.payloads.longest)).length;
    this.longestMessage = Math.max(longest, silence.message.length);
    this.#side = side;
    this.#acts = acts;
    this.#silence = silence;
  }

  static async make(side: CallerSide, acts: readonly Act[] | undefined): Promise<RecordedWords> {
    const nothing = { name: "silence", samplesAt: (rate: number) => silence(FRAME_MS, rate) };
    const track = await Track.encode(nothing, side.format);
    return new RecordedWords(side, acts, track.momentAt(Number.POSITIVE_INFINITY).frame);
  }

  start(): Script {
    const { framing } = this.#side;
    if (!this.#acts)
      return new ExactScript(this.#side, (k) => this.#frame(k), this.#silence, framing === "raw");
    const seal = sealer(this.format, framing);
    const sealed = (frame: TrackFrame) =>
      seal ? { ...seal(frame), ...(frame.ms !== undefined && { ms: frame.ms }) } : frame;
    return new TurnsScript(
      this.#side,
      this.#acts,
      (k) => sealed(this.#frame(k)),
      () => sealed(this.#silence),
    );
  }

  #frame(k: number): TrackFrame {
    const { payloads } = this.#side;
    const bytes = payloads.bytes(k);
    return {
      payload: Payload.fromBytes(bytes),
      message: messageOf(bytes),
      voiced: payloads.voiced[k] as boolean,
      ms: payloads.ms[k] as number,
    };
  }
}

function messageOf(bytes: Buffer): string {
  return serializeCallerMedia(Payload.fromBytes(bytes));
}

function warningsOf({ maskedKeys, start }: CallerSide): string[] {
  const warnings: string[] = [];
  if (maskedKeys > 0)
    warnings.push(
      `which keys were pressed is masked in the recording: 0 is pressed instead (${maskedKeys} times). Record with --show-personal to keep them.`,
    );
  if (!start) warnings.push("the start message is not in the recording: the call is announced as v06 would.");
  return warnings;
}
