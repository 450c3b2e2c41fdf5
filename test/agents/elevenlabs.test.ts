/** ElevenLabs: signed addresses, formats, epochs of interruptions, transcripts, tools, and what it must survive. */
import { afterEach, describe, expect, it } from "vitest";
import { resolveAgent } from "../../src/agents/index.js";
import {
  type ElevenLabsConnection,
  type FakeElevenLabsOptions,
  type FakeServer,
  fakeElevenLabs,
} from "../../src/testing.js";
import { callInfo, connect, pattern, payload, Reports, rawStart } from "./call.js";
import { describeWire } from "./contract.js";

process.env.ELEVENLABS_API_KEY = "test-key";

const http = (url: string) => url.replace(/^ws/, "http");

const contractOptions = { baseUrl: "" };
describeWire("elevenlabs", {
  spec(url) {
    contractOptions.baseUrl = http(url);
    return "elevenlabs:agent_1";
  },
  options: contractOptions,
  start: fakeElevenLabs,
  speak: (far, audio) => far.speak(audio),
  end: (far) => far.close(1000),
  digits: (far) => far.contexts.map((text) => /^\[caller pressed (.)\]$/.exec(text)?.[1] ?? text),
  interrupt: (far) => far.interrupt(),
  speakLate: (far, audio) => far.speak(audio, far.event),
  transcribe: (far, who, text) => (who === "caller" ? far.userTranscript(text) : far.agentResponse(text)),
  callTool: (far, id, name, args) => far.callTool(id, name, args),
  toolResults: (far) => far.toolResults,
});

