/** Everything that reads what others wrote: for each a name, inputs to begin with, and the reader. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeFrame } from "../../dist/agents/pipecat/frames.js";
import { OpusUnframer } from "../../dist/audio/opus-framing.js";
import { packetSamples, silenced } from "../../dist/audio/opus-packet.js";
import { readWav, writeWav } from "../../dist/audio/wav.js";
import { BadValue } from "../../dist/config/bad-value.js";
import { parseBudgets } from "../../dist/config/budgets.js";
import { parseDtmf } from "../../dist/config/dtmf.js";
import { parseNetwork } from "../../dist/config/network.js";
import { readProvider } from "../../dist/config/provider.js";
import { parseDuration } from "../../dist/config/units.js";
import { readPageMessage as readPhonePage } from "../../dist/devices/browser-phone/messages.js";
import { BridgeError } from "../../dist/errors.js";
import { readPageMessage as readInspectorPage } from "../../dist/inspector/messages.js";
import {
  parseEndpointJson,
  parseEndpointMessage,
  parsePbxJson,
  parsePbxMessage,
} from "../../dist/protocol/parse.js";
import { analyseRecording } from "../../dist/recording/analyse.js";
import { parseExpectations } from "../../dist/replay/expectations.js";
import { parseScenario } from "../../dist/simulate/scenario/scenario-file.js";
import { encodeFrame, FrameError, FrameReader } from "../../dist/websocket/frames.js";

const ROOT = new URL("../../", import.meta.url);
const file = (path) => readFileSync(new URL(path, ROOT));
const text = (bytes) => bytes.toString("utf8");
const json = (...values) => values.map((value) => Buffer.from(JSON.stringify(value)));
const ids = { callId: "c-1", otherLegCallId: "c-2", accountId: "a-1" };
const place = mkdtempSync(join(tmpdir(), "smartpbx-fuzz-"));
process.once("exit", () => rmSync(place, { recursive: true, force: true }));

/** The documented ways to say no. */
export const isRefusal = (error) =>
  error instanceof BridgeError || error instanceof BadValue || error instanceof FrameError;

const opusFiles = readdirSync(new URL("test/fixtures/opus", ROOT)).filter((name) =>
  /\.(ogg|webm)$/.test(name),
);
const SAVED = new URL("examples/ci-project/calls/hello", ROOT);
const SAVED_FILES = ["call.json", "events.jsonl"];

/** The short cut for compact messages must agree with the long way. */
function same(one, other, input) {
  const [a, b] = [one(input), other(input)].map((message) => JSON.stringify(message));
  if (a !== b) throw new Error(`the short cut reads ${a}, the long way ${b}`);
}

/** In pieces, as they come off a wire. */
function unframe(bytes) {
  const unframer = new OpusUnframer();
  const step = 1 + (bytes.length % 977);
  for (let at = 0; at < bytes.length; at += step)
    for (const packet of unframer.push(bytes.subarray(at, at + step))) packetSamples(packet);
}

