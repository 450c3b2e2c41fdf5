import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallAnalyser } from "../../src/analysis/call-analyser.js";
import { type MediaFormat, PORTAL_FORMATS } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { loadOpus } from "../../src/audio/opus.js";
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

const time = fc.oneof(
  fc.integer({ min: 0, max: 5000 }),
  fc.double(),
  fc.constantFrom(-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 700 }),
  fc.integer({ min: 0, max: 3000 }).map((length) => new Uint8Array(length).fill(0x31)),
);
const anyEvent = fc.oneof(
  fc.tuple(time, bytes).map(([at, bytes]) => callerAudio(at, bytes)),
  fc.tuple(time, time, bytes).map(([at, heardAt, bytes]) => agentAudio(at, heardAt, bytes)),
  fc
    .tuple(time, fc.constantFrom("caller", "agent"))
    .map(([at, who]) => ({ at, type: "speech-started", who }) as CallEvent),
  time.map((at) => ({ at, type: "barge-in", heardMs: at, droppedMs: at })),
  time.map((at) => ({ at, type: "tool-result", id: "1", name: "x", isError: false, tookMs: at })),
  fc.tuple(time, fc.string()).map(([at, text]) => ({ at, type: "warning", code: text, message: text })),
  time.map((at) => ended(at)),
);
const anyFormat = fc.constantFrom<MediaFormat>(
  PORTAL_FORMATS.g711_ulaw,
  PORTAL_FORMATS.pcm16,
  PORTAL_FORMATS.opus,
  { encoding: "g711_ulaw", sampleRate: 16000 },
  { encoding: "pcm16", sampleRate: 48000 },
);

describe("any sequence of events", () => {
  it("is analysed without a throw, with times that are numbers", async () => {
    const opus = await loadOpus();
    fc.assert(
      fc.property(
        anyFormat,
        fc.array(anyEvent, { maxLength: 60 }),
        fc.boolean(),
        (format, events, withoutAudio) => {
          const analyser = new CallAnalyser({ opus, withoutAudio });
          for (const event of [started({ format }), ...events]) analyser.observe(event as CallEvent);
          const { durationMs, utterances, agentSpeech } = analyser.finish();
          for (const { from, to } of [...utterances, ...agentSpeech]) expect(to).toBeGreaterThan(from);
          expect(durationMs).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("needs no start", () => {
    const analyser = new CallAnalyser();
    analyser.observe(callerAudio(20, SILENT));
    expect(analyser.finish()).toMatchObject({ info: undefined, findings: [], caller: { payloads: 0 } });
  });
});

it("hears the same in the caller's bytes however they are cut into payloads", () => {
  const whole = Buffer.concat(frames(4000, [[1000, 2500]]).map(({ bytes }) => bytes));
  const analysed = (sizes: readonly number[]) => {
    const analyser = new CallAnalyser();
    analyser.observe(started());
    for (let at = 0, i = 0; at < whole.length; i++) {
      const end = Math.min(at + sizes[i % sizes.length], whole.length);
      analyser.observe(callerAudio(end / 8, whole.subarray(at, end)));
      at = end;
    }
    const { utterances, caller } = analyser.finish();
    return { utterances, caller: { ...caller, payloads: 0 } };
  };
  const even = analysed([160]);
  expect(even.utterances).toMatchObject([{ from: 1000, to: 2500 }]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 480 }), { minLength: 1, maxLength: 8 }), (sizes) => {
      const { utterances, caller } = analysed(sizes);
      expect(caller).toEqual(even.caller);
      expect(utterances.map(({ from, to }) => to - from)).toEqual([1500]);
      // The most punctual payload of the first second says where the track begins.
      expect(Math.abs(utterances[0].from - 1000)).toBeLessThanOrEqual(60);
    }),
    { numRuns: 50 },
  );
});

it("cuts the same utterances whatever the network does to the delivery", () => {
  const said = frames(6000, [
    [1000, 2500],
    [3500, 4200],
  ]);
  const delays = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(delays, fc.integer({ min: 1000, max: 5000 }), fc.nat(700), (delays, stallAt, stallMs) => {
      const analyser = new CallAnalyser();
      analyser.observe(started());
      let last = 0;
      said.forEach(({ at, bytes }, i) => {
        // Nothing arrives in a stall, and all of it at its end.
        const held = at >= stallAt && at < stallAt + stallMs ? stallAt + stallMs - at : 0;
        last = Math.max(last, at + 20 + delays[i % delays.length] + held);
        analyser.observe(callerAudio(last, bytes));
      });
      expect(analyser.finish().utterances.map(({ from, to }) => to - from)).toEqual([1500, 700]);
    }),
    { numRuns: 30 },
  );
});
