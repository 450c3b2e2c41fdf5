/** The generic wire: formats, control messages both ways, and what it must survive. */
import { afterEach, describe, expect, it } from "vitest";
import { type FakeServer, fakeWebSocketAgent, type WebSocketAgentConnection } from "../../src/testing.js";
import { connect, pattern, payload } from "./call.js";

const open: FakeServer<WebSocketAgentConnection>[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const dial = async (options: Record<string, string | number> = {}) => {
  const framing = options.framing === "json" ? "json" : "binary";
  const server = await fakeWebSocketAgent({ framing });
  open.push(server);
  const connected = await connect(`websocket:${server.url}/{callId}`, { options });
  return { ...connected, far: await server.next() };
};

describe("formats", () => {
  it.each<[Record<string, string | number>, string, string]>([
    [{}, "pcm16/16000", "pcm16/16000"],
    [{ rate: "24000" }, "pcm16/24000", "pcm16/24000"],
    [{ encoding: "g711_ulaw" }, "g711_ulaw/8000", "g711_ulaw/8000"],
    [{ rate: 16000, speaksRate: 24000 }, "pcm16/16000", "pcm16/24000"],
    [{ encoding: "g711_ulaw", speaksEncoding: "pcm16" }, "g711_ulaw/8000", "pcm16/16000"],
    [{ rate: 48000, speaksEncoding: "g711_ulaw" }, "pcm16/48000", "g711_ulaw/8000"],
    [{ rate: 48000, speaksEncoding: "pcm16" }, "pcm16/48000", "pcm16/48000"],
  ])("with %j", async (options, hears, speaks) => {
    const { leg } = await dial(options);
    expect(`${leg.hears.encoding}/${leg.hears.sampleRate}`).toBe(hears);
    expect(`${leg.speaks.encoding}/${leg.speaks.sampleRate}`).toBe(speaks);
  });
});

describe.each(["binary", "json"])("control messages with %s framing", (framing) => {
  it("tell the agent of its call", async () => {
    const { leg, far } = await dial({ framing, speaksRate: 24000 });
    leg.send(payload(pattern(4)));
    leg.dtmf?.("9");
    leg.interrupt(740);
    leg.close(1000, "done");
    expect(await far.ended).toEqual({ code: 1000, reason: "done" });
    expect(far.start).toEqual({
      type: "start",
      callId: "call-1",
      caller: "+12025550101",
      callee: "+12025550199",
      accountId: "account-1",
      hears: { encoding: "pcm16", sampleRate: 16000 },
      speaks: { encoding: "pcm16", sampleRate: 24000 },
    });
    expect(far).toMatchObject({
      digits: ["9"],
      interruptions: [740],
      saidEnd: true,
      faults: [],
      path: "/call-1",
    });
  });

  it("tell us of the agent", async () => {
    const { reports, far } = await dial({ framing });
    far.transcript("caller", "hi");
    far.transcript("agent", "hello");
    far.interrupted();
    far.turnEnded();
    far.end();
    expect((await far.ended).code).toBe(1000);
    expect(reports.events).toEqual([
      { type: "transcript", who: "caller", text: "hi" },
      { type: "transcript", who: "agent", text: "hello" },
      { type: "interrupted" },
      { type: "turn-ended" },
      { type: "closed", failed: false, reason: "the agent ended the conversation" },
    ]);
  });

  it("are nothing after the agent's end", async () => {
    const { leg, reports, far } = await dial({ framing });
    far.end();
    far.speak(pattern(10));
    far.end();
    await far.ended;
    leg.close(1000, "over");
    expect(reports.events.map(({ type }) => type)).toEqual(["closed"]);
    expect(far.saidEnd).toBe(false);
  });
});

it("takes audio as JSON in either framing", async () => {
  const { reports, far } = await dial();
  far.sendText('{"type":"audio","audio":"AAEC"}');
  far.speak(Buffer.from([3]));
  await reports.until(({ audio }) => audio.length === 4);
  expect([...reports.audio]).toEqual([0, 1, 2, 3]);
});

it("ignores nonsense, and says so once", async () => {
  const { reports, far } = await dial();
  for (const text of [
    "",
    "nonsense",
    "[]",
    "null",
    "{}",
    '{"type":3}',
    '{"type":"audio"}',
    '{"type":"transcript"}',
  ])
    far.sendText(text);
  far.turnEnded();
  await reports.until(({ events }) => events.at(-1)?.type === "turn-ended");
  expect(reports.warnings).toEqual(["agent-message"]);
  expect(reports.events).toHaveLength(2);
});
