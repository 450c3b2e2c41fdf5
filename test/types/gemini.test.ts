/** What goes over the wires of Gemini and ADK is what the vendor's published types say, both ways. */
import type { Content, LiveClientMessage, LiveServerMessage, Transcription } from "@google/genai";
import { afterAll, expect, it, vi } from "vitest";
import type { ToolSpec } from "../../src/agents/tools.js";
import { type FakeServer, fakeAdkEvents, fakeGemini } from "../../src/testing.js";
import { connect, pattern, payload } from "../agents/call.js";

/** As JSON: enumerations are their texts, classes are what they hold. */
type Json<T> = T extends string
  ? `${T}`
  : T extends (...args: never[]) => unknown
    ? never
    : T extends object
      ? { [K in keyof T]: Json<T[K]> }
      : T;
type FromUs = Json<LiveClientMessage>;
/** Without the getters of the class, which are no part of the wire. */
type FromVendor = Json<Omit<LiveServerMessage, "text" | "data">>;

const servers: FakeServer<unknown>[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

const TOOL: ToolSpec = {
  name: "look_up",
  description: "Looks something up.",
  parameters: {
    type: "object",
    properties: {
      word: { type: "string", enum: ["tea", "rice"] },
      ids: { type: "array", items: { type: "integer" } },
    },
    required: ["word"],
  },
};

const dial = async (options: Record<string, string> = {}) => {
  const server = await fakeGemini({ holdsSetup: true });
  servers.push(server);
  const connecting = connect(`gemini:${server.url}`, {
    options,
    env: { GEMINI_API_KEY: "test-key" },
    tools: [TOOL],
  });
  const far = await server.next();
  const received = vi.spyOn(far as unknown as { receiveText(text: string): void }, "receiveText");
  await far.until(() => received.mock.calls.length === 1);
  far.setupComplete();
  const sent = () => received.mock.calls.map(([text]) => JSON.parse(text) as unknown);
  return { ...(await connecting), far, server, sent };
};

it("sends what Gemini takes", async () => {
  const { leg, far, sent } = await dial({
    instructions: "Be brief",
    voice: "Kore",
    thinking: "low",
    silence: "400",
    greeting: "Greet",
  });
  leg.send(payload(pattern(2)));
  leg.dtmf?.("5");
  far.callTool("1", "look_up");
  far.callTool("2", "look_up");
  far.speak(pattern(2));
  await far.until(() => sent().length === 4);
  await vi.waitFor(() => {
    leg.toolResult?.("1", '{"found":"tea"}', false);
    leg.toolResult?.("2", "not there", true);
    expect(sent()).toHaveLength(6);
  });
  expect(sent()).toEqual([
    {
      setup: {
        model: "models/gemini-3.8-live",
        generationConfig: {
          responseModalities: ["AUDIO"],
          speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } },
          thinkingConfig: { thinkingLevel: "LOW" },
        },
        systemInstruction: { parts: [{ text: "Be brief" }] },
        tools: [
          {
            functionDeclarations: [
              {
                name: "look_up",
                description: "Looks something up.",
                parameters: {
                  type: "OBJECT",
                  properties: {
                    word: { type: "STRING", enum: ["tea", "rice"] },
                    ids: { type: "ARRAY", items: { type: "INTEGER" } },
                  },
                  required: ["word"],
                },
              },
            ],
          },
        ],
        realtimeInputConfig: { automaticActivityDetection: { silenceDurationMs: 400 } },
        inputAudioTranscription: {},
        outputAudioTranscription: {},
        sessionResumption: {},
        contextWindowCompression: { slidingWindow: {} },
      },
    },
    { realtimeInput: { text: "Greet" } },
    {
      realtimeInput: { audio: { mimeType: "audio/pcm;rate=16000", data: pattern(2).toString("base64") } },
    },
    { realtimeInput: { text: "[caller pressed 5]" } },
    {
      toolResponse: {
        functionResponses: [{ id: "1", name: "look_up", response: { output: { found: "tea" } } }],
      },
    },
    {
      toolResponse: {
        functionResponses: [{ id: "2", name: "look_up", response: { error: "not there" } }],
      },
    },
  ] satisfies FromUs[]);
});

