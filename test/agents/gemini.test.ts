/** The Gemini Live wire: the contract, and what is Gemini's own. */
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { HANG_UP_SPEC, type ToolSpec } from "../../src/agents/tools.js";
import { pcm16 } from "../../src/audio/format.js";
import {
  type FakeGeminiOptions,
  type FakeServer,
  fakeGemini,
  type GeminiConnection,
} from "../../src/testing.js";
import { connect, pattern, payload, type Reports } from "./call.js";
import { describeWire } from "./contract.js";

const KEY = "planted-secret-key";
const ENV = { GEMINI_API_KEY: KEY };

beforeAll(() => {
  vi.stubEnv("GEMINI_API_KEY", KEY);
  return () => vi.unstubAllEnvs();
});

describeWire("gemini", {
  spec: (url) => `gemini:${url}`,
  start: (options) => fakeGemini(options),
  speaks: pcm16(24000),
  speak: (far, audio) => far.speak(audio),
  end: (far) => far.close(1000),
  digits: (far) => far.texts.flatMap((text) => /^\[caller pressed (.)\]$/.exec(text)?.[1] ?? []),
  interrupt: (far) => far.interrupted(),
  // There are no ids of replies: only what comes with the word itself is late.
  speakLate: (far, audio) => far.speak(audio, { interrupted: true }),
  endTurn(far) {
    far.generationComplete();
    far.turnComplete();
  },
  transcribe: (far, who, text) => far.transcribe(who, text, true),
  callTool: (far, id, name, args) => far.callTool(id, name, args),
  toolResults: (far) => far.toolResults,
  cancelTool: (far, id) => far.cancelTool(id),
});

const open: FakeServer<GeminiConnection>[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const server of open.splice(0)) await server.close();
});

const start = async (options?: FakeGeminiOptions) => {
  const server = await fakeGemini(options);
  open.push(server);
  return server;
};

const dial = async (
  options: Record<string, string> = {},
  {
    fake,
    env = ENV,
    tools,
  }: { fake?: FakeGeminiOptions; env?: Record<string, string>; tools?: ToolSpec[] } = {},
) => {
  const server = await start(fake);
  const connected = await connect(`gemini:${server.url}`, { options, env, tools });
  return { ...connected, server, far: await server.next() };
};

const ended = (reports: Reports) => reports.until(() => reports.of("closed").length > 0);

describe("the request", () => {
  it("goes to the documented path, with the key in a header", async () => {
    const { far } = await dial();
    expect(far.path).toBe("/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent");
    expect(far.headers["x-goog-api-key"]).toBe(KEY);
  });

  it("takes another version, and the key in the query", async () => {
    const { far } = await dial({ apiVersion: "v1alpha", keyIn: "query" });
    expect(far.path).toBe(
      `/ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContent?key=${KEY}`,
    );
    expect(far.headers["x-goog-api-key"]).toBeUndefined();
  });

  it("keeps a path of one's own", async () => {
    const server = await start();
    await connect(`gemini:${server.url}/proxy/live?room=1`, { env: ENV });
    expect((await server.next()).path).toBe("/proxy/live?room=1");
  });

  it("prefers the key that is Gemini's own", async () => {
    const { far } = await dial({}, { env: { GOOGLE_API_KEY: "other", GEMINI_API_KEY: KEY } });
    expect(far.key).toBe(KEY);
    const second = await dial({}, { env: { GOOGLE_API_KEY: "other" } });
    expect(second.far.key).toBe("other");
  });

  it("goes to Vertex AI with a token", async () => {
    const env = { GOOGLE_ACCESS_TOKEN: "planted-token", GOOGLE_CLOUD_PROJECT: "my-project" };
    const { far } = await dial({ vertex: "true", location: "europe-west4" }, { env });
    expect(far.path).toBe("/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent");
    expect(far.headers.authorization).toBe("Bearer planted-token");
    expect(far.setup?.model).toBe(
      "projects/my-project/locations/europe-west4/publishers/google/models/gemini-live-2.5-flash-native-audio",
    );
  });

  it("gets its token from a command", async () => {
    const options = { vertex: "true", project: "p", tokenCommand: "echo printed-token" };
    const { far } = await dial(options, { env: {} });
    expect(far.headers.authorization).toBe("Bearer printed-token");
  });
});

