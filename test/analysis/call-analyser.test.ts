import { describe, expect, it } from "vitest";
import { CallAnalyser } from "../../src/analysis/call-analyser.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import type { CallEvent } from "../../src/call/events.js";
import { voice } from "../audio/voice.js";
import { agentAudio, callerAudio, ended, started } from "../recording/calls.js";

const FRAME = 160;
const SILENT = new Uint8Array(FRAME).fill(0xff);
const VOICE = encodeUlaw(voice(8000, 10_000));

/** 20 ms frames up to `untilMs`: a voice within the spans, else silence. */
function frames(
  untilMs: number,
  spans: readonly (readonly [number, number])[],
): { at: number; bytes: Uint8Array }[] {
  return Array.from({ length: untilMs / 20 }, (_, i) => {
    const at = i * 20;
    const voiced = spans.some(([from, to]) => at >= from && at < to);
    const start = (i * FRAME) % VOICE.length;
    return { at, bytes: voiced ? VOICE.subarray(start, start + FRAME) : SILENT };
  });
}

describe("a call of two turns", () => {
  const caller = frames(8000, [
    [1000, 2000],
    [5000, 6000],
  ]).map(({ at, bytes }) => callerAudio(at + 20, bytes));
  const agent = frames(8000, [
    [2500, 5400],
    [6400, 7000],
  ])
    .filter(({ bytes }) => bytes !== SILENT)
    .map(({ at, bytes }) => agentAudio(at, at + 60, bytes));
  const events: CallEvent[] = [started(), ...[...caller, ...agent].sort((a, b) => a.at - b.at), ended(8000)];

  it("is told from its audio", () => {
    const analyser = new CallAnalyser();
    for (const event of events) analyser.observe(event);
    const analysis = analyser.finish();
    expect(analysis.utterances).toHaveLength(2);
    expect(analysis).toMatchObject({
      durationMs: 8000,
      greetingMs: undefined,
      bargeIns: [{ stoppedAfterMs: expect.closeTo(460, -1.5) }],
      end: { reason: "caller-hung-up" },
    });
    expect(analysis.utterances[0]).toMatchObject({ from: 1000, to: 2000, reply: { latencyMs: 500 } });
    expect(analysis.utterances[1]).toMatchObject({ from: 5000, to: 6000, reply: { latencyMs: 400 } });
    expect(analysis.talkOverMs).toBeGreaterThan(350);
  });
});
