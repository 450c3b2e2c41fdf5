/** The ADK wrapper's dialect: rates, transcripts, ends of turns, and what it must survive. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pcm16 } from "../../src/audio/format.js";
import { pcmBytes, pcmSamples } from "../../src/audio/pcm.js";
import { sine, toneDbfs } from "../../src/audio/signal.js";
import { type AdkConnection, type FakeServer, fakeAdk, fakeAdkEvents } from "../../src/testing.js";
import { connect, pattern, payload } from "./call.js";
import { describeWire } from "./contract.js";

describeWire("adk with events", {
  spec: (url) => `adk:${url}/ws/user/{callId}`,
  options: { dialect: "adk-events" },
  start: fakeAdkEvents,
  speaks: pcm16(24000),
  speak: (far, audio) => far.speak(audio),
  end: (far) => far.close(1000),
  digits: (far) => far.texts.flatMap((text) => /^\[caller pressed (.)\]$/.exec(text)?.[1] ?? []),
  interrupt: (far) => far.interrupted(),
  endTurn: (far) => far.turnComplete(),
  transcribe: (far, who, text) => far.transcribe(who, text),
  callTool: (far, id, name, args) => far.callFunction(id, name, args),
});

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

  it("is told of keys as text", async () => {
    const { leg, far } = await dial();
    leg.dtmf?.("5");
    await far.until(() => far.texts.length > 0);
    expect(far.texts).toEqual(["[caller pressed 5]"]);
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
    far.say("day.");
    far.sendText('{"mime_type":"text/plain","data":"hello?","role":"user"}');
    far.interrupted();
    far.turnComplete();
    far.sendText('{"turn_complete":false,"interrupted":null}');
    far.sendText('{"turn_complete":true,"interrupted":true}');
    await reports.until(({ events }) => events.length === 7);
    expect(reports.events.slice(1)).toEqual([
      { type: "transcript", who: "agent", text: "Good day." },
      { type: "interrupted" },
      { type: "transcript", who: "caller", text: "hello?" },
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

describe("the events dialect", () => {
  const talk = async (options: Record<string, string> = {}) => {
    const events = await fakeAdkEvents();
    const { leg, reports } = await connect(`adk:${events.url}/ws/me/{callId}`, {
      options: { dialect: "adk-events", ...options },
    });
    return { leg, reports, far: await events.next(), close: () => events.close() };
  };

  it("takes binary audio and texts, and leaves the address alone", async () => {
    const { leg, far, close } = await talk({ greeting: "Hello" });
    leg.send(payload(pattern(640)));
    await far.until(() => far.heardBytes === 640 && far.texts.length > 0);
    expect(far.path).toBe("/ws/me/call-1");
    expect(far.texts).toEqual(["Hello"]);
    expect(far.faults).toEqual([]);
    await close();
  });

  it("drops the audio that comes with the word of an interruption", async () => {
    const { far, reports, close } = await talk();
    far.speak(pattern(480, 1));
    far.speak(pattern(480, 2), { interrupted: true });
    far.turnComplete();
    far.speak(pattern(480, 3));
    await reports.until(() => reports.audio.length === 960);
    expect(reports.audio).toEqual(Buffer.concat([pattern(480, 1), pattern(480, 3)]));
    await close();
  });

  it("gives one transcript for each thing said, whether the last event has all of it or a piece", async () => {
    const { far, reports, close } = await talk();
    far.transcribe("caller", "What ", "is it?");
    far.event({ outputTranscription: { text: "It ", finished: false } });
    far.event({ outputTranscription: { text: "is.", finished: true } });
    far.event({ outputTranscription: { text: "And " } });
    far.event({ outputTranscription: { text: "that." } });
    far.event({ content: { parts: [{ text: "And that." }] } });
    far.turnComplete();
    await reports.until(() => reports.of("turn-ended").length > 0);
    expect(reports.of("transcript")).toEqual([
      { type: "transcript", who: "caller", text: "What is it?" },
      { type: "transcript", who: "agent", text: "It is." },
      { type: "transcript", who: "agent", text: "And that." },
    ]);
    await close();
  });

  it("reads text where nothing is transcribed, but no thoughts", async () => {
    const { far, reports, close } = await talk();
    far.event({ content: { parts: [{ text: "Well", thought: true }] } });
    far.event({ content: { parts: [{ text: "It " }] }, partial: true });
    far.event({ content: { parts: [{ text: "is" }] }, partial: true });
    far.event({ content: { parts: [{ text: "It is." }] } });
    far.turnComplete();
    await reports.until(() => reports.of("turn-ended").length > 0);
    expect(reports.of("transcript")).toEqual([{ type: "transcript", who: "agent", text: "It is." }]);
    await close();
  });

  it("acts on the agent's own functions of known names, once for each call", async () => {
    const { far, reports, leg, close } = await talk();
    far.callFunction("adk-1", "get_weather");
    far.callFunction("adk-2", "hang_up");
    far.callFunction("adk-2", "hang_up");
    far.event({ content: { parts: [{ functionCall: { name: "hang_up", args: 3 } }] } });
    far.turnComplete();
    await reports.until(() => reports.of("turn-ended").length > 0);
    expect(reports.of("tool-call")).toEqual([
      { type: "tool-call", id: "adk-2", name: "hang_up", args: {} },
      { type: "tool-call", id: "call-1", name: "hang_up", args: {} },
    ]);
    leg.toolResult?.("adk-2", "{}", false);
    await close();
  });

  it("tells of an error, without what does not print", async () => {
    const { far, reports, close } = await talk();
    far.event({ errorCode: "QUOTA", errorMessage: "no more\u001b[31m today" });
    await reports.until(() => reports.warnings.length > 0);
    expect(reports.of("warning")).toMatchObject([
      { code: "agent-error", message: "the agent reports an error: QUOTA: no more[31m today" },
    ]);
    await close();
  });
});
