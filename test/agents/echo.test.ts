/** The echo agent: pause mode on spoken-like signals, instant mode on any bytes. All in the caller's own time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesPerMs, type MediaFormat, PORTAL_FORMATS, pcm16, silenceByte } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import { sine } from "../../src/audio/signal.js";
import { callInfo, connect, pattern, payload } from "./call.js";

const ULAW = PORTAL_FORMATS.g711_ulaw;

function speech(ms: number, format: MediaFormat): Buffer {
  const samples = sine(440, -12, ms, format.sampleRate);
  return Buffer.from(format.encoding === "g711_ulaw" ? encodeUlaw(samples) : pcmBytes(samples));
}

function quiet(ms: number, format: MediaFormat): Buffer {
  return Buffer.alloc(ms * bytesPerMs(format), silenceByte(format));
}

async function echoOf(chunks: readonly Uint8Array[], format: MediaFormat = ULAW, options = {}) {
  const { leg, reports } = await connect("echo", { call: callInfo({ format }), options });
  for (const chunk of chunks) leg.send(payload(chunk));
  return { leg, reports };
}

const kinds = (events: readonly { type: string }[]) => events.map(({ type }) => type);

describe("formats", () => {
  it.each([
    [PORTAL_FORMATS.g711_ulaw, "native", PORTAL_FORMATS.g711_ulaw],
    [PORTAL_FORMATS.pcm16, "native", PORTAL_FORMATS.pcm16],
    [PORTAL_FORMATS.opus, "native", pcm16(24000)],
    [PORTAL_FORMATS.g711_ulaw, "16000", pcm16(16000)],
    [PORTAL_FORMATS.opus, "48000", pcm16(48000)],
  ])("of a %j call at rate %s", async (format, rate, expected) => {
    const { leg } = await connect("echo", { call: callInfo({ format }), options: { rate } });
    expect(leg.hears).toEqual(expected);
    expect(leg.speaks).toEqual(expected);
    expect(leg.passthrough).toBeFalsy();
  });
});

describe("instant mode", () => {
  it("returns every payload itself, at once", async () => {
    const { leg, reports } = await connect("echo", { options: { mode: "instant" } });
    const sent = [160, 1, 333].map((size) => payload(pattern(size)));
    for (const audio of sent) leg.send(audio);
    expect(reports.of("audio").map((event) => event.payload)).toEqual(sent);
    expect(reports.of("audio")[0].payload).toBe(sent[0]);
    expect(reports.events).toHaveLength(3);
  });
});

describe.each([ULAW, pcm16(24000), pcm16(8000)])("pause mode in %j", (format) => {
  it("answers once the caller has paused, with the onset and a short tail", async () => {
    const said = Buffer.concat([quiet(500, format), speech(900, format), quiet(2000, format)]);
    const { leg, reports } = await connect("echo", { call: callInfo({ format }) });
    const frame = 20 * bytesPerMs(format);
    let answeredAfterMs = 0;
    for (let at = 0; at < said.length; at += frame) {
      leg.send(payload(said.subarray(at, at + frame)));
      if (reports.events.length > 0) answeredAfterMs ||= (at + frame) / bytesPerMs(format);
    }
    expect(kinds(reports.events)).toEqual(["audio", "turn-ended"]);
    expect(answeredAfterMs).toBe(500 + 900 + 700);
    const expected = Buffer.concat([quiet(200, format), speech(900, format), quiet(100, format)]);
    expect(reports.audio.equals(expected)).toBe(true);
  });

  it("gives the same answer for any chunking", async () => {
    const said = Buffer.concat([quiet(260, format), speech(400, format), quiet(900, format)]);
    const whole = await echoOf([said], format);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: said.length }), { maxLength: 40 }),
        async (cuts) => {
          const edges = [0, ...cuts.sort((a, b) => a - b), said.length];
          const chunks = edges.slice(1).map((end, index) => said.subarray(edges[index], end));
          const { reports } = await echoOf(chunks, format);
          expect(kinds(reports.events)).toEqual(["audio", "turn-ended"]);
          expect(reports.audio.equals(whole.reports.audio)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("pause mode", () => {
  it("takes pauses shorter than asked as part of the utterance", async () => {
    const said = [
      quiet(300, ULAW),
      speech(300, ULAW),
      quiet(1000, ULAW),
      speech(300, ULAW),
      quiet(1300, ULAW),
    ];
    const { reports } = await echoOf(said, ULAW, { pause: 1200 });
    expect(reports.of("turn-ended")).toHaveLength(1);
    expect(reports.audio.length / 8).toBe(200 + 300 + 1000 + 300 + 100);
  });

  it("never answers silence, clicks or nothing", async () => {
    const clicks = Array.from({ length: 40 }, () => [quiet(200, ULAW), speech(20, ULAW)]).flat();
    const { reports } = await echoOf([quiet(20_000, ULAW), ...clicks, quiet(5000, ULAW), Buffer.alloc(0)]);
    expect(reports.events).toEqual([]);
  });

  it("stops when the caller speaks while the answer is still being heard, and answers that too", async () => {
    const turn = [quiet(300, ULAW), speech(2000, ULAW), quiet(700, ULAW)];
    const { reports } = await echoOf([...turn, quiet(500, ULAW), speech(500, ULAW), quiet(700, ULAW)]);
    expect(kinds(reports.events)).toEqual(["audio", "turn-ended", "interrupted", "audio", "turn-ended"]);
    expect(reports.of("audio")[1].payload.bytes.length / 8).toBe(200 + 500 + 100);
  });

  it("does not stop for a caller who waited until the answer was heard", async () => {
    const turn = [quiet(300, ULAW), speech(500, ULAW), quiet(700, ULAW), quiet(1000, ULAW)];
    const { reports } = await echoOf([...turn, ...turn]);
    expect(kinds(reports.events)).toEqual(["audio", "turn-ended", "audio", "turn-ended"]);
  });

  it("knows that an interruption elsewhere silenced it", async () => {
    const { leg, reports } = await echoOf([quiet(300, ULAW), speech(2000, ULAW), quiet(700, ULAW)]);
    leg.interrupt(100);
    leg.send(payload(Buffer.concat([speech(300, ULAW), quiet(700, ULAW)])));
    expect(kinds(reports.events)).toEqual(["audio", "turn-ended", "audio", "turn-ended"]);
  });

  it("keeps a minute of an endless utterance and hands it out as it is heard", async () => {
    const { leg, reports } = await echoOf([speech(90_000, ULAW), quiet(700, ULAW)]);
    expect(reports.audio.length / 8).toBe(20_000);
    expect(reports.of("turn-ended")).toHaveLength(0);
    let ms = 0;
    for (; reports.of("turn-ended").length === 0 && ms < 60_000; ms += 20) leg.send(payload(quiet(20, ULAW)));
    expect(ms).toBe(40_000);
    expect(reports.audio.length / 8).toBe(60_000);
  });

  it("says nothing after it was closed", async () => {
    const { leg, reports } = await echoOf([quiet(300, ULAW), speech(500, ULAW)]);
    leg.close(1000, "over");
    leg.close(1000, "over");
    leg.send(payload(quiet(2000, ULAW)));
    leg.interrupt(1);
    leg.dtmf?.("1");
    expect(reports.events).toEqual([]);
  });
});