it("says what was said before as Gemini takes it", async () => {
  const { far, server, sent, reports } = await dial();
  far.transcribe("caller", "I am Ann.", true);
  await reports.until(() => reports.of("transcript").length === 1);
  const connection = server.next();
  far.goAway("0s");
  const next = await connection;
  const received = vi.spyOn(next as unknown as { receiveText(text: string): void }, "receiveText");
  await next.until(() => received.mock.calls.length === 1);
  next.setupComplete();
  await next.until(() => next.contents.length > 0);
  expect(sent()).toHaveLength(1);
  const history: FromUs = { setup: { historyConfig: { initialHistoryInClientContent: true } } };
  expect(next.setup).toMatchObject(history.setup ?? {});
  expect(next.contents).toEqual([
    { turns: [{ role: "user", parts: [{ text: "I am Ann." }] }], turnComplete: true },
  ] satisfies FromUs["clientContent"][]);
});

it("understands what Gemini sends, and its fake sends the same", async () => {
  const { far, reports } = await dial();
  const sent = vi.spyOn(far, "message");
  const data = pattern(4).toString("base64");
  far.speak(pattern(4));
  far.interrupted();
  far.transcribe("agent", "Hi", true);
  far.generationComplete();
  far.turnComplete();
  far.callTool("1", "look_up", { word: "tea" });
  far.cancelTool("1");
  far.resumable("handle");
  far.goAway("50s");
  const messages = [
    {
      serverContent: {
        modelTurn: { role: "model", parts: [{ inlineData: { mimeType: "audio/pcm;rate=24000", data } }] },
      },
    },
    { serverContent: { interrupted: true } },
    { serverContent: { outputTranscription: { text: "Hi", finished: true } } },
    { serverContent: { generationComplete: true } },
    { serverContent: { turnComplete: true } },
    { toolCall: { functionCalls: [{ id: "1", name: "look_up", args: { word: "tea" } }] } },
    { toolCallCancellation: { ids: ["1"] } },
    { sessionResumptionUpdate: { newHandle: "handle", resumable: true } },
    { goAway: { timeLeft: "50s" } },
  ] satisfies FromVendor[];
  expect(sent.mock.calls.map(([message]) => message)).toEqual(messages);
  await reports.until(() => reports.of("tool-cancelled").length > 0);
  expect(reports.events.map(({ type }) => type)).toEqual([
    "audio",
    "interrupted",
    "transcript",
    "tool-call",
    "tool-cancelled",
  ]);
});

it("reads ADK's events, whose parts are the vendor's", async () => {
  const server = await fakeAdkEvents();
  servers.push(server);
  const { reports } = await connect(`adk:${server.url}`, { options: { dialect: "adk-events" } });
  const far = await server.next();
  const sent = vi.spyOn(far, "event");
  far.speak(pattern(4));
  far.callFunction("f", "hang_up");
  far.transcribe("caller", "Hi");
  const data = pattern(4).toString("base64");
  const content = [
    { role: "model", parts: [{ inlineData: { mimeType: "audio/pcm;rate=24000", data } }] },
    { role: "model", parts: [{ functionCall: { id: "f", name: "hang_up", args: {} } }] },
    {
      role: "user",
      parts: [{ functionResponse: { id: "f", name: "hang_up", response: { status: "done" } } }],
    },
  ] satisfies Json<Content>[];
  const said = { text: "Hi", finished: true } satisfies Transcription;
  expect(sent.mock.calls.map(([event]) => event)).toEqual([
    ...content.map((each) => ({ content: each })),
    { inputTranscription: { ...said, finished: false }, partial: true },
    { inputTranscription: said, partial: false },
  ]);
  await reports.until(() => reports.of("transcript").length > 0);
  expect(reports.events.map(({ type }) => type)).toEqual(["audio", "tool-call", "transcript"]);
});