const open: FakeServer<ElevenLabsConnection>[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const start = async (fake: FakeElevenLabsOptions = {}) => {
  const server = await fakeElevenLabs(fake);
  open.push(server);
  return server;
};

const dial = async (options: Record<string, string> = {}, fake: FakeElevenLabsOptions = {}) => {
  const server = await start(fake);
  const connected = await connect("elevenlabs:agent_1", {
    options: { baseUrl: http(server.url), ...options },
  });
  return { ...connected, server, far: await server.next() };
};

describe("the address", () => {
  it("is signed anew for every call", async () => {
    const { server, far } = await dial();
    await connect("elevenlabs:agent_1", { options: { baseUrl: `${http(server.url)}/` } });
    const second = await server.next();
    expect(far.path).toContain("conversation_signature=cvtkn_1");
    expect(second.path).toContain("conversation_signature=cvtkn_2");
    expect([...far.faults, ...second.faults]).toEqual([]);
  });

  it("of a public agent needs no key", async () => {
    const { far } = await dial({ public: "true" }, { public: true });
    expect(far.path).toBe("/v1/convai/conversation?agent_id=agent_1");
    expect(far.headers["xi-api-key"]).toBeUndefined();
  });

  it.each([
    [{ key: "other" }, "elevenlabs:agent_1", "ELEVENLABS_API_KEY"],
    [{}, "elevenlabs:agent_2", "elevenlabs:AGENT_ID"],
  ])("is refused for %j and %s, in time", async (fake, spec, fix) => {
    const server = await start(fake);
    const agent = await resolveAgent(spec, { options: { baseUrl: http(server.url) } });
    const error = await agent.probe().catch((reason) => reason);
    expect(error).toMatchObject({ code: "agent-refused", fix: expect.stringContaining(fix) });
    expect(`${error.message} ${error.fix}`).not.toContain("test-key");
  });

  it("is looked at by a probe, which leaves nothing behind", async () => {
    const server = await start({ public: true });
    for (const isPublic of [false, true]) {
      const options = { baseUrl: http(server.url), public: isPublic };
      await (await resolveAgent("elevenlabs:agent_1", { options })).probe();
    }
    await server.untilOpen(0);
  });
});

it.each<[Record<string, string>, Record<string, string>, object]>([
  [{}, {}, { code: "missing-token", fix: "Set it first: export ELEVENLABS_API_KEY=…" }],
  [{}, { ELEVENLABS_API_KEY: "a\nb" }, { code: "missing-token" }],
  [{ baseUrl: "wss://api.elevenlabs.io" }, { ELEVENLABS_API_KEY: "k" }, { code: "bad-agent-option" }],
  [{ baseUrl: "nonsense", public: "true" }, {}, { code: "bad-agent-option" }],
])("says before the first call what is wrong with %j and %j", async (options, env, error) => {
  await expect(resolveAgent("elevenlabs:agent_1", { options, env })).rejects.toMatchObject(error);
});

describe("the beginning", () => {
  it("overrides only what it is asked to", async () => {
    expect((await dial()).far.initiation).toEqual({
      type: "conversation_initiation_client_data",
      dynamic_variables: { caller_id: "+12025550101", called_number: "+12025550199", call_id: "call-1" },
    });
    const { far } = await dial({ greeting: "Hi", prompt: "Be brief", language: "de", voice: "v1" });
    expect(far.initiation).toMatchObject({
      conversation_config_override: {
        agent: { first_message: "Hi", prompt: { prompt: "Be brief" }, language: "de" },
        tts: { voice_id: "v1" },
      },
    });
  });

  it("is told when the agent allows no overrides, in the vendor's words", async () => {
    await expect(dial({ greeting: "Hi" }, { refuseOverrides: true })).rejects.toMatchObject({
      code: "agent-refused",
      message: expect.stringContaining("override_error: Override for field"),
      fix: expect.stringContaining("security settings"),
    });
  });

  it("waits for the conversation; audio before it is not lost, an end before it is a refusal", async () => {
    const server = await start({ holdBack: true });
    const reports = new Reports();
    const call = callInfo();
    const agent = await resolveAgent("elevenlabs:agent_1", { options: { baseUrl: http(server.url) } });
    const context = { call, rawStart: rawStart(call), signal: new AbortController().signal };
    const connecting = agent.connect({ ...context, emit: reports.emit });
    const far = await server.next();
    await far.until(() => far.initiation !== undefined);
    far.speak(pattern(160));
    await reports.until(({ audio }) => audio.length === 160);
    far.begin();
    expect((await connecting).hears.encoding).toBe("g711_ulaw");
    const refused = agent.connect({ ...context, emit: reports.emit });
    refused.catch(() => {});
    (await server.next()).close(1008, "no credits");
    await expect(refused).rejects.toMatchObject({
      code: "agent-refused",
      message: expect.stringContaining("1008 no credits"),
    });
    expect(reports.of("closed")).toEqual([]);
  });

  it.each([
    ["ulaw_8000", "pcm_16000", "g711_ulaw/8000", "pcm16/16000"],
    ["pcm_16000", "pcm_24000", "pcm16/16000", "pcm16/24000"],
    ["pcm_48000", "pcm_8000", "pcm16/48000", "pcm16/8000"],
  ])("takes the formats %s and %s from the vendor", async (hears, speaks, heard, spoken) => {
    const { leg } = await dial({}, { hears, speaks });
    expect(`${leg.hears.encoding}/${leg.hears.sampleRate}`).toBe(heard);
    expect(`${leg.speaks.encoding}/${leg.speaks.sampleRate}`).toBe(spoken);
  });

  it.each(["pcm_22050", "mp3_44100", ""])("refuses the format %j", async (speaks) => {
    await expect(dial({}, { speaks })).rejects.toMatchObject({
      code: "agent-refused",
      fix: expect.stringContaining("ulaw_8000"),
    });
  });
});

describe("in a conversation", () => {
  it("audio up to the interruption is never heard, audio after it is", async () => {
    const { far, reports } = await dial();
    far.speak(pattern(100, 1));
    far.interrupt();
    far.speak(pattern(100, 2), far.event - 1);
    far.speak(pattern(100, 3), far.event);
    far.speak(pattern(100, 4));
    far.correct("all of it", "some of it");
    far.sendText('{"type":"interruption"}');
    far.speak(pattern(100, 5), far.event);
    far.agentResponse("end");
    await reports.until(({ events }) => events.at(-1)?.type === "transcript");
    expect(reports.events.map(({ type }) => type)).toEqual([
      "audio",
      "interrupted",
      "audio",
      "interrupted",
      "transcript",
    ]);
    expect(reports.audio).toEqual(Buffer.concat([pattern(100, 1), pattern(100, 4)]));
  });

  it("pings are answered, keys told, texts transcribed", async () => {
    const { leg, far, reports } = await dial({ keys: "message" });
    far.ping(7);
    leg.dtmf?.("#");
    far.userTranscript(" hello ");
    far.userTranscript(" ");
    far.agentResponse("Good day.");
    await reports.until(({ events }) => events.length === 2);
    await far.until(() => far.pongs.length === 1 && far.userMessages.length === 1);
    expect(far).toMatchObject({ pongs: [7], userMessages: ["[caller pressed #]"], contexts: [], faults: [] });
    expect(reports.events).toEqual([
      { type: "transcript", who: "caller", text: "hello" },
      { type: "transcript", who: "agent", text: "Good day." },
    ]);
  });

  it("tool calls are answered once, and the vendor's own end hangs up", async () => {
    const { leg, far, reports } = await dial();
    far.callTool("t1", "look_up", { id: 3 });
    far.callTool("t2", "look_up", {});
    far.endCall();
    await reports.until(() => reports.of("tool-call").length === 3);
    expect(reports.of("tool-call")).toEqual([
      { type: "tool-call", id: "t1", name: "look_up", args: { id: 3 } },
      { type: "tool-call", id: "t2", name: "look_up", args: {} },
      { type: "tool-call", id: "system_1", name: "hang_up", args: {} },
    ]);
    leg.toolResult?.("t1", '{"ok":true}', false);
    leg.toolResult?.("t1", "again", false);
    leg.toolResult?.("system_1", "ok", false);
    leg.toolResult?.("t2", "no such id", true);
    await far.until(() => far.toolResults.length === 2);
    expect(far.toolResults).toEqual([
      { id: "t1", output: '{"ok":true}', isError: false },
      { id: "t2", output: "no such id", isError: true },
    ]);
    expect(far.faults).toEqual([]);
  });

  it("nonsense is ignored, and said once", async () => {
    const { far, reports } = await dial();
    const nonsense = ["", "nonsense", "[]", "null", "3", "{}", '{"type":3}', '{"type":"audio"}'];
    const half = [
      '{"type":"audio","audio_event":{"audio_base_64":5,"event_id":1}}',
      '{"type":"audio","audio_event":{"audio_base_64":"%%%","event_id":1}}',
      '{"type":"ping","ping_event":{"event_id":"7"}}',
      '{"type":"user_transcript","user_transcription_event":[]}',
      '{"type":"client_tool_call","client_tool_call":{"tool_name":"x"}}',
      '{"type":"conversation_initiation_metadata"}',
    ];
    for (const text of [...nonsense, ...half]) far.sendText(text);
    far.sendBytes(pattern(10));
    far.error(1011, "llm_timeout", "too\u0007 slow");
    far.error(1011, "llm_timeout", "again");
    far.agentResponse("end");
    await reports.until(({ events }) => events.at(-1)?.type === "transcript");
    expect(reports.warnings).toEqual(["agent-malformed", "agent-tool", "agent-binary", "agent-error"]);
    expect(reports.of("warning").at(-1)?.message).toBe("ElevenLabs reported an error: llm_timeout: too slow");
    expect(far.faults).toEqual([]);
  });

  it("audio goes as it came, without a type", async () => {
    const { leg, far } = await dial();
    leg.send(payload(pattern(160)));
    await far.until(() => far.heardBytes === 160);
    expect(far.faults).toEqual([]);
  });
});