describe("the setup", () => {
  it("says what the options say, and nothing else", async () => {
    const { far } = await dial({ voice: "Kore", instructions: "Be brief.", silence: "300", thinking: "low" });
    expect(far.setup).toEqual({
      model: "models/gemini-3.8-live",
      generationConfig: {
        responseModalities: ["AUDIO"],
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } },
        thinkingConfig: { thinkingLevel: "LOW" },
      },
      systemInstruction: { parts: [{ text: "Be brief." }] },
      tools: [{ functionDeclarations: [{ name: "hang_up", description: HANG_UP_SPEC.description }] }],
      realtimeInputConfig: { automaticActivityDetection: { silenceDurationMs: 300 } },
      inputAudioTranscription: {},
      outputAudioTranscription: {},
      sessionResumption: {},
      contextWindowCompression: { slidingWindow: {} },
    });
  });

  it("offers tools in the vendor's own schema", async () => {
    const tool: ToolSpec = {
      name: "transfer_call",
      description: "Transfers.",
      parameters: {
        type: "object",
        properties: {
          to: { type: "string", enum: ["sales", "support"] },
          after: { type: "integer", enum: [1, 2] },
          notes: { type: "array", items: { type: "string" } },
        },
        required: ["to"],
      },
    };
    const { far } = await dial({}, { tools: [tool] });
    expect(far.setup?.tools).toEqual([
      {
        functionDeclarations: [
          {
            name: "transfer_call",
            description: "Transfers.",
            parameters: {
              type: "OBJECT",
              properties: {
                to: { type: "STRING", enum: ["sales", "support"] },
                after: { type: "INTEGER" },
                notes: { type: "ARRAY", items: { type: "STRING" } },
              },
              required: ["to"],
            },
          },
        ],
      },
    ]);
    expect(far.faults).toEqual([]);
  });

  it("is waited for: nothing is sent before its answer", async () => {
    const server = await start({ holdsSetup: true });
    let connected = false;
    const connecting = connect(`gemini:${server.url}`, { env: ENV, options: { greeting: "Hello" } });
    connecting.then(
      () => (connected = true),
      () => {},
    );
    const far = await server.next();
    await far.until(() => far.setup !== undefined);
    expect(connected).toBe(false);
    expect(far.texts).toEqual([]);
    far.setupComplete();
    await connecting;
    await far.until(() => far.texts.length > 0);
    expect(far.faults).toEqual([]);
  });

  it("is given up with the call, and leaves no socket", async () => {
    const server = await start({ holdsSetup: true });
    const controller = new AbortController();
    const connecting = connect(`gemini:${server.url}`, { env: ENV, signal: controller.signal });
    const far = await server.next();
    await far.until(() => far.setup !== undefined);
    const reason = new Error("the call is over");
    controller.abort(reason);
    await expect(connecting).rejects.toBe(reason);
    await server.untilOpen(0);
  });
});

describe("the greeting", () => {
  it("is text in real time since Gemini 3", async () => {
    const { far } = await dial({ greeting: "Greet the caller" });
    await far.until(() => far.texts.length > 0);
    expect(far.texts).toEqual(["Greet the caller"]);
    expect(far.contents).toEqual([]);
  });

  it("is a turn of the user for Gemini 2", async () => {
    const { far } = await dial({ greeting: "Greet", model: "gemini-2.5-flash-native-audio-preview-12-2025" });
    await far.until(() => far.contents.length > 0);
    expect(far.contents).toEqual([
      { turns: [{ role: "user", parts: [{ text: "Greet" }] }], turnComplete: true },
    ]);
    expect(far.faults).toEqual([]);
  });
});