/** What is read in pieces must be what is read at once. */
function readFrames(bytes, isMasked) {
  const step = 1 + (bytes.length % 97);
  const pieces = [];
  for (let at = 0; at < bytes.length; at += step) pieces.push(bytes.subarray(at, at + step));
  const [whole, inPieces] = [[bytes], pieces].map((chunks) => {
    const reader = new FrameReader({ isMasked, maxMessageBytes: 10_000 });
    const got = [];
    try {
      for (const chunk of chunks) {
        // They are unmasked where they lie.
        reader.push(Buffer.from(chunk));
        for (let next = reader.next(); next; next = reader.next())
          got.push(next.opcode, next.payload.toString("hex"));
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      got.push(error.message);
    }
    return JSON.stringify(got);
  });
  if (whole !== inPieces) throw new Error(`at once ${whole}, in pieces ${inPieces}`);
}

const frames = (isMasked) => [
  Buffer.concat([
    encodeFrame(1, "text", isMasked),
    encodeFrame(9, "ping", isMasked),
    encodeFrame(2, Buffer.alloc(300), isMasked),
  ]),
  encodeFrame(8, Buffer.from([3, 232]), isMasked),
];

async function readSaved(bytes) {
  const folder = join(place, "call");
  rmSync(folder, { recursive: true, force: true });
  cpSync(SAVED, folder, { recursive: true });
  const split = bytes.indexOf("\n\n\n");
  const parts = [bytes.subarray(0, Math.max(0, split)), bytes.subarray(split + 3)];
  SAVED_FILES.forEach((name, k) => void writeFileSync(join(folder, name), parts[k]));
  await analyseRecording(folder);
}

async function provider(bytes) {
  const path = join(place, "provider.json");
  writeFileSync(path, bytes);
  await readProvider(path, {});
}

const lines = (...texts) => texts.map((line) => Buffer.from(line));

export const TARGETS = [
  { name: "caller-frames", seeds: frames(true), run: (bytes) => readFrames(bytes, true) },
  { name: "agent-frames", seeds: frames(false), run: (bytes) => readFrames(bytes, false) },
  {
    name: "pbx-message",
    seeds: json(
      { event: "connected", connected: { protocol: "v07" } },
      {
        event: "start",
        start: {
          ...ids,
          callerIdNumber: "+1",
          calleeIdNumber: "+2",
          mediaFormat: { encoding: "opus", sampleRate: "48000" },
        },
      },
      { event: "media", media: { payload: "AAECAwQFBgc=" } },
      { event: "dtmf", dtmf: { ...ids, digit: "5", duration: 120 } },
      { event: "hangup", hangup: { ...ids, reason: "NORMAL" } },
    ),
    run: (bytes) => same(parsePbxMessage, parsePbxJson, text(bytes)),
  },
  {
    name: "endpoint-message",
    seeds: json(
      { event: "media", callId: "c-1", accountId: "a-1", media: { payload: "AAECAwQFBgc=" } },
      { event: "clear" },
    ),
    run: (bytes) => same(parseEndpointMessage, parseEndpointJson, text(bytes)),
  },
  { name: "opus-stream", seeds: opusFiles.map((name) => file(`test/fixtures/opus/${name}`)), run: unframe },
  {
    name: "opus-packet",
    seeds: [
      Buffer.from([0xf8, 0xff, 0xfe]),
      Buffer.from([0xfb, 0x83, 1, 2, 3]),
      Buffer.from([0x0b, 0xc2, 5, 1, 2, 3, 4, 5, 6]),
    ],
    run: (bytes) => {
      packetSamples(bytes);
      silenced(bytes);
    },
  },
  {
    name: "wav",
    seeds: [
      Buffer.from(writeWav(new Int16Array(200), 8000)),
      Buffer.from(writeWav(new Int16Array(200), 48000, 2)),
      file("src/simulate/sample-voice.wav").subarray(0, 2000),
    ],
    run: readWav,
  },
  {
    name: "pipecat-frame",
    seeds: lines("\u0012\u000e\b\u0001\u001a\u0004AAAA \u0080\u007d(\u0001", "\n\u0007\u001a\u0005hello"),
    run: decodeFrame,
  },
  {
    name: "page-message",
    seeds: json({ type: "watch", n: 1 }, { type: "call", encoding: "opus" }, { type: "key", digit: "1" }),
    run: (bytes) => void [readPhonePage, readInspectorPage].map((read) => read(text(bytes))),
  },
  {
    name: "small-settings",
    seeds: lines(
      "1@2s,#@3.5s",
      "jitter=30ms,burst=200ms,stall=1s",
      "first-audio.p95=900ms,silence=2s",
      "1.5s",
      "10ms",
    ),
    run: (bytes) => {
      for (const read of [parseDtmf, parseNetwork, (value) => parseBudgets([value]), parseDuration])
        try {
          read(text(bytes));
        } catch (error) {
          if (!isRefusal(error)) throw error;
        }
    },
  },
  {
    name: "scenario",
    share: 0.05,
    seeds: [file("examples/ci-project/scenarios/hello.yaml")],
    run: (bytes) => parseScenario(text(bytes), "x.yaml"),
  },
  {
    name: "expectations",
    share: 0.05,
    seeds: [file("examples/ci-project/calls/hello/expect.yaml")],
    run: (bytes) => parseExpectations(text(bytes), "x.yaml"),
  },
  {
    name: "provider",
    share: 0.05,
    seeds: json({
      name: "x",
      media: { encoding: "g711_ulaw", sampleRate: 8000 },
      websocket_url: "wss://h/ws",
      websocket_headers: { "X-Key": "v" },
    }),
    run: provider,
  },
  {
    name: "recording",
    share: 0.005,
    seeds: [
      Buffer.concat([
        readFileSync(new URL(`${SAVED}/call.json`)),
        Buffer.from("\n\n\n"),
        readFileSync(new URL(`${SAVED}/events.jsonl`)),
      ]),
    ],
    run: readSaved,
  },
];
