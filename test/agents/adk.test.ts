/** The ADK wrapper's dialect: rates, transcripts, ends of turns, and what it must survive. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pcmBytes, pcmSamples } from "../../src/audio/pcm.js";
import { sine, toneDbfs } from "../../src/audio/signal.js";
import { type AdkConnection, type FakeServer, fakeAdk } from "../../src/testing.js";
import { connect, pattern, payload } from "./call.js";

let server: FakeServer<AdkConnection>;
beforeEach(async () => {
  server = await fakeAdk();
});
afterEach(() => server.close());

const dial = async (path = "/ws/{callId}", options: Record<string, string> = {}) => {
  const connected = await connect(`adk:${server.url}${path}`, { options });
  return { ...connected, far: await server.next() };
};

describe("the request", () => {
  it.each([
    ["/ws/{callId}", "/ws/call-1?is_audio=true"],
    ["/ws/{callId}?user=a%20b", "/ws/call-1?user=a%20b&is_audio=true"],
    ["/ws/x?is_audio=true", "/ws/x?is_audio=true"],
  ])("to %s asks for audio", async (path, asked) => {
    expect((await dial(path)).far.path).toBe(asked);
  });
});

describe("what the agent hears", () => {
  it.each([
    [{}, 16000],
    [{ inputRate: "24000" }, 24000],
  ])("with %j is declared at its rate", async (options: Record<string, string>, rate) => {
    const { leg, far } = await dial(undefined, options);
    expect(leg.hears).toEqual({ encoding: "pcm16", sampleRate: rate });
    leg.send(payload(pattern(640)));
    await far.until(() => far.heardBytes === 640);
    expect([...far.mimeTypes]).toEqual([`audio/pcm;rate=${rate}`]);
  });

  it("begins with the greeting's prompt", async () => {
    const { far } = await dial(undefined, { greeting: 'Say "hello"' });
    await far.until(() => far.texts.length > 0);
    expect(far.texts).toEqual(['Say "hello"']);
    expect(far.faults).toEqual([]);
  });
});

describe("what the agent says", () => {
  it("is transcribed, and its turns end", async () => {
    const { far, reports } = await dial();
    far.speak(pattern(480));
    far.say("Good ");
    far.sendText('{"mime_type":"text/plain","data":"hello?","role":"user"}');
    far.interrupted();
    far.turnComplete();
    far.sendText('{"turn_complete":false,"interrupted":null}');
    far.sendText('{"turn_complete":true,"interrupted":true}');
    await reports.until(({ events }) => events.length === 7);
    expect(reports.events.slice(1)).toEqual([
      { type: "transcript", who: "agent", text: "Good " },
      { type: "transcript", who: "caller", text: "hello?" },
      { type: "interrupted" },
      { type: "turn-ended" },
      { type: "interrupted" },
      { type: "turn-ended" },
    ]);
  });

  it("is taken at the announced rate where a message states none", async () => {
    const { leg, far, reports } = await dial(undefined, { outputRate: "16000" });
    expect(leg.speaks).toEqual({ encoding: "pcm16", sampleRate: 16000 });
    far.speak(pattern(320), "unstated");
    await reports.until(({ audio }) => audio.length === 320);
    expect(reports.warnings).toEqual([]);
  });

  it("is converted, with one warning, when a message states another rate", async () => {
    const { far, reports } = await dial();
    const tone = pcmBytes(sine(1000, -10, 400, 16000));
    far.speak(tone.subarray(0, 5001), 16000);
    far.speak(tone.subarray(5001), 16000);
    far.turnComplete();
    await reports.until(({ events }) => events.at(-1)?.type === "turn-ended");
    expect(reports.warnings).toEqual(["agent-rate"]);
    const samples = pcmSamples(reports.audio);
    expect(samples.length).toBeGreaterThan(9300);
    expect(samples.length).toBeLessThanOrEqual(9600);
    expect(toneDbfs(samples.subarray(500, 9000), 24000, 1000)).toBeCloseTo(-10, 1);
  });

  it("is left out, with one warning, at a rate that cannot be played", async () => {
    const { far, reports } = await dial();
    far.speak(pattern(100), 22050);
    far.speak(pattern(100), 22050);
    far.turnComplete();
    await reports.until(({ events }) => events.at(-1)?.type === "turn-ended");
    expect(reports.warnings).toEqual(["unsupported-rate"]);
    expect(reports.audio.length).toBe(0);
  });

  it("may be base64url", async () => {
    const { far, reports } = await dial();
    far.sendText(`{"mime_type":"audio/pcm","data":"-_-_","role":"model"}`);
    await reports.until(({ audio }) => audio.length > 0);
    expect(reports.audio).toEqual(Buffer.from("+/+/", "base64"));
  });
});

it("ignores nonsense, and says so once", async () => {
  const { far, reports } = await dial();
  const nonsense = [
    "",
    "nonsense",
    "[]",
    "null",
    "3",
    "{}",
    '{"mime_type":3,"data":4}',
    '{"mime_type":"image/png","data":"AA"}',
  ];
  for (const text of [
    ...nonsense,
    '{"mime_type":"audio/pcm","data":"%%%"}',
    '{"mime_type":"text/plain","data":""}',
  ])
    far.sendText(text);
  far.sendBytes(pattern(10));
  far.sendBytes(pattern(10));
  far.turnComplete();
  await reports.until(({ events }) => events.at(-1)?.type === "turn-ended");
  expect(reports.warnings).toEqual(["agent-malformed", "agent-binary"]);
  expect(reports.events).toHaveLength(3);
});