describe("what the model says", () => {
  it("is all heard: every part, at the rate it states, but no thoughts", async () => {
    const { leg, far, reports } = await dial();
    expect([leg.hears.sampleRate, leg.speaks.sampleRate]).toEqual([16000, 24000]);
    const audio = (seed: number) => ({
      inlineData: { mimeType: "audio/pcm;rate=24000", data: pattern(480, seed).toString("base64") },
    });
    const thought = { ...audio(3), thought: true };
    const parts = [audio(1), { text: "hm", thought: true }, thought, null, 7, audio(2)];
    far.content({ modelTurn: { parts }, outputTranscription: { text: "Hi." }, turnComplete: true });
    await reports.until(() => reports.of("turn-ended").length > 0);
    expect(reports.audio).toEqual(Buffer.concat([pattern(480, 1), pattern(480, 2)]));
    expect(reports.of("transcript")).toMatchObject([{ who: "agent", text: "Hi." }]);
  });

  it("is complete when it was generated, once for each reply", async () => {
    const { far, reports } = await dial();
    far.speak(pattern(480));
    far.generationComplete();
    await reports.until(() => reports.of("turn-ended").length === 1);
    far.turnComplete();
    far.speak(pattern(480), { turnComplete: true });
    await reports.until(() => reports.audio.length === 960);
    expect(reports.of("turn-ended")).toHaveLength(2);
  });

  it("is cut off by an interruption, with all that the same message holds", async () => {
    const { far, reports } = await dial();
    far.speak(pattern(480, 1));
    far.speak(pattern(480, 2), { interrupted: true });
    far.speak(pattern(480, 3), { interrupted: true });
    far.turnComplete();
    far.speak(pattern(480, 4));
    await reports.until(() => reports.audio.length === 960);
    expect(reports.audio).toEqual(Buffer.concat([pattern(480, 1), pattern(480, 4)]));
    expect(reports.events.map(({ type }) => type)).toEqual(["audio", "interrupted", "audio"]);
  });

  it("is transcribed once for each thing that was said", async () => {
    const { leg, far, reports } = await dial();
    leg.send(payload(pattern(32_000 * 3)));
    await far.until(() => far.heardBytes === 96_000);
    far.transcribe("caller", "What is ");
    far.speak(pattern(480));
    far.transcribe("agent", "It is");
    far.transcribe("caller", "the time?");
    far.generationComplete();
    far.transcribe("agent", " noon.");
    far.turnComplete();
    far.transcribe("caller", " ");
    far.turnComplete();
    far.transcribe("agent", "Bye", true);
    await reports.until(() => reports.of("transcript").length === 3);
    expect(reports.of("transcript")).toEqual([
      { type: "transcript", who: "caller", text: "What is the time?", audioMs: 2000 },
      { type: "transcript", who: "agent", text: "It is noon." },
      { type: "transcript", who: "agent", text: "Bye" },
    ]);
  });

  it("may be nonsense, which is ignored and told once", async () => {
    const { far, reports } = await dial();
    for (const text of ["", "nonsense", "[]", "3"]) far.sendText(text);
    const odd = [{}, { serverContent: 3 }, { serverContent: { modelTurn: [], inputTranscription: 4 } }];
    const odder = [{ toolCall: { functionCalls: [3, {}] } }, { toolCallCancellation: {} }, { goAway: null }];
    const oddest = [{ sessionResumptionUpdate: { resumable: true } }, { usageMetadata: {} }];
    for (const message of [...odd, ...odder, ...oddest]) far.message(message);
    far.speak(pattern(480));
    await reports.until(() => reports.audio.length === 480);
    expect(reports.events.map(({ type }) => type)).toEqual(["warning", "audio"]);
  });
});

describe("tools", () => {
  it("are called and answered, with values or with an error", async () => {
    const { leg, far, reports } = await dial();
    far.callTool("1", "look_up", { name: "x" });
    far.callTool("2", "look_up");
    await reports.until(() => reports.of("tool-call").length === 2);
    expect(reports.of("tool-call")[0]).toEqual({
      type: "tool-call",
      id: "1",
      name: "look_up",
      args: { name: "x" },
    });
    leg.toolResult?.("1", '{"found":true}', false);
    leg.toolResult?.("2", "no such thing", true);
    await far.until(() => far.toolResults.length === 2);
    expect(far.toolResults).toEqual([
      { id: "1", output: '{"found":true}' },
      { id: "2", output: "no such thing" },
    ]);
    expect(far.faults).toEqual([]);
  });

  it("that were taken back get no answer", async () => {
    const { leg, far, reports } = await dial();
    far.callTool("1", "look_up");
    far.cancelTool("1");
    far.cancelTool("unknown");
    await reports.until(() => reports.of("tool-cancelled").length > 0);
    expect(reports.of("tool-cancelled")).toEqual([{ type: "tool-cancelled", ids: ["1"] }]);
    leg.toolResult?.("1", "{}", false);
    leg.send(payload(pattern(320)));
    await far.until(() => far.heardBytes === 320);
    expect(far.faults).toEqual([]);
    expect(far.toolResults).toEqual([]);
  });

  it("that hang up are answered only when the goodbye is still to be said", async () => {
    const { leg, far, reports } = await dial();
    far.callTool("1", "hang_up");
    await reports.until(() => reports.of("tool-call").length === 1);
    leg.toolResult?.("1", "{}", false);
    await far.until(() => far.toolResults.length === 1);
    far.speak(pattern(480));
    far.callTool("2", "hang_up");
    await reports.until(() => reports.of("tool-call").length === 2);
    leg.toolResult?.("2", "{}", false);
    leg.send(payload(pattern(320)));
    await far.until(() => far.heardBytes === 320);
    expect(far.toolResults).toHaveLength(1);
  });

  it("without an id get one, and are answered without it", async () => {
    const { leg, far, reports } = await dial();
    far.message({ toolCall: { functionCalls: [{ name: "a" }, { name: "b", args: [] }] } });
    await reports.until(() => reports.of("tool-call").length === 2);
    const [{ id }, second] = reports.of("tool-call");
    expect(second.id).not.toBe(id);
    expect(second.args).toEqual({});
    leg.toolResult?.(id, "{}", false);
    await far.ended;
    expect(far.faults).toEqual(["an answer to no open call: "]);
  });
});

