/** Opus through the loop: every frame comes once, in its place, in each of the three framings. */
import { FRAME_MS, PORTAL_FORMATS } from "../dist/audio/format.js";
import { loadOpus } from "../dist/audio/opus.js";
import { OPUS_FRAMINGS } from "../dist/audio/opus-framing.js";
import { Payload } from "../dist/audio/payload.js";
import { createPayloadCodec } from "../dist/audio/payload-codec.js";
import { pcmSamples } from "../dist/audio/pcm.js";
import { bestLag } from "../dist/audio/signal.js";
import { Track } from "../dist/simulate/track.js";
import { call } from "./call.js";
import { CHIRP, joined, Programme } from "./programme.js";
import { AGENT_HZ } from "./systems.js";

/** Six chirps of a second: no part of them is like another that is less than a second away. */
const CHIRPS = new Programme(Array.from({ length: 6 }, () => ({ ...CHIRP })));
const FRAMES = CHIRPS.ms / FRAME_MS;
/** What comes back is compared at this rate, in windows of this length, which may be off by six frames. */
const COMPARE_HZ = 8000;
const WINDOW_MS = 200;
const FARTHEST_MS = 120;
/** Opus moves some frequencies more than others, by less than this; a lost frame moves all by 20 ms. */
const MOST_STRAY_MS = 2;
/** Windows less alike than this are not the same sound. */
const ALIKE = 0.7;

/** The parts that the agent plays: it returns the chirps and nothing of the silence after them, so that frames can be counted. */
export const agentParts = Object.fromEntries(OPUS_FRAMINGS.map((framing) => [framing, echoOfChirps]));

function echoOfChirps(line) {
  line.onAudio = (bytes) => {
    if (line.heard.length <= FRAMES) line.say(bytes);
  };
}

/** What the callers say, one track for each framing. Takes long: to be done before any call is placed. */
export async function encodeTracks() {
  const encode = (framing) => Track.encode(CHIRPS, PORTAL_FORMATS.opus, framing);
  return Promise.all(OPUS_FRAMINGS.map(encode));
}

/** @returns one call for each framing. */
export function placeCalls(url, tracks) {
  return Promise.all(OPUS_FRAMINGS.map((framing, i) => call(url, framing, { says: tracks[i] })));
}

export async function opusRows(calls, lines) {
  const opus = await loadOpus();
  const wanted = CHIRPS.samplesAt(COMPARE_HZ);
  const best = lags(wanted, codedTwice(opus));
  return OPUS_FRAMINGS.map((framing, i) => {
    const { said, heard } = calls[i];
    const { strayMs, correlation } = lags(wanted, decoded(opus, heard, COMPARE_HZ));
    const lost = said.length - lines[framing].heard.length;
    const lostBack = FRAMES - heard.length;
    return {
      cells: [
        `Opus ${framing}, ${FRAMES} frames: lost or doubled there + back; how far any 200 ms stray, ms`,
        `${lost} + ${lostBack}; ${strayMs.toFixed(1)}`,
        `0 + 0; ${best.strayMs.toFixed(1)}`,
        "silent call",
        `0 + 0; < ${MOST_STRAY_MS}`,
      ],
      ok: lost === 0 && lostBack === 0 && strayMs < MOST_STRAY_MS && correlation > ALIKE,
    };
  });
}

/** The loop without a bridge: libopus from the caller to the agent's PCM, and back. */
function codedTwice(opus) {
  const there = decoded(opus, encoded(opus, CHIRPS.samplesAt(AGENT_HZ)), AGENT_HZ);
  return decoded(opus, encoded(opus, there), COMPARE_HZ);
}

function encoded(opus, samples) {
  const encoder = opus.createEncoder(AGENT_HZ);
  const size = (AGENT_HZ / 1000) * FRAME_MS;
  const packets = [];
  for (let at = 0; at < samples.length; at += size)
    packets.push(encoder.encode(samples.subarray(at, at + size)));
  encoder.free();
  return packets;
}

/** Packets in any framing. */
function decoded(opus, payloads, rate) {
  const codec = createPayloadCodec(PORTAL_FORMATS.opus, { agentRate: rate, opus });
  const pieces = payloads.map((bytes) => pcmSamples(codec.decode(Payload.fromBytes(bytes))));
  codec.free();
  return joined(pieces);
}

/** By how much the lag differs from window to window, and how alike the least alike windows are. */
function lags(wanted, got) {
  const size = (WINDOW_MS * COMPARE_HZ) / 1000;
  const found = [];
  for (let start = 0; start + size <= wanted.length; start += size) {
    const [a, b] = [wanted, got].map((samples) => samples.subarray(start, start + size));
    found.push(bestLag(a, b, (FARTHEST_MS * COMPARE_HZ) / 1000));
  }
  const all = found.map(({ lag }) => lag);
  return {
    strayMs: ((Math.max(...all) - Math.min(...all)) / COMPARE_HZ) * 1000,
    correlation: Math.min(...found.map(({ correlation }) => correlation)),
  };
}
