/** Endpoints that are wrong in one way each, and what has to be said first of each of them. */
import { down, encode as vendorEncode } from "../../../bench/vendor-codec.js";
import { pcmBytes } from "../../../src/audio/pcm.js";
import { resampleAll } from "../../../src/audio/resample-offline.js";
import { writeWav } from "../../../src/audio/wav.js";
import { EXPIRED, KEY, LASTING, SELF_SIGNED } from "../computer/certificates.js";
import { coded, type Wrong } from "./made-endpoint.js";

/** What is wrong, the endpoint, and the first finding: its code, and what must be said. */
export type Fault = readonly [what: string, wrong: Wrong, code: string, seen?: RegExp];

export const FAULTS: readonly Fault[] = [
  // What is sent.
  ["PCM in place of μ-law", { code: (voice) => pcmBytes(voice.slice()) }, "agent-wrong-encoding", /PCM16/],
  ["big-endian PCM", { code: pcmOr(bigEndian) }, "agent-wrong-encoding", /big-endian/],
  ["A-law", { code: ulawOr(encodeAlaw) }, "agent-wrong-encoding", /A-law/],
  ["24 kHz sent as 8 kHz", { resample: (voice) => voice }, "agent-wrong-rate"],
  [
    "8 kHz sent as 24 kHz",
    { resample: (voice) => resampleAll(voice, 24000, 8000) },
    "agent-wrong-rate",
    /pcm16/,
  ],
  ["16 kHz sent as 24 kHz", { resample: pcmRate(16000) }, "agent-wrong-rate", /pcm16/],
  ["a WAV header", { header: wavHeader() }, "agent-file-header", /WAV/],
  ["0x00 as silence", { filling: 0 }, "agent-zero-bytes"],
  ["clipped", { code: (voice, format) => coded(scaled(voice, 12), format) }, "agent-clipped"],
  ["too loud", { code: (voice, format) => coded(pressed(voice), format) }, "agent-too-loud"],
  ["too quiet", { code: (voice, format) => coded(scaled(voice, 0.04), format) }, "agent-too-quiet"],
  ["not to be heard", { code: (voice, format) => coded(scaled(voice, 0.005), format) }, "agent-never-voiced"],
  ["digital silence", { code: (voice, format) => coded(scaled(voice, 0), format) }, "agent-digital-silence"],
  [
    "a constant offset",
    {
      code: (voice, format) =>
        coded(
          voice.map((s) => s * 0.7 + 2500),
          format,
        ),
    },
    "agent-dc-offset",
  ],
  ["half samples", { code: pcmOr((voice) => pcmBytes(voice.slice())), frameBytes: 961 }, "agent-odd-samples"],
  ["frames of 100 bytes", { frameBytes: 100 }, "agent-uneven-frames"],
  ["nothing at all", { mute: true }, "agent-never-heard"],
  // When it is sent.
  ["everything at once", { pace: Number.POSITIVE_INFINITY, ignoresBargeIn: true }, "agent-too-fast"],
  ["twice as fast as speech", { pace: 2 }, "agent-too-fast"],
  ["slower than speech", { pace: 0.75 }, "agent-choppy"],
  ["ignores the caller", { ignoresBargeIn: true }, "agent-barge-in-ignored"],
  ["thinks for three seconds", { thinksMs: 2500 }, "agent-slow-replies"],
  ["answers the first question only", { answersAtMost: 1 }, "agent-unanswered"],
  // Messages and ids.
  ["binary frames", { binary: true }, "bad-message", /binary/i],
  ["messages of its own", { envelope: (media) => ({ type: "audio", audio: media.payload }) }, "bad-message"],
  ["no ids", { ids: () => ({}) }, "agent-missing-ids", /callId and accountId/],
  ["no callId", { ids: ({ accountId }) => ({ accountId }) }, "agent-missing-ids", /callId/],
  [
    "a wrong accountId",
    { ids: ({ callId }) => ({ callId, accountId: "1" }) },
    "agent-wrong-ids",
    /accountId/,
  ],
  ["no accountId", { ids: ({ callId }) => ({ callId }) }, "agent-missing-ids", /accountId/],
  ["the first call's ids in all calls", { ids: firstIds() }, "agent-wrong-ids", /callId/],
  // What it does not survive.
  ["dies of dtmf", { at: on("dtmf", "crash") }, "endpoint-dies", /after a dtmf .*nothing listens/],
  ["drops a call with dtmf", { at: on("dtmf", "drop") }, "endpoint-dies", /after a dtmf/],
  ["dies of unknown events", { at: on("unknown", "crash") }, "endpoint-dies", /unknown event/],
  ["is deaf after unknown events", { at: on("unknown", "deaf") }, "deaf-after", /unknown event/],
  ["dies of odd frames", { at: on("odd-media", "drop") }, "endpoint-dies", /odd sizes/],
  ["dies of connected", { at: on("connected", "crash") }, "endpoint-dies", /connected before start \(v07\)/],
  [
    "wants sampleRate as a number",
    { at: on("string-rate", "deaf") },
    "profile-unanswered",
    /sampleRate as text/,
  ],
  ["dies of sampleRate as text", { at: on("string-rate", "drop") }, "endpoint-dies", /sampleRate as text/],
  ["needs otherLegCallId", { at: on("no-other-leg", "deaf") }, "profile-unanswered", /otherLegCallId/],
  [
    "dies of unknown fields",
    { at: on("extra-fields", "drop") },
    "endpoint-dies",
    /start with unknown fields/,
  ],
  [
    "dies of numbers that are none",
    { at: on("odd-numbers", "crash") },
    "endpoint-dies",
    /numbers are no num/,
  ],
  ["dies of hangup", { at: on("hangup", "crash") }, "endpoint-dies", /nothing listens/],
  ["dies of silence", { diesOfSilenceMs: 9000 }, "endpoint-dies", /caller said nothing/],
  ["never closes", { keepsSocket: true }, "never-closes"],
  ["answers one caller only", { answersOnce: "silent" }, "answers-once"],
  ["takes one call only", { answersOnce: "refuses" }, "answers-once"],
  // Formats.
  ["hangs on Opus", { opus: "silent" }, "format-unanswered", /opus/],
  ["breaks off on Opus", { opus: "drop" }, "format-fails", /opus/],
  ["μ-law in an Opus call", { opus: "μ-law" }, "agent-wrong-encoding", /opus.*μ-law/],
  ["hangs on pcm16", { deafIn: "pcm16" }, "format-unanswered", /pcm16/],
  // Callers.
  ["two callers at a time", { answersAtOnce: 2 }, "answers-not-all", /5 callers/],
  ["one session that greets", { shared: "last", greets: true }, "shared-session"],
  ["one session, answers to the last", { shared: "last" }, "shared-session"],
  ["one session, answers to all", { shared: "all" }, "shared-session"],
  ["loses the first words", { opensAfterMs: 900 }, "early-words-lost"],
  // The upgrade.
  ["401", { http: () => ({ status: 401 }) }, "headers-refused", /401/],
  ["403", { http: () => ({ status: 403 }) }, "headers-refused", /403/],
  ["404", { http: () => ({ status: 404 }) }, "wrong-path", /404/],
  [
    "a redirect",
    { http: () => ({ status: 302, location: "/login?key=secret" }) },
    "redirected",
    /302, to ws:\S+\/login\.$/,
  ],
  ["no WebSocket", { http: () => ({ status: 200 }) }, "not-a-websocket", /200/],
  ["400", { http: () => ({ status: 400 }) }, "not-a-websocket", /path/],
  ["426", { http: () => ({ status: 426 }) }, "not-a-websocket", /426/],
  ["a proxy without an endpoint", { http: () => ({ status: 502 }) }, "endpoint-broken", /proxy/],
  ["full", { http: () => ({ status: 503 }) }, "endpoint-full", /503/],
  ["a wrong handshake", { accept: "wrong" }, "not-a-websocket", /Sec-WebSocket-Accept/],
  ["a certificate of its own", { tls: { key: KEY, cert: SELF_SIGNED } }, "bad-certificate", /vouches/],
  ["a certificate that has ended", { tls: { key: KEY, cert: EXPIRED } }, "bad-certificate"],
  [
    "a certificate that ends soon",
    { tls: { key: KEY, cert: LASTING, endsInDays: 3 } },
    "certificate-ends-soon",
    /3 days/,
  ],
  ["closed by its start", { closesAtStart: 1008 }, "headers-refused", /1008/],
  ["closed at once", { closes: 1008 }, "headers-refused", /1008/],
];