describe("a refusal", () => {
  it("of the key is told in the vendor's words, without the key", async () => {
    const server = await start({ key: "the right one" });
    const refused = connect(`gemini:${server.url}`, { env: ENV }).catch((error) => error);
    const error = await refused;
    expect(error).toMatchObject({ code: "agent-refused", fix: "Check the key in GEMINI_API_KEY" });
    expect(error.message).toContain("API key not valid");
    expect(error.message + error.fix).not.toContain(KEY);
    await server.untilOpen(0);
  });

  it("of the request names the key's variable", async () => {
    const server = await start({ refuseWith: 403 });
    await expect(connect(`gemini:${server.url}`, { env: ENV })).rejects.toMatchObject({
      code: "agent-refused",
      fix: "Check the key in GEMINI_API_KEY",
    });
  });

  it("hides the key where the vendor repeats it", async () => {
    const server = await start({ holdsSetup: true });
    const refused = connect(`gemini:${server.url}`, { env: ENV }).catch((error) => error);
    const far = await server.next();
    far.close(1008, `bad key ${KEY}`);
    expect((await refused).message).toBe("Gemini refused the session: 1008 bad key …");
  });

  it("of the model says where to look", async () => {
    const server = await start();
    const refused = connect(`gemini:${server.url}`, { env: ENV, options: { model: "models/a/b" } });
    await expect(refused).rejects.toMatchObject({ fix: expect.stringContaining("option model") });
  });

  it("is found out before the first call", async () => {
    const { resolveAgent } = await import("../../src/agents/index.js");
    const server = await start({ key: "the right one" });
    const probe = async (key: string) => {
      const env = { GEMINI_API_KEY: key };
      const agent = await resolveAgent(`gemini:${server.url}`, { options: { greeting: "Hi" }, env });
      await agent.probe();
    };
    await expect(probe("wrong")).rejects.toMatchObject({ code: "agent-refused" });
    await probe("theRightOne").catch(() => {});
    await server.untilOpen(0);
    const good = await start({ key: KEY });
    const agent = await resolveAgent(`gemini:${good.url}`, { options: { greeting: "Hi" }, env: ENV });
    await agent.probe();
    const far = await good.next();
    await far.ended;
    expect(far.texts).toEqual([]);
  });

  it.each([
    [{}, {}, "missing-token"],
    [{}, { GEMINI_API_KEY: "a\nb" }, "missing-token"],
    [{ vertex: "true" }, ENV, "bad-agent-option"],
    [{ vertex: "true", project: "p", location: "evil.example/" }, ENV, "bad-agent-option"],
    [{ apiVersion: "../x" }, ENV, "bad-agent-option"],
    [{ thinking: "much" }, ENV, "bad-agent-option"],
    [{ thinking: "low", model: "gemini-2.5-flash" }, ENV, "bad-agent-option"],
  ])("of the options %j with %j needs no connection", async (options: Record<string, string>, env, code) => {
    await expect(connect("gemini", { options, env })).rejects.toMatchObject({ code });
  });

  it("of a token command that fails says nothing of what it printed", async () => {
    const options = { vertex: "true", project: "p", tokenCommand: "echo planted; exit 1" };
    const error = await connect("gemini", { options, env: {} }).catch((error) => error);
    expect(error).toMatchObject({ code: "agent-refused" });
    expect(error.message + error.fix).not.toContain("planted");
  });
});

