/** Speech at another sample rate than the call's: the pitch of the voice and the pace of the audio tell. */
import { formatName, SAMPLE_RATES } from "../../audio/format.js";
import type { Detector, Evidence, SideEvidence, Sighting } from "../evidence.js";
import { spellShare } from "../spell.js";

/** No grown-up's voice is on the average outside of this, in Hz; a wrong rate moves it by half or more. */
const LOWEST_VOICE_HZ = 62;
const HIGHEST_VOICE_HZ = 300;
/** What a wrong rate makes of the pace stays within this. */
const PACE_TOLERANCE = 0.07;
const LEAST_PACED_MS = 1500;

export const sampleRate: Detector = (evidence) => {
  if (evidence.format.encoding === "opus") return [];
  return [...rateOf(evidence, evidence.agent), ...rateOf(evidence, evidence.caller)];
};

function* rateOf({ format, agent }: Evidence, side: SideEvidence): Generator<Sighting> {
  const { pitch } = side;
  if (!pitch?.glides) return;
  const { hz } = pitch;
  if (hz >= LOWEST_VOICE_HZ && hz <= HIGHEST_VOICE_HZ) return;
  const isHigh = hz > HIGHEST_VOICE_HZ;
  const pace = side === agent && agent.pacedMs >= LEAST_PACED_MS ? agent.pace : undefined;
  const rate = pace === undefined ? undefined : rateAt(pace, format.sampleRate, isHigh);
  const heard = `The ${side.who}'s voice is heard at ${Math.round(hz)} Hz: too ${isHigh ? "high" : "low"} for ${formatName(format)}`;
  yield {
    kind: "wrong-rate",
    side: side.who,
    seen:
      rate === undefined || pace === undefined
        ? `${heard}.`
        : `${heard}, and its audio comes at ${spellShare(pace)} of the pace of speech: it is audio of ${rate} Hz.`,
    ...(rate === undefined && { severity: "warning" }),
  };
}

/** The rate whose samples, sent in real time, come at this pace. */
function rateAt(pace: number, declaredHz: number, isHigh: boolean): number | undefined {
  return SAMPLE_RATES.find(
    (rate) =>
      rate < declaredHz === isHigh &&
      rate !== declaredHz &&
      Math.abs((pace * declaredHz) / rate - 1) < PACE_TOLERANCE,
  );
}