/** The faults of the vendor's example, each alone. Its lost greeting cannot be told from an agent that lets the caller begin. */
export const VENDOR: readonly Fault[] = [
  ["its μ-law encoder", { code: ulawOr(vendorEncode), filling: 0xf7 }, "agent-ulaw-encoder", /0xF7/],
  ["its resampler", { resample: (v, rate) => (rate === 8000 ? down(v) : v) }, "agent-aliased"],
  ["no Opus branch", { opus: "silent" }, "format-unanswered", /opus/],
  ["early audio dropped", { opensAfterMs: 900 }, "early-words-lost"],
  [
    "barge-in only logged, no pacing",
    { ignoresBargeIn: true, pace: Number.POSITIVE_INFINITY },
    "agent-too-fast",
  ],
  [
    "the agent hears the caller slowed",
    { echo: (heard) => stretched(heard, 1.5) },
    "misheard-rate",
    /67 % of its speed/,
  ],
  ["a fixed session", { shared: "last" }, "shared-session"],
];

function on(kind: string, fate: "crash" | "drop" | "deaf"): NonNullable<Wrong["at"]> {
  return (came) => (came === kind ? fate : undefined);
}

export function ulawOr(code: (voice: Int16Array) => Uint8Array): NonNullable<Wrong["code"]> {
  return (voice, format) => (format.encoding === "g711_ulaw" ? code(voice) : coded(voice, format));
}

