/** Deepgram: settings, formats, audio without ids around interruptions, functions, and what it must survive. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { resolveAgent } from "../../src/agents/index.js";
import { HANG_UP_SPEC } from "../../src/agents/tools.js";
import { type MediaFormat, pcm16 } from "../../src/audio/format.js";
import {
  type DeepgramConnection,
  type FakeDeepgramOptions,
  type FakeServer,
  fakeDeepgram,
} from "../../src/testing.js";
import { callInfo, connect, opusCall, pattern, payload, Reports, rawStart } from "./call.js";
import { describeWire } from "./contract.js";

process.env.DEEPGRAM_API_KEY = "test-key";

describeWire("deepgram", {
  spec: (url) => `deepgram:${url}`,
  start: fakeDeepgram,
  speak: (far, audio) => far.speak(audio),
  end: (far) => far.close(1000),
  digits: (far) => far.userMessages.map((text) => /^\[caller pressed (.)\]$/.exec(text)?.[1] ?? text),
  interrupt: (far) => far.userStartedSpeaking(),
  speakLate: (far, audio) => far.speakLate(audio),
  endTurn: (far) => far.audioDone(),
  transcribe: (far, who, text) => far.conversationText(who === "caller" ? "user" : "assistant", text),
  callTool: (far, id, name, args) => far.callFunction(id, name, args),
  toolResults: (far) => far.toolResults,
  cancelTool: (far, id) => far.cancelFunction(id),
});

const open: FakeServer<DeepgramConnection>[] = [];
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  for (const server of open.splice(0)) await server.close();
});

const start = async (fake: FakeDeepgramOptions = {}) => {
  const server = await fakeDeepgram(fake);
  open.push(server);
  return server;
};

const dial = async (
  options: Record<string, string> = {},
  fake: FakeDeepgramOptions = {},
  call = callInfo(),
) => {
  const server = await start(fake);
  const connected = await connect(`deepgram:${server.url}`, { options, call });
  return { ...connected, far: await server.next() };
};

it.each<[Record<string, string>, Record<string, string>, object]>([
  [{}, {}, { code: "missing-token", fix: "Set it first: export DEEPGRAM_API_KEY=…" }],
  [{ agent: "a1", prompt: "Be brief" }, { DEEPGRAM_API_KEY: "k" }, { code: "bad-agent-option" }],
  [{ agent: "a1", greeting: "Hi" }, { DEEPGRAM_API_KEY: "k" }, { code: "bad-agent-option" }],
])("says before the first call what is wrong with %j and %j", async (options, env, error) => {
  await expect(resolveAgent("deepgram", { options, env })).rejects.toMatchObject(error);
});

describe("the settings", () => {
  it.each<[MediaFormat, string, number]>([
    [{ encoding: "g711_ulaw", sampleRate: 8000 }, "mulaw", 8000],
    [pcm16(16000), "linear16", 16000],
    [pcm16(24000), "linear16", 24000],
    [opusCall().format, "linear16", 24000],
  ])("in a call with %j ask for it, both ways", async (format, encoding, rate) => {
    const { leg, far } = await dial({}, {}, callInfo({ format }));
    expect(far.settings?.audio).toEqual({
      input: { encoding, sample_rate: rate },
      output: { encoding, sample_rate: rate, container: "none" },
    });
    expect(leg.hears).toEqual(leg.speaks);
    expect(leg.hears.sampleRate).toBe(rate);
  });

  it("have models that fit their providers, and every tool held until the caller's turn is over", async () => {
    const { far } = await dial();
    expect(far.settings?.agent).toEqual({
      listen: { provider: { type: "deepgram", version: "v2", model: "flux-general-en" } },
      think: {
        provider: { type: "open_ai", model: "gpt-4o-mini" },
        functions: [{ ...HANG_UP_SPEC, defer_until_eot: true }],
      },
      speak: { provider: { type: "deepgram", model: "aura-2-thalia-en" } },
    });
  });

  it("follow the options", async () => {
    const { far } = await dial({
      prompt: "Be brief",
      greeting: "Hello",
      listenModel: "nova-3",
      provider: "anthropic",
      model: "claude-haiku-4-5",
      voice: "flux-alexis-en",
    });
    expect(far.settings?.agent).toMatchObject({
      listen: { provider: { version: "v1", model: "nova-3" } },
      think: { provider: { type: "anthropic", model: "claude-haiku-4-5" }, prompt: "Be brief" },
      speak: { provider: { version: "v2", model: "flux-alexis-en" } },
      greeting: "Hello",
    });
    expect((await dial({ agent: "a1" })).far.settings?.agent).toBe("a1");
  });

  it("that are refused end the call in the vendor's words", async () => {
    const refuseSettings = { code: "INVALID_SETTINGS", description: "unknown model" };
    await expect(dial({}, { refuseSettings })).rejects.toMatchObject({
      code: "agent-refused",
      message: "Deepgram refused the call: INVALID_SETTINGS: unknown model",
    });
  });

  it("wait for the welcome, and audio for the settings; an end before is a refusal", async () => {
    const server = await start({ holdBack: true });
    const agent = await resolveAgent(`deepgram:${server.url}`, { options: {} });
    const call = callInfo();
    const reports = new Reports();
    const context = { call, rawStart: rawStart(call), signal: new AbortController().signal };
    const connecting = agent.connect({ ...context, emit: reports.emit });
    const far = await server.next();
    far.welcome();
    far.welcome();
    await far.until(() => far.settings !== undefined);
    far.speak(pattern(160));
    await reports.until(({ audio }) => audio.length === 160);
    far.apply();
    await connecting;
    expect(far.faults).toEqual([]);
    const refused = agent.connect({ ...context, emit: reports.emit });
    refused.catch(() => {});
    (await server.next()).close(1011, "no room");
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining("1011 no room") });
    expect(reports.of("closed")).toEqual([]);
  });
});

describe("a probe", () => {
  it("leaves nothing behind", async () => {
    const server = await start();
    await (await resolveAgent(`deepgram:${server.url}`, { options: {} })).probe();
    await server.untilOpen(0);
  });

  it("names the key that was refused, and does not show it", async () => {
    const server = await start({ refuseWith: 401 });
    const agent = await resolveAgent(`deepgram:${server.url}`, { options: {} });
    const error = await agent.probe().catch((reason) => reason);
    expect(error).toMatchObject({ code: "agent-refused", fix: "Check the key in DEEPGRAM_API_KEY" });
    expect(error.message).not.toContain("test-key");
  });
});

describe("in a conversation", () => {
  it.each<[string, (far: DeepgramConnection) => void]>([
    ["the agent says that it speaks", (far) => far.speak(pattern(0))],
    ["the agent's next text", (far) => far.conversationText("assistant", "Yes?")],
    ["the rest has come", (far) => far.audioDone()],
  ])("audio of the interrupted reply is dropped until %s", async (_, begin) => {
    const { far, reports } = await dial();
    far.speak(pattern(100, 1));
    far.userStartedSpeaking();
    far.speakLate(pattern(100, 2));
    far.conversationText("user", "wait");
    far.speakLate(pattern(100, 3));
    begin(far);
    far.speakLate(pattern(100, 4));
    far.audioDone();
    await reports.until(({ events }) => events.at(-1)?.type === "turn-ended");
    expect(reports.audio).toEqual(Buffer.concat([pattern(100, 1), pattern(100, 4)]));
    expect(reports.of("interrupted")).toHaveLength(1);
    expect(reports.of("turn-ended")).toHaveLength(1);
  });

  it("audio long after an interruption is heard, whatever the vendor says", async () => {
    const { far, reports } = await dial();
    const began = performance.now();
    const now = vi.spyOn(performance, "now").mockReturnValue(began);
    far.userStartedSpeaking();
    far.speakLate(pattern(100, 1));
    far.conversationText("user", "hello?");
    await reports.until(() => reports.of("transcript").length === 1);
    now.mockReturnValue(began + 2000);
    far.speakLate(pattern(100, 2));
    await reports.until(({ audio }) => audio.length > 0);
    expect(reports.audio).toEqual(pattern(100, 2));
  });

  it("functions are answered once by name; those taken back, and the vendor's own, are not", async () => {
    const { leg, far, reports } = await dial();
    far.callFunction("f1", "look_up", { id: 3 });
    far.callFunction("f2", "look_up", {});
    far.callFunction("f3", "at_the_vendor", {}, false);
    far.cancelFunction("f2");
    far.sendText('{"type":"FunctionCallCancelled","functions":[{"id":"never"}]}');
    far.audioDone();
    await reports.until(({ events }) => events.at(-1)?.type === "turn-ended");
    expect(reports.events).toEqual([
      { type: "tool-call", id: "f1", name: "look_up", args: { id: 3 } },
      { type: "tool-call", id: "f2", name: "look_up", args: {} },
      { type: "tool-cancelled", ids: ["f2"] },
      { type: "turn-ended" },
    ]);
    for (const id of ["f1", "f1", "f2", "f3"]) leg.toolResult?.(id, "done", false);
    leg.dtmf?.("5");
    await far.until(() => far.userMessages.length === 1);
    expect(far.toolResults).toEqual([{ id: "f1", output: "done" }]);
    expect(far.faults).toEqual([]);
  });

  it("is kept alive only while no audio flows", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { leg, far } = await dial();
    for (let ms = 0; ms < 20_000; ms += 5000) {
      leg.send(payload(pattern(160)));
      vi.advanceTimersByTime(5000);
    }
    leg.dtmf?.("1");
    await far.until(() => far.userMessages.length === 1);
    expect(far.keepAlives).toBe(0);
    vi.advanceTimersByTime(3000 + 8000);
    leg.dtmf?.("2");
    await far.until(() => far.userMessages.length === 2);
    expect(far.keepAlives).toBe(2);
    leg.close(1000, "over");
    vi.useRealTimers();
    await far.ended;
  });

  it("an error of the vendor's is its end, told once", async () => {
    const { far, reports } = await dial();
    far.error("INTERNAL_SERVER_ERROR", "bro\u001bken test-key");
    far.error("INTERNAL_SERVER_ERROR", "again");
    await far.ended;
    expect(reports.events).toEqual([
      { type: "closed", failed: true, reason: "Deepgram reported an error: INTERNAL_SERVER_ERROR: broken …" },
    ]);
  });

  it("nonsense is ignored, and said once", async () => {
    const { far, reports } = await dial();
    const nonsense = ["", "nonsense", "[]", "null", "3", "{}", '{"type":3}', '{"type":"Welcome"}'];
    const half = [
      '{"type":"FunctionCallRequest","functions":7}',
      '{"type":"FunctionCallRequest","functions":[null,{"id":1}]}',
      '{"type":"FunctionCallCancelled"}',
      '{"type":"ConversationText","role":"user"}',
      '{"type":"SettingsApplied"}',
      '{"type":"InjectionRefused","message":"the user speaks"}',
    ];
    for (const text of [...nonsense, ...half]) far.sendText(text);
    far.warning("SLOW", "slow\u0007ly");
    far.warning("SLOW", "again");
    far.sendBytes(pattern(0));
    far.audioDone();
    await reports.until(({ events }) => events.at(-1)?.type === "turn-ended");
    expect(reports.warnings).toEqual(["agent-malformed", "agent-tool", "agent-injection", "agent-warning"]);
    expect(reports.of("warning").at(-1)?.message).toBe("Deepgram warns: slowly");
    expect(reports.events).toHaveLength(5);
    expect(far.faults).toEqual([]);
  });
});
