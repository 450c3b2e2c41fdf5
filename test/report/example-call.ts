/** A recorded call of eleven seconds in which everything happens that a report can show. */
import { readFileSync } from "node:fs";
import { encodeUlaw } from "../../src/audio/g711.js";
import { resampleAll } from "../../src/audio/resample-offline.js";
import { readWav } from "../../src/audio/wav.js";
import type { CallEvent } from "../../src/call/events.js";
import type { RecorderOptions } from "../../src/recording/writer.js";
import { agentAudio, callerAudio, ended, record, started } from "../recording/calls.js";

export interface ExampleCall {
  readonly callId?: string;
  /** What the caller says, and what the tool is called with. */
  readonly text?: string;
  readonly tool?: string;
}

const FRAME_MS = 20;
const LEAD_MS = 60;
export const LENGTH_MS = 11_000;
/** The second reply comes after 2.6 s: too slow. */
const CALLER = [span(200, 2000), span(4600, 6000)];
const AGENT = [span(2900, 5200), span(8600, 10_400)];

/** @returns the recording's folder. */
export function recordExample(
  directory: string,
  example: ExampleCall = {},
  options: Partial<RecorderOptions> = {},
): Promise<string> {
  return record(directory, exampleEvents(example), options);
}

function exampleEvents({ callId, text = "What are your hours?", tool = "lookup" }: ExampleCall): CallEvent[] {
  const notes: CallEvent[] = [
    started(callId === undefined ? {} : { callId }),
    { at: 10, type: "agent-ready", passthrough: false },
    { at: 3000, type: "dtmf", digit: "5" },
    { at: 3100, type: "transcript", who: "caller", text, spokenAt: 200 },
    { at: 5140, type: "barge-in", heardMs: 2240, droppedMs: 960 },
    { at: 5500, type: "mark", number: 1 },
    { at: 7000, type: "tool-call", id: "t1", name: tool, args: { text } },
    { at: 7100, type: "tool-result", id: "t1", name: tool, isError: false, tookMs: 100 },
    { at: 7200, type: "warning", code: "odd", message: `${tool} is odd` },
    { at: 9000, type: "transcript", who: "agent", text: "We open at nine.", spokenAt: 8600 },
  ];
  for (let at = FRAME_MS; at <= LENGTH_MS - FRAME_MS; at += FRAME_MS) {
    notes.push(callerAudio(at, CALLER.flatMap((say) => say(at))[0] ?? SILENCE));
    for (const frame of AGENT.flatMap((say) => say(at + LEAD_MS)))
      notes.push(agentAudio(at, at + LEAD_MS, frame));
  }
  notes.push(ended(LENGTH_MS));
  return notes.sort((a, b) => a.at - b.at);
}

const SILENCE = new Uint8Array(8 * FRAME_MS).fill(0xff);
const { samples } = readWav(readFileSync(new URL("../../src/simulate/sample-voice.wav", import.meta.url)));
const VOICE = encodeUlaw(resampleAll(samples, 24_000, 8000));

/** The sample voice between two moments, a frame at a time. */
function span(from: number, to: number): (at: number) => Uint8Array[] {
  return (at) => (at >= from && at < to ? [VOICE.slice((at - from) * 8, (at - from + FRAME_MS) * 8)] : []);
}
