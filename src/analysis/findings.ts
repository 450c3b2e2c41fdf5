/** The one table of what can be wrong with a call: how grave it is, why it matters, and what to change. */
import { ENDPOINT_FINDINGS } from "./endpoint-findings.js";

export interface FindingText {
  readonly severity: "error" | "warning";
  /** Why it matters on a real call: one sentence. */
  readonly why: string;
  /** What to change. */
  readonly fix: string;
  /** What follows from it on the same side, and is not said besides. */
  readonly explains?: readonly string[];
}

const SOUND = ["clipped", "too-loud", "too-quiet", "dc-offset", "never-voiced", "aliased", "odd-silence"];
/** What an agent that is never quiet, or not understood, does besides. */
const TURNS = ["unanswered", "barge-in-ignored", "slow-replies"];

/** What nothing is heard of. */
const UNPLAYED = [
  ...TURNS,
  "never-heard",
  "format-unanswered",
  "profile-unanswered",
  "deaf-after",
  "early-words-lost",
  "answers-once",
  "answers-not-all",
];

const CALL_FINDINGS = {
  "never-heard": {
    severity: "error",
    why: "The caller hears nothing at all and hangs up.",
    fix: "Look at what the agent logs for this call, and whether it sends media with the call's callId and accountId.",
    explains: ["unanswered", "format-unanswered", "profile-unanswered", "deaf-after", "early-words-lost"],
  },
  "digital-silence": {
    severity: "error",
    why: "The caller hears a dead line, although everything looks connected.",
    fix: "See where the audio is lost before it is sent: a muted track, an empty buffer, a resampler that is never fed.",
    explains: ["unanswered", "never-voiced"],
  },
  "zero-bytes": {
    severity: "error",
    why: "In μ-law 0x00 is not silence but the loudest negative value: every pause is a click and a constant offset.",
    fix: "Fill pauses with 0xFF bytes, or send nothing.",
    explains: [...SOUND, ...TURNS, "choppy"],
  },
  "never-voiced": {
    severity: "error",
    why: "What is softer than -45 dBFS is lost in the noise of a telephone line.",
    fix: "Raise the level of the speech to about -20 dBFS.",
    explains: ["unanswered"],
  },
  silent: {
    severity: "warning",
    why: "An agent that hears no speech has nothing to answer: the call tested little.",
    fix: "Check the source of the caller's audio: the microphone, the WAV file, the scenario.",
  },
  clipped: {
    severity: "warning",
    why: "Waves cut off at full scale sound harsh, and speech recognition fails on them.",
    fix: "Lower the gain by the last amplifier before the samples become 16 bits, or normalise to -3 dBFS peaks.",
    explains: ["aliased"],
  },
  "too-loud": {
    severity: "warning",
    why: "Telephone networks expect speech around -20 dBFS; far louder speech is distorted on its way.",
    fix: "Lower the level of the speech to about -20 dBFS.",
  },
  "too-quiet": {
    severity: "warning",
    why: "Soft speech is hard to understand on a telephone, and detectors of speech miss its beginnings.",
    fix: "Raise the level of the speech to about -20 dBFS.",
  },
  "dc-offset": {
    severity: "warning",
    why: "A constant offset takes room from the wave, and clicks wherever audio begins or ends.",
    fix: "Subtract the mean, or run a high-pass filter (about 50 Hz), before encoding. Unsigned samples sent as signed look like this too.",
  },
  "wrong-encoding": {
    severity: "error",
    why: "Played in the encoding of the call, it is loud noise.",
    fix: "Encode as the call's start message says.",
    explains: [...SOUND, ...TURNS, "wrong-rate", "too-fast", "choppy", "uneven-frames", "zero-bytes"],
  },
  "ulaw-encoder": {
    severity: "error",
    why: "Loud speech is cut off far below full scale and distorts, and every pause hisses.",
    fix: "Replace the μ-law encoder (the vendor's example mixes the clamp of a 14-bit one with the shifts of a 16-bit one): take ITU-T G.711's table.",
    explains: SOUND,
  },
  "odd-silence": {
    severity: "warning",
    why: "Silence that is not zero clicks where it begins and ends, and shows that the encoder is wrong for soft sounds.",
    fix: "Encode silence as 0xFF; if 0 becomes another code, replace the μ-law encoder.",
  },
  aliased: {
    severity: "warning",
    why: "Hissing sounds come back as shrill tones in the middle of speech, and words are harder to understand.",
    fix: "Use a resampler with a low-pass filter; taking every third sample is none.",
  },
  "wrong-rate": {
    severity: "error",
    why: "At the wrong sample rate voices are too high and too fast, or too low and too slow, and nobody understands them.",
    fix: "Resample to the rate in the call's start message.",
    explains: ["choppy", "too-fast", "uneven-frames", "aliased", ...TURNS],
  },
  "file-header": {
    severity: "error",
    why: "The PBX plays every byte of a payload as audio: a file's header is a loud click, and a container is noise.",
    fix: "Send the samples alone, without any file's header or container.",
    explains: ["uneven-frames", "odd-samples"],
  },
  choppy: {
    severity: "warning",
    why: "The caller hears words with holes in them.",
    fix: "Send audio at least as fast as it is heard, a few frames ahead: see whether the model, the network or the sender's timer was late.",
    explains: ["barge-in-ignored"],
  },
  "too-fast": {
    severity: "warning",
    why: "SmartPBX cannot take audio back: what has been sent is heard to its end, and a caller who interrupts is not obeyed.",
    fix: "Send at the pace in which it is heard, with a lead of 60 to 200 ms, and drop the rest when the caller speaks.",
    explains: ["barge-in-ignored"],
  },
  "odd-samples": {
    severity: "error",
    why: "A PBX that does not carry the odd byte over plays noise from there on.",
    fix: "Cut PCM16 at whole samples: an even number of bytes in every payload.",
    explains: ["uneven-frames"],
  },
  "uneven-frames": {
    severity: "warning",
    why: "A PBX plays in steps of 20 ms, and what does not fill a step may be padded or delayed.",
    fix: "Cut the audio into frames of 20 ms, and pad only the last one of a reply.",
  },
  "missing-ids": {
    severity: "error",
    why: "A real PBX plays silence in place of media without the ids of the call.",
    fix: "Put the callId and accountId of the start message into every media message.",
    explains: UNPLAYED,
  },
  "wrong-ids": {
    severity: "error",
    why: "A real PBX plays silence in place of media with another call's ids.",
    fix: "Keep callId and accountId for each connection, not for the process.",
    explains: UNPLAYED,
  },
  "bad-message": {
    severity: "error",
    why: "A real PBX plays nothing of a message that it cannot read.",
    fix: 'Send JSON text, one message a frame: {"event":"media","callId":…,"accountId":…,"media":{"payload":base64}}.',
    explains: ["never-heard"],
  },
  "slow-replies": {
    severity: "warning",
    why: "People take two seconds of silence for a dead line and begin to speak again.",
    fix: "Stream the first audio as soon as it is there, shorten the wait after the caller's last word, or say something at once.",
  },
  unanswered: {
    severity: "error",
    why: "The caller waits, asks again, and hangs up.",
    fix: "Look at what the agent made of these words: too soft for its detector of speech, or an error in its reply.",
  },
  "barge-in-ignored": {
    severity: "error",
    why: "A caller who cannot interrupt shouts at a machine.",
    fix: "Stop sending when the caller begins to speak, and send no further ahead than 200 ms.",
  },
  "audio-lost": {
    severity: "warning",
    why: "What was dropped was never heard, and words are missing.",
    fix: "See which side did not keep up: an endpoint that reads too slowly, or an agent that sends minutes at once.",
  },
  "agent-failed": {
    severity: "error",
    why: "The caller is cut off in the middle of the call.",
    fix: "Look at what the agent logged when it ended.",
  },
  "agent-unreachable": {
    severity: "error",
    why: "The call is answered and then dropped.",
    fix: "Check the agent's address, its key, and that it runs.",
    explains: ["never-heard", "unanswered"],
  },
  "caller-lost": {
    severity: "warning",
    why: "The connection broke without a hang-up: a real call would be stuck until it is noticed.",
    fix: "Nothing, where the cut was meant (`--drop-after`); else look at the network, and at proxies with a time limit.",
  },
  "ended-by-rule": {
    severity: "warning",
    why: "The call did not end by itself.",
    fix: "See whether the rule that ended it is what you want.",
  },
  "not-our-protocol": {
    severity: "error",
    why: "The bridge could not go on with what the PBX sent.",
    fix: "Check that the PBX sends what its start message promises, and what a proxy may have changed.",
    explains: ["never-heard", "unanswered"],
  },
  "bridge-failed": {
    severity: "error",
    why: "That is a fault of this program.",
    fix: "Please report it, with the recording if you may.",
  },
  "cut-off": {
    severity: "warning",
    why: "What came after the last line is not known, and what is missing at the end may have been there.",
    fix: "If the call does not still run, `smartpbx-bridge inspect --repair` closes the recording.",
  },
  "bad-lines": {
    severity: "warning",
    why: "What stood in them is missing here.",
    fix: "Copy the recording again from where it was made.",
  },
} as const satisfies Readonly<Record<string, FindingText>>;

export const FINDINGS = { ...CALL_FINDINGS, ...ENDPOINT_FINDINGS } as const;

export type FindingKind = keyof typeof FINDINGS;
