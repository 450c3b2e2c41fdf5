/** What must come through to the byte: PCM, digital silence, and audio in chunks of any size. */
import { FRAME_MS, PORTAL_FORMATS, pcm16 } from "../dist/audio/format.js";
import { encodeUlaw } from "../dist/audio/g711.js";
import { Payload } from "../dist/audio/payload.js";
import { pcmBytes, pcmSamples } from "../dist/audio/pcm.js";
import { whiteNoise } from "../dist/audio/signal.js";
import { serializeCallerMedia } from "../dist/protocol/serialize.js";
import { call } from "./call.js";
import { AGENT_HZ, spoken } from "./systems.js";
import * as vendor from "./vendor-codec.js";

const ULAW = PORTAL_FORMATS.g711_ulaw;
/** Samples of every size up to full scale. */
const NOISE = { samplesAt: (rate) => whiteNoise(1, 0, 3000, rate) };
const SILENCE_MS = 3000;
/** Chunk sizes in bytes; most are odd, so that samples and frames are cut. Five make 800 bytes: five frames of μ-law. */
const RAGGED = [1, 319, 160, 7, 313];
const RAGGED_PCM = [1, 7, 333, 961, 4095, 2, 12_345];

/** The parts that the agent plays. */
export const agentParts = {
  pcm: echo,
  silence: echo,
  even: (line) => line.say(pcmBytes(spoken.samplesAt(AGENT_HZ))),
  ragged: (line) => {
    for (const chunk of cut(pcmBytes(spoken.samplesAt(AGENT_HZ)), RAGGED_PCM)) line.say(chunk);
  },
  evenEar: () => {},
  raggedEar: () => {},
};

function echo(line) {
  line.onAudio = line.say;
}

/** @returns one call for each part. */
export async function placeCalls(url) {
  const calls = {
    pcm: { says: NOISE, format: pcm16(AGENT_HZ) },
    silence: { format: ULAW, listenMs: SILENCE_MS },
    even: { format: ULAW, listenMs: spoken.ms },
    ragged: { format: ULAW, listenMs: spoken.ms },
    evenEar: { says: spoken, format: ULAW },
    raggedEar: { says: raggedTrack(encodeUlaw(spoken.samplesAt(8000))) },
  };
  const place = async ([part, options]) => [part, await call(url, part, options)];
  return Object.fromEntries(await Promise.all(Object.entries(calls).map(place)));
}

export function exactRows(calls, lines) {
  return [
    pcmRow(calls.pcm),
    silenceRow(calls.silence, lines.silence),
    toCallerChunkingRow(calls),
    toAgentChunkingRow(lines),
  ];
}

function pcmRow({ heard }) {
  const wanted = pcmBytes(NOISE.samplesAt(AGENT_HZ));
  const wrong = differences(wanted, Buffer.concat(heard));
  return {
    cells: [
      `pcm16 24 kHz, whole loop: bytes of noise that differ`,
      `${wrong} of ${wanted.length}`,
      "0",
      "-",
      "0",
    ],
    ok: wrong === 0,
  };
}

function silenceRow({ heard }, line) {
  const toAgent = differences(new Uint8Array(SILENCE_MS * 48), Buffer.concat(line.heard));
  const toCaller = differences(new Uint8Array(SILENCE_MS * 8).fill(0xff), Buffer.concat(heard));
  const example = `all: 0x${vendor.encode(Int16Array.of(0))[0].toString(16).toUpperCase()}`;
  return {
    cells: [
      "digital silence, whole loop: bytes that are not 0 at the agent, not 0xFF at the caller",
      `${toAgent} + ${toCaller}`,
      "0 + 0",
      `0 + ${example}`,
      "0 + 0",
    ],
    ok: toAgent + toCaller === 0,
  };
}

function toCallerChunkingRow({ even, ragged }) {
  const samples = spoken.samplesAt(AGENT_HZ);
  const theirs = (chunk) => vendor.encode(vendor.down(pcmSamples(chunk)));
  const pieces = cut(pcmBytes(samples), RAGGED_PCM).map(theirs);
  return chunkingRow("agent → caller", Buffer.concat(even.heard), Buffer.concat(ragged.heard), {
    bytes: spoken.ms * 8,
    example: differences(theirs(pcmBytes(samples)), Buffer.concat(pieces)),
  });
}

function toAgentChunkingRow({ evenEar, raggedEar }) {
  const [even, ragged] = [evenEar, raggedEar].map((line) => Buffer.concat(line.heard));
  return chunkingRow("caller → agent", even, ragged, { bytes: spoken.ms * 48, example: 0 });
}

function chunkingRow(way, even, ragged, { bytes, example }) {
  const wrong = differences(even.subarray(0, bytes), ragged);
  return {
    cells: [
      `ragged chunks against even ones, ${way}: bytes that differ`,
      `${wrong} of ${bytes}`,
      "0",
      String(example),
      "0",
    ],
    ok: wrong === 0 && even.length >= bytes,
  };
}

/** A track as `simulate` plays it, but of payloads of all sizes. */
function raggedTrack(codes) {
  const ready = (bytes) => {
    const payload = Payload.fromBytes(bytes);
    return { payload, message: serializeCallerMedia(payload), voiced: true };
  };
  const frames = cut(codes, RAGGED).map(ready);
  const quiet = ready(Buffer.alloc(160, 0xff));
  return {
    format: ULAW,
    durationMs: frames.length * FRAME_MS,
    voiced: true,
    longestMessage: Math.max(...frames.map(({ message }) => message.length)),
    start: () => {
      let k = 0;
      const next = () => ({ frame: frames[k++] ?? quiet });
      return { next, saidAllAt: frames.length * FRAME_MS, expectsAnswer: true };
    },
  };
}

function cut(bytes, sizes) {
  const chunks = [];
  for (let at = 0, k = 0; at < bytes.length; at += sizes[k++ % sizes.length]) {
    chunks.push(bytes.subarray(at, at + sizes[k % sizes.length]));
  }
  return chunks;
}

/** How many of the wanted bytes did not come, or came as others. */
function differences(wanted, got) {
  let count = 0;
  for (let i = 0; i < wanted.length; i++) if (wanted[i] !== got[i]) count++;
  return count;
}
