/** Sides that are not heard: no audio, digital silence, 0x00 in μ-law, nothing loud enough to be speech. */
import type { Detector, Evidence, SideEvidence, Sighting } from "../evidence.js";
import { spellDbfs, spellMs } from "../spell.js";

/** In a shorter call nobody had the time to say anything. */
const SHORTEST_CALL_MS = 3000;
/** Less voice than this is no word. */
const LEAST_VOICED_MS = 60;
const LEAST_ZERO_MS = 100;

export const silence: Detector = (evidence) => [...agentSilence(evidence), ...callerSilence(evidence)];

function* agentSilence({ agent, call }: Evidence): Generator<Sighting> {
  const { sound } = agent;
  if (call.durationMs < SHORTEST_CALL_MS) return;
  if (sound.payloads === 0) {
    // An agent may wait until it is spoken to.
    if (call.utterances.length > 0 || call.caller.payloads === 0)
      yield {
        kind: "never-heard",
        side: "agent",
        seen: `The agent sent no audio in ${spellMs(call.durationMs)}.`,
      };
    return;
  }
  yield* zeroBytes(agent);
  if (sound.audioMs > 0 && agent.silentMs === sound.audioMs) {
    if (call.utterances.length > 0)
      yield {
        kind: "digital-silence",
        side: "agent",
        seen: `All ${spellMs(sound.audioMs)} of the agent's audio are digital silence.`,
      };
  } else if (sound.voicedMs < LEAST_VOICED_MS && call.utterances.length > 0) {
    yield {
      kind: "never-voiced",
      side: "agent",
      seen: `Nothing in ${spellMs(sound.audioMs)} of the agent's audio is loud enough to be speech: it peaks at ${spellDbfs(sound.peakDbfs ?? -96)}.`,
    };
  }
}

function* callerSilence({ caller, call }: Evidence): Generator<Sighting> {
  if (call.durationMs < SHORTEST_CALL_MS) return;
  yield* zeroBytes(caller);
  const { payloads, audioMs } = caller.sound;
  if (call.utterances.length > 0 || call.keys.length > 0) return;
  const seen =
    payloads === 0
      ? `The caller sent no audio in ${spellMs(call.durationMs)}.`
      : `Nothing in ${spellMs(audioMs)} of the caller's audio is speech.`;
  yield { kind: "silent", side: "caller", seen };
}

function* zeroBytes({ who, zeroMs }: SideEvidence): Generator<Sighting> {
  if (zeroMs < LEAST_ZERO_MS) return;
  const seen = `${spellMs(zeroMs)} of the ${who}'s μ-law audio are bytes 0x00.`;
  yield { kind: "zero-bytes", side: who, seen };
}
