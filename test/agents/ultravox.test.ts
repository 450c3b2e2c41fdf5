/** Ultravox: the request that makes a call, joining it, transcripts in pieces, tools, and what it must survive. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { resolveAgent } from "../../src/agents/index.js";
import { HANG_UP_SPEC, type ToolSpec } from "../../src/agents/tools.js";
import { type MediaFormat, pcm16 } from "../../src/audio/format.js";
import {
  type FakeServer,
  type FakeUltravoxOptions,
  fakeUltravox,
  type UltravoxConnection,
} from "../../src/testing.js";
import { callInfo, connect, opusCall, pattern, Reports, rawStart } from "./call.js";
import { describeWire } from "./contract.js";

process.env.ULTRAVOX_API_KEY = "test-key";

const http = (url: string) => url.replace(/^ws/, "http");

describeWire("ultravox", {
  spec: (url) => `ultravox:${http(url)}`,
  start: fakeUltravox,
  speaks: pcm16(8000),
  speak: (far, audio) => far.speak(audio),
  end: (far) => far.close(1000),
  digits: (far) => far.userTexts.map(({ text }) => /^\[caller pressed (.)\]$/.exec(text)?.[1] ?? text),
  interrupt: (far) => far.clearBuffer(),
  endTurn: (far) => {
    far.state("speaking");
    far.state("listening");
  },
  transcribe: (far, who, text) => far.transcript(who === "caller" ? "user" : "agent", text),
  callTool: (far, id, name, args) => far.invokeTool(id, name, args),
  toolResults: (far) => far.toolResults,
});

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const start = async (fake: FakeUltravoxOptions = {}): Promise<FakeServer<UltravoxConnection>> => {
  const server = await fakeUltravox(fake);
  open.push(server);
  return server;
};

const dial = async (options: Record<string, string> = {}, call = callInfo(), tools?: readonly ToolSpec[]) => {
  const server = await start();
  const connected = await connect(`ultravox:${http(server.url)}/`, { options, call, tools });
  return { ...connected, far: await server.next() };
};

it.each<[string, Record<string, string>, Record<string, string>, object]>([
  ["ultravox", {}, {}, { code: "missing-token", fix: "Set it first: export ULTRAVOX_API_KEY=…" }],
  ["ultravox", { agent: "a", voice: "v" }, { ULTRAVOX_API_KEY: "k" }, { code: "bad-agent-option" }],
  ["ultravox:wss://api.ultravox.ai", {}, { ULTRAVOX_API_KEY: "k" }, { code: "bad-flag" }],
])("says before the first call what is wrong with %s, %j and %j", async (spec, options, env, error) => {
  await expect(resolveAgent(spec, { options, env })).rejects.toMatchObject(error);
});

describe("the call", () => {
  it.each<[MediaFormat, number]>([
    [{ encoding: "g711_ulaw", sampleRate: 8000 }, 8000],
    [pcm16(24000), 24000],
    [opusCall().format, 24000],
  ])("with %j is PCM at a rate that fits", async (format, rate) => {
    const { leg, far } = await dial({}, callInfo({ format }));
    expect(far.call.medium).toEqual({
      serverWebSocket: { inputSampleRate: rate, outputSampleRate: rate, clientBufferSizeMs: 20_000 },
    });
    expect(leg).toMatchObject({ hears: pcm16(rate as 8000), speaks: pcm16(rate as 8000) });
  });

  it("has instructions, a greeting and tools", async () => {
    const lookUp: ToolSpec = {
      name: "look_up",
      description: "Looks something up.",
      parameters: {
        type: "object",
        properties: { word: { type: "string" }, many: { type: "boolean" } },
        required: ["word"],
      },
    };
    const { far } = await dial(
      { prompt: "Be brief", voice: "Mark", model: "m", language: "de", greeting: "Hi", maxDuration: "5" },
      undefined,
      [HANG_UP_SPEC, lookUp],
    );
    const location = "PARAMETER_LOCATION_BODY";
    expect(far.call).toMatchObject({
      systemPrompt: "Be brief",
      voice: "Mark",
      model: "m",
      languageHint: "de",
      maxDuration: "300s",
      firstSpeakerSettings: { agent: { text: "Hi" } },
      selectedTools: [
        { temporaryTool: { modelToolName: "hang_up", dynamicParameters: [], client: {} } },
        {
          temporaryTool: {
            modelToolName: "look_up",
            description: "Looks something up.",
            dynamicParameters: [
              { name: "word", location, schema: { type: "string" }, required: true },
              { name: "many", location, schema: { type: "boolean" }, required: false },
            ],
            client: {},
          },
        },
      ],
    });
  });

  it("of a stored agent has nothing that the agent has itself", async () => {
    const { far } = await dial({ agent: "agent_1", greeting: "Hi" });
    expect(Object.keys(far.call)).toEqual(["medium", "maxDuration", "firstSpeakerSettings"]);
  });

  it("is refused in the vendor's words, without the key", async () => {
    const server = await start();
    const agent = { options: { agent: "agent_9" } };
    const unknown = connect(`ultravox:${http(server.url)}`, agent);
    await expect(unknown).rejects.toMatchObject({
      code: "agent-refused",
      message: expect.stringMatching(/HTTP 404: Not found\.$/),
    });
    const wrong = connect(`ultravox:${http(server.url)}`, { env: { ULTRAVOX_API_KEY: "wrong-key" } });
    const error = await wrong.catch((reason) => reason);
    expect(error).toMatchObject({ code: "agent-refused", fix: "Check the key in ULTRAVOX_API_KEY" });
    expect(error.message).not.toMatch(/wrong-key|bad key/);
  });

  it("waits for its start; an end before it is a refusal", async () => {
    const server = await start({ holdBack: true });
    const agent = await resolveAgent(`ultravox:${http(server.url)}`, { options: {} });
    const call = callInfo();
    const reports = new Reports();
    const context = { call, rawStart: rawStart(call), signal: new AbortController().signal };
    const connecting = agent.connect({ ...context, emit: reports.emit });
    (await server.next()).begin();
    await connecting;
    const refused = agent.connect({ ...context, emit: reports.emit });
    refused.catch(() => {});
    (await server.next()).close(1011, "no room");
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining("1011 no room") });
    expect(reports.events).toEqual([]);
  });

  it.each<[string, number, string, string]>([
    ["no JSON", 201, "hello", "without an address"],
    ["an address of another kind", 201, '{"joinUrl":"https://x/?k=join-secret"}', "without an address"],
    ["an endless answer", 201, " ".repeat(1_000_000), "without an address"],
    ["words with our key in them", 400, '{"detail":"no test-key"}', "HTTP 400: no …"],
    ["a redirection", 302, "", "HTTP 302"],
  ])("survives %s", async (_, status, body, message) => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(status, { Location: "http://127.0.0.1:1/?k=join-secret", Connection: "close" });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    open.push(server);
    const error = await connect(`ultravox:http://127.0.0.1:${(server.address() as AddressInfo).port}`).catch(
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: "agent-refused", message: expect.stringContaining(message) });
    expect(`${error.message} ${error.fix}`).not.toMatch(/join-secret|test-key/);
  });
});

describe("a probe", () => {
  it.each([
    [{}, undefined],
    [{ agent: "agent_1" }, undefined],
    [{ agent: "agent_9" }, { code: "agent-refused" }],
  ])("with %j makes no call", async (options: Record<string, string>, error) => {
    const server = await start();
    const agent = await resolveAgent(`ultravox:${http(server.url)}`, { options });
    const probed = agent.probe();
    if (error) await expect(probed).rejects.toMatchObject(error);
    else await probed;
    await server.untilOpen(0);
  });
});

describe("in a conversation", () => {
  it("pieces of transcripts become utterances, and states the ends of turns", async () => {
    const { leg, far, reports } = await dial({ keys: "soon" });
    far.transcript("user", "a table for two");
    far.transcript("agent", "for when?");
    far.sendText('{"type":"transcript","role":"agent","medium":"voice","delta":"well ","ordinal":8}');
    far.sendText('{"type":"transcript","role":"agent","medium":"voice","delta":"done","ordinal":8}');
    far.sendText('{"type":"transcript","role":"agent","medium":"voice","final":true,"ordinal":8}');
    far.sendText('{"type":"transcript","role":"user","medium":"voice","text":" ","final":true,"ordinal":9}');
    leg.dtmf?.("5");
    await far.until(() => far.userTexts.length === 1);
    far.state("thinking");
    far.state("speaking");
    far.speak(pattern(320));
    far.clearBuffer();
    far.state("listening");
    far.state("idle");
    await reports.until(({ events }) => events.at(-1)?.type === "turn-ended");
    expect(far.userTexts).toEqual([{ text: "[caller pressed 5]", urgency: "soon" }]);
    expect(reports.events.filter(({ type }) => type !== "audio")).toEqual([
      { type: "transcript", who: "caller", text: "a table for two" },
      { type: "transcript", who: "agent", text: "for when?" },
      { type: "transcript", who: "agent", text: "well done" },
      { type: "interrupted" },
      { type: "turn-ended" },
    ]);
  });

  it("tools are answered once, a failure as one, and nothing is said after a hang-up", async () => {
    const { leg, far, reports } = await dial();
    far.invokeTool("t1", "look_up", { word: "tea" });
    far.invokeTool("t2", "look_up", {});
    far.invokeTool("t3", "hang_up", {});
    await reports.until(() => reports.of("tool-call").length === 3);
    expect(reports.of("tool-call")[0]).toEqual({
      type: "tool-call",
      id: "t1",
      name: "look_up",
      args: { word: "tea" },
    });
    leg.toolResult?.("t1", '{"found":true}', false);
    leg.toolResult?.("t1", "again", false);
    leg.toolResult?.("t2", "nothing there", true);
    leg.toolResult?.("t3", "{}", false);
    await far.until(() => far.toolResults.length === 3);
    expect(far.toolResults).toEqual([
      { id: "t1", output: '{"found":true}', isError: false, reaction: undefined },
      { id: "t2", output: "nothing there", isError: true, reaction: undefined },
      { id: "t3", output: "{}", isError: false, reaction: "listens" },
    ]);
    leg.close(1000, "over");
    await far.ended;
    expect(far).toMatchObject({ saidHangUp: true, faults: [] });
  });

  it("nonsense is ignored, and said once", async () => {
    const { far, reports } = await dial();
    const nonsense = ["", "nonsense", "[]", "null", "3", "{}", '{"type":3}', '{"type":"transcript"}'];
    const half = ['{"type":"client_tool_invocation"}', '{"type":"state","state":{}}', '{"type":"pong"}'];
    for (const text of [...nonsense, ...half]) far.sendText(text);
    for (let ordinal = 0; ordinal < 100; ordinal++) {
      far.sendText(
        JSON.stringify({ type: "transcript", role: "agent", delta: "x".repeat(100_000), ordinal }),
      );
    }
    far.sendBytes(pattern(0));
    far.transcript("user", "end");
    await reports.until(({ events }) => events.at(-1)?.type === "transcript");
    expect(reports.warnings).toEqual(["agent-malformed", "agent-tool"]);
    expect(reports.events).toHaveLength(3);
  });
});