function pcmOr(code: (voice: Int16Array) => Uint8Array): NonNullable<Wrong["code"]> {
  return (voice, format) => (format.encoding === "pcm16" ? code(voice) : coded(voice, format));
}

function pcmRate(rate: 16000): NonNullable<Wrong["resample"]> {
  return (voice, wanted) => resampleAll(voice, 24000, wanted === 24000 ? rate : wanted);
}

/** Loud all the time, as after a compressor without a limit. */
function pressed(voice: Int16Array): Int16Array {
  return voice.map((sample) => 26_000 * Math.tanh((sample * 10) / 26_000));
}

function firstIds(): NonNullable<Wrong["ids"]> {
  let first: object | undefined;
  return (ids, number) => {
    if (number === 1) first = ids;
    return first!;
  };
}

function scaled(voice: Int16Array, gain: number): Int16Array {
  return voice.map((sample) => Math.max(-32768, Math.min(32767, sample * gain)));
}

function bigEndian(voice: Int16Array): Uint8Array {
  return Buffer.from(voice.slice().buffer).swap16();
}

/** ITU-T G.711 A-law. */
function encodeAlaw(voice: Int16Array): Uint8Array {
  return Uint8Array.from(voice, (sample) => {
    const magnitude = Math.min(sample < 0 ? ~sample : sample, 32767) >> 4;
    const segment = Math.max(0, 27 - Math.clz32(magnitude));
    const step = segment === 0 ? magnitude >> 0 : magnitude >> (segment - 1);
    const code = magnitude < 32 ? magnitude >> 1 : (segment << 4) | ((step & 0x1f) >> 1);
    return code ^ 0x55 ^ (sample < 0 ? 0 : 0x80);
  });
}

function wavHeader(): Uint8Array {
  return Buffer.from(writeWav(new Int16Array(0), 8000)).subarray(0, 44);
}

function stretched(voice: Int16Array, factor: number): Int16Array {
  return Int16Array.from({ length: Math.floor(voice.length * factor) }, (_, i) => {
    const at = i / factor;
    const k = Math.floor(at);
    return Math.round(voice[k]! + (at - k) * ((voice[k + 1] ?? voice[k]!) - voice[k]!));
  });
}