describe("the end of a connection in mid-call", () => {
  it("is bridged after the turn, with nothing lost and no second greeting", async () => {
    const { leg, far, reports, server } = await dial({ greeting: "Greet" });
    far.speak(pattern(480, 1));
    far.resumable("old");
    far.goAway("50s");
    await reports.until(() => reports.audio.length === 480);
    leg.send(payload(pattern(640, 1)));
    await far.until(() => far.heardBytes === 640);
    far.turnComplete();
    far.resumable("new");
    const next = await server.next();
    leg.send(payload(pattern(640, 2)));
    leg.dtmf?.("7");
    await next.until(() => next.texts.length > 0);
    leg.send(payload(pattern(640, 3)));
    await next.until(() => next.heardBytes === 1280);
    expect(next.setup?.sessionResumption).toEqual({ handle: "new" });
    expect(next.heard).toEqual(Buffer.concat([pattern(640, 2), pattern(640, 3)]));
    expect(next.texts).toEqual(["[caller pressed 7]"]);
    expect((await far.ended).code).toBe(1000);
    next.speak(pattern(480, 2));
    await reports.until(() => reports.audio.length === 960);
    expect([...far.faults, ...next.faults]).toEqual([]);
    expect(reports.of("closed")).toEqual([]);
    leg.close(1000, "over");
    await next.ended;
    await server.untilOpen(0);
  });

  it("is bridged when time runs out, and what the old session may have missed is said again", async () => {
    const { leg, far, server } = await dial();
    far.resumable("h");
    far.goAway("10s");
    leg.send(payload(pattern(640, 1)));
    const next = await server.next();
    await next.until(() => next.setup !== undefined);
    leg.send(payload(pattern(640, 2)));
    await next.until(() => next.heardBytes >= 640);
    expect(next.setup?.sessionResumption).toEqual({ handle: "h" });
    expect(next.heard.subarray(-640)).toEqual(pattern(640, 2));
  });

  it("begins anew with what was said when the handle is refused", async () => {
    const { far, reports, server } = await dial({ greeting: "Greet" }, { fake: { refusesHandles: true } });
    far.speak(pattern(480), { outputTranscription: { text: "Hello.", finished: true } });
    far.transcribe("caller", "My name is Ann.", true);
    far.turnComplete();
    far.resumable("h");
    await reports.until(() => reports.of("transcript").length === 2);
    far.close(1011, "Deadline expired");
    const refused = await server.next();
    expect((await refused.ended).code).toBe(1008);
    const next = await server.next();
    await next.until(() => next.contents.length > 0);
    expect(next.setup).toMatchObject({
      sessionResumption: {},
      historyConfig: { initialHistoryInClientContent: true },
    });
    expect(next.contents).toEqual([
      {
        turns: [
          { role: "model", parts: [{ text: "Hello." }] },
          { role: "user", parts: [{ text: "My name is Ann." }] },
        ],
        turnComplete: true,
      },
    ]);
    next.speak(pattern(480, 2));
    await reports.until(() => reports.audio.length === 960);
    expect(next.texts).toEqual([]);
    expect(reports.warnings).toEqual(["agent-reconnect", "agent-not-resumed"]);
    expect(next.faults).toEqual([]);
  });

  it("takes open tool calls along, of which nobody waits for an answer", async () => {
    const { leg, far, reports, server } = await dial();
    far.resumable("h");
    far.callTool("1", "look_up");
    await reports.until(() => reports.of("tool-call").length > 0);
    far.cut();
    const next = await server.next();
    await reports.until(() => reports.of("tool-cancelled").length > 0);
    leg.toolResult?.("1", "{}", false);
    leg.send(payload(pattern(320)));
    await next.until(() => next.heardBytes === 320);
    expect(next.faults).toEqual([]);
  });

  it("is the end when it comes again and again", async () => {
    const { far, reports, server } = await dial();
    far.resumable("h");
    far.speak(pattern(10));
    await reports.until(() => reports.audio.length === 10);
    far.cut();
    for (let i = 0; i < 3; i++) {
      const next = await server.next();
      await next.until(() => next.setup !== undefined);
      next.speak(pattern(10));
      await reports.until(() => reports.audio.length === 20 + i * 10);
      next.cut();
    }
    await ended(reports);
    expect(reports.of("closed")).toMatchObject([{ failed: true }]);
  });

  it("is the end when nobody answers any more", async () => {
    const { far, reports, server } = await dial();
    far.resumable("h");
    far.speak(pattern(10));
    await reports.until(() => reports.audio.length === 10);
    await server.close();
    open.length = 0;
    await ended(reports);
    expect(reports.of("closed")).toMatchObject([
      { failed: true, reason: expect.stringContaining("could not be continued") },
    ]);
  });

  it("leaves no socket when the call ends meanwhile", async () => {
    const fake = { holdsSetup: true };
    const server = await start(fake);
    const connecting = connect(`gemini:${server.url}`, { env: ENV });
    const far = await server.next();
    await far.until(() => far.setup !== undefined);
    far.setupComplete();
    const { leg, reports } = await connecting;
    far.resumable("h");
    far.goAway("1s");
    const next = await server.next();
    await next.until(() => next.setup !== undefined);
    leg.close(1000, "over");
    await server.untilOpen(0);
    expect(reports.of("closed")).toEqual([]);
  });
});
