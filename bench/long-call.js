/** Records an hour of a phone call with the real writer on a clock of its own: caller and agent take turns all the time. */
import { readFile } from "node:fs/promises";
import { encodeUlaw } from "../dist/audio/g711.js";
import { Payload } from "../dist/audio/payload.js";
import { resampleAll } from "../dist/audio/resample-offline.js";
import { readWav } from "../dist/audio/wav.js";
import { ManualClock } from "../dist/clock.js";
import { createRecorder } from "../dist/recording/writer.js";

const FRAME_MS = 20;
const FRAME_BYTES = 160;
/** The sample voice says two sentences, with their pauses, in so much time; then the agent says the same. */
const TURN_MS = 10_000;
/** What a clock without time in it lets happen between two visits to the disk. */
const STEP_MS = 5000;
const VISIT_MS = 4;
const FORMAT = { encoding: "g711_ulaw", sampleRate: 8000 };
const SAMPLE = new URL("../src/simulate/sample-voice.wav", import.meta.url);

/** @returns the recording's folder. */
export async function recordLongCall(directory, minutes) {
  const { samples } = readWav(await readFile(SAMPLE));
  const voice = encodeUlaw(resampleAll(samples, 24000, 8000)).slice(0, TURN_MS * 8);
  const silence = new Uint8Array(FRAME_BYTES).fill(0xff);
  const frameAt = (ms) =>
    voice.length >= (ms + FRAME_MS) * 8 ? voice.subarray(ms * 8, (ms + FRAME_MS) * 8) : silence;
  const clock = new ManualClock();
  const failed = [];
  const recorder = createRecorder({
    directory,
    clock,
    agent: "echo",
    source: "serve",
    onWarning: (code, message) => failed.push(`${code}: ${message}`),
  });
  const note = (event) => recorder.observer(event);
  const info = { callId: "long", accountId: "bench", caller: "", callee: "", format: FORMAT };
  note({ at: 0, type: "call-started", info, agent: "echo", raw: { event: "start" } });
  const endMs = minutes * 60_000;
  for (let at = FRAME_MS; at <= endMs; at += FRAME_MS) {
    const inTurn = at % (2 * TURN_MS);
    const isCallersTurn = inTurn < TURN_MS;
    const bytes = isCallersTurn ? frameAt(inTurn) : silence;
    note({ at, type: "caller-audio", payload: Payload.fromBytes(bytes) });
    note({ at, type: "agent-leg-audio", dir: "out", bytes: FRAME_BYTES });
    const said = isCallersTurn ? silence : frameAt(inTurn - TURN_MS);
    note({ at: at + 0.5, type: "agent-leg-audio", dir: "in", bytes: FRAME_BYTES });
    note({ at: at + 1, type: "agent-audio", payload: Payload.fromBytes(said), heardAt: at + 61 });
    if (at % STEP_MS === 0) {
      clock.advance(at - clock.now());
      await new Promise((resolve) => setTimeout(resolve, VISIT_MS));
    }
  }
  const summary = { durationMs: endMs, turns: 0, firstAudioMs: [], framesIn: 0, framesOut: 0 };
  note({
    at: endMs + 20,
    type: "call-ended",
    reason: "caller-hung-up",
    detail: "the caller hung up",
    summary: { ...summary, droppedMs: 0, talkOverMs: 0, bargeIns: 0 },
  });
  await recorder.close();
  if (failed.length > 0) throw new Error(failed.join("; "));
  return recorder.folder();
}
