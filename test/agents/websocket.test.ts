/** The generic wire: formats, control messages both ways, and what it must survive. */
import { afterEach, describe, expect, it } from "vitest";
import { resolveAgent } from "../../src/agents/index.js";
import {
  type FakeServer,
  type FakeWebSocketAgentOptions,
  fakeWebSocketAgent,
  type WebSocketAgentConnection,
} from "../../src/testing.js";
import { connect, pattern, payload } from "./call.js";

type Fields = NonNullable<FakeWebSocketAgentOptions["fields"]>;

const open: FakeServer<WebSocketAgentConnection>[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const dial = async (options: Record<string, string | number> = {}, fields: Fields = {}) => {
  const framing = options.framing === "json" ? "json" : "binary";
  const server = await fakeWebSocketAgent({ framing, fields });
  open.push(server);
  const connected = await connect(`websocket:${server.url}/{callId}`, { options: { ...options, ...fields } });
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

describe("the words of its own", () => {
  it("are on the wire in both directions, the type too", async () => {
    const fields = {
      typeField: "event",
      audioType: "media",
      audioField: "media.payload",
      digitField: "key.pressed",
      heardMsField: "stats.heard",
      markType: "played",
      markField: "mark.name",
    };
    const { leg, reports, far } = await dial({ framing: "json" }, fields);
    leg.send(payload(pattern(4)));
    leg.dtmf?.("9");
    leg.interrupt(740);
    far.mark("here");
    await reports.until(({ events }) => events.length === 1);
    leg.marked?.("here");
    far.sendText('{"event":"media","media":{"payload":"AAEC"}}');
    await reports.until(({ audio }) => audio.length === 3);
    leg.close(1000, "done");
    await far.ended;
    expect(reports.of("mark")).toEqual([{ type: "mark", name: "here" }]);
    expect(far).toMatchObject({ digits: ["9"], interruptions: [740], marksHeard: ["here"], faults: [] });
    expect(far.heardBytes).toBe(4);
    expect(far.start?.event).toBe("start");
  });

  it("may be none: such a message is neither sent nor understood", async () => {
    const none = {
      startType: "",
      sentInterruptedType: "",
      dtmfType: "",
      endType: "",
      toolResultType: "",
      turnEndedType: "",
    };
    const { leg, reports, far } = await dial(
      { framing: "json", greeting: "hi" },
      { ...none, greetingType: "" },
    );
    leg.interrupt(5);
    leg.dtmf?.("1");
    leg.toolResult?.("1", "x", false);
    leg.send(payload(pattern(4)));
    far.sendText('{"type":""}');
    far.sendText('{"type":"turn-ended"}');
    await far.until(({ heardBytes }) => heardBytes === 4);
    leg.close(1000, "done");
    await far.ended;
    expect(far.faults).toEqual([]);
    expect(reports.warnings).toEqual(["agent-message"]);
  });

  it("may tell audio by its field alone, and give it no type", async () => {
    const { leg, reports, far } = await dial(
      { framing: "json" },
      {
        audioType: "",
        audioField: "audio_event.audio_base_64",
        sentAudioField: "user_audio_chunk",
        startType: "",
      },
    );
    leg.send(payload(Buffer.from([1, 2, 3])));
    await far.until(({ heardBytes }) => heardBytes === 3);
    far.sendText('{"type":"audio_out","audio_event":{"audio_base_64":"AAEC"}}');
    await reports.until(({ audio }) => audio.length === 3);
    expect(far.faults).toEqual([]);
  });

  it.each<[Fields, string]>([
    [{ typeField: "" }, "typeField"],
    [{ audioField: "media..payload" }, "audioField"],
    [{ audioField: "__proto__.x" }, "audioField"],
    [{ interruptedType: "end" }, "endType"],
    [{ textField: "who" }, "whoField"],
    [{ audioField: "type.data" }, "typeField"],
    [{ typeField: "call", idField: "call.id" }, "idField"],
  ])("are refused where they cannot be told apart: %j", async (options, named) => {
    await expect(resolveAgent("websocket:ws://127.0.0.1:1", { options })).rejects.toMatchObject({
      code: "bad-agent-option",
      message: expect.stringContaining(named),
    });
  });

  it("never reach into what every object has", async () => {
    const { reports, far } = await dial({}, { textField: "constructor.name", whoField: "toString" });
    far.sendText('{"type":"transcript"}');
    far.turnEnded();
    await reports.until(({ events }) => events.length > 0);
    expect(reports.events).toEqual([{ type: "turn-ended" }]);
  });
});

it("begins with the greeting's prompt, and lists the tools where they are wanted", async () => {
  const { far } = await dial({ greeting: "Say hello", offerTools: "true" });
  await far.until(({ greetings }) => greetings.length === 1);
  expect(far.greetings).toEqual(["Say hello"]);
  expect(far.start?.tools).toMatchObject([{ name: "hang_up" }]);
});

describe("tool calls", () => {
  it("are told, answered and taken back", async () => {
    const { leg, reports, far } = await dial();
    far.callTool("1", "lookup", { word: "tea" });
    far.callTool("2", "lookup", {});
    far.cancelTool("2");
    await reports.until(({ events }) => events.length === 3);
    expect(reports.events).toEqual([
      { type: "tool-call", id: "1", name: "lookup", args: { word: "tea" } },
      { type: "tool-call", id: "2", name: "lookup", args: {} },
      { type: "tool-cancelled", ids: ["2"] },
    ]);
    leg.toolResult?.("1", "no such word", true);
    await far.until(({ toolResults }) => toolResults.length === 1);
    expect(far.toolResults).toEqual([{ id: "1", output: "no such word", isError: true }]);
    expect(far.faults).toEqual([]);
  });

  it("may have their arguments as JSON text; what is no call is left out", async () => {
    const { reports, far } = await dial();
    for (const args of ['{"a":1}', "[]", "nonsense", null, 3, ["x"]])
      far.sendText(JSON.stringify({ type: "tool-call", id: "1", name: "n", args }));
    for (const call of [
      {},
      { id: "", name: "n" },
      { id: 1, name: "n" },
      { id: "1" },
      { id: "1", name: "\n" },
    ])
      far.sendText(JSON.stringify({ type: "tool-call", ...call }));
    far.turnEnded();
    await reports.until(({ events }) => events.at(-1)?.type === "turn-ended");
    expect(reports.of("tool-call").map(({ args }) => args)).toEqual([{ a: 1 }, {}, {}, {}, {}, {}]);
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
