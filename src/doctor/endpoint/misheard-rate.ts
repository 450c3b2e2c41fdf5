/** An echo tells how its endpoint hears: speech that comes back slower and lower was taken for audio of another rate. */
import type { Finding } from "../../analysis/finding.js";
import { findingOf } from "../../analysis/root-causes.js";
import { spellMs } from "../../analysis/spell.js";
import { voicePitch } from "../../analysis/voice-pitch.js";
import type { MediaFormat } from "../../audio/format.js";
import { plainSamples } from "../../audio/plain-samples.js";
import { loadSource } from "../../simulate/source.js";
import type { ExamCall } from "./exam-call.js";

/** What one rate of 8, 16, 24 and 48 kHz taken for another makes of the length of speech. */
const RATIOS = [1 / 6, 1 / 3, 1 / 2, 2 / 3, 3 / 2, 2, 3, 6];
const LENGTH_TOLERANCE = 0.05;
const PITCH_TOLERANCE = 0.08;
const LEAST_SENTENCES = 2;

/** Undefined where the agent is no echo, which is nearly always: then it cannot be told. */
export async function misheardRate(call: ExamCall, format: MediaFormat): Promise<Finding | undefined> {
  if (format.encoding === "opus") return undefined;
  const answered = call.analysis.utterances.flatMap(({ from, to, reply }) =>
    reply ? [{ saidMs: to - from, backMs: reply.to - reply.from }] : [],
  );
  for (const ratio of RATIOS) {
    const alike = answered.filter(
      ({ saidMs, backMs }) => Math.abs(backMs / saidMs / ratio - 1) < LENGTH_TOLERANCE,
    );
    if (alike.length < LEAST_SENTENCES) continue;
    // An agent that always says the same has answers of one length as well, but not in our voice.
    const pitch = (await pitchRatio(call, format)) ?? Number.NaN;
    if (!(Math.abs(pitch * ratio - 1) < PITCH_TOLERANCE)) continue;
    const { saidMs, backMs } = alike[0]!;
    const seen = `What the caller says comes back at ${Math.round(100 / ratio)} % of its speed and pitch: ${spellMs(saidMs)} of speech as ${spellMs(backMs)}.`;
    return findingOf({ kind: "misheard-rate", side: "call", seen });
  }
  return undefined;
}

async function pitchRatio(call: ExamCall, format: MediaFormat): Promise<number | undefined> {
  // Of the first answer, which is an answer to the same words.
  const until = call.analysis.utterances[1]?.from ?? Number.POSITIVE_INFINITY;
  const back = voiceOf({ spoken: call.spoken.filter(({ at }) => at < until) }, format);
  const source = await loadSource({ type: "sample-voice", clip: "hello" });
  const ours = voicePitch([source.samplesAt(format.sampleRate)], format.sampleRate);
  return back !== undefined && ours ? back / ours.hz : undefined;
}

/** How high the agent's voice is in a call, in Hz. Undefined where that cannot be told. */
export function voiceOf(
  { spoken }: Pick<ExamCall, "spoken">,
  { encoding, sampleRate }: MediaFormat,
): number | undefined {
  if (encoding === "opus") return undefined;
  const bytes = Buffer.concat(spoken.map(({ base64 }) => Buffer.from(base64, "base64")));
  return voicePitch([plainSamples(bytes, { encoding })], sampleRate)?.hz;
}

/** The same voice in two formats: where it is higher or lower by the ratio of two rates, one of them has the wrong one. */
export function changedVoice(hz: number, baseHz: number): boolean {
  return RATIOS.some((ratio) => Math.abs(hz / baseHz / ratio - 1) < PITCH_TOLERANCE);
}
