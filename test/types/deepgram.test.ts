/** What goes over the Deepgram wire is what the vendor's published types say, both ways. */
import type { Deepgram } from "@deepgram/sdk";
import { afterAll, expect, it, vi } from "vitest";
import { type DeepgramConnection, type FakeServer, fakeDeepgram } from "../../src/testing.js";
import { connect } from "../agents/call.js";

type Settings = Deepgram.agent.AgentV1Settings;

process.env.DEEPGRAM_API_KEY = "test-key";

const servers: FakeServer<DeepgramConnection>[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

const dial = async (options: Record<string, string> = {}) => {
  const server = await fakeDeepgram();
  servers.push(server);
  const connected = await connect(`deepgram:${server.url}`, { options });
  return { ...connected, far: await server.next() };
};

it("sends what the vendor takes", async () => {
  const { far, leg } = await dial({ prompt: "Be brief", greeting: "Hi" });
  const audio = { encoding: "mulaw", sample_rate: 8000 } as const;
  expect(far.settings).toEqual({
    type: "Settings",
    flags: { history: false },
    audio: { input: audio, output: { ...audio, container: "none" } },
    agent: {
      listen: { provider: { type: "deepgram", version: "v2", model: "flux-general-en" } },
      think: {
        provider: { type: "open_ai", model: "gpt-4o-mini" },
        prompt: "Be brief",
        functions: [
          {
            name: "hang_up",
            description: expect.any(String) as string,
            parameters: { type: "object", properties: {} },
            defer_until_eot: true,
          },
        ],
      },
      speak: { provider: { type: "deepgram", model: "aura-2-thalia-en" } },
      greeting: "Hi",
    },
  } satisfies Settings);
  const received = vi.spyOn(far as unknown as { receiveText(text: string): void }, "receiveText");
  far.callFunction("f1", "look_up", {});
  leg.dtmf?.("5");
  await far.until(() => far.userMessages.length === 1);
  leg.toolResult?.("f1", "done", false);
  await far.until(() => far.toolResults.length === 1);
  expect(received.mock.calls.map(([text]) => JSON.parse(text))).toEqual([
    {
      type: "InjectUserMessage",
      content: "[caller pressed 5]",
    } satisfies Deepgram.agent.AgentV1InjectUserMessage,
    {
      type: "FunctionCallResponse",
      id: "f1",
      name: "look_up",
      content: "done",
    } satisfies Deepgram.agent.AgentV1SendFunctionCallResponse,
  ]);
  const keepAlive: Deepgram.agent.AgentV1KeepAlive = { type: "KeepAlive" };
  expect(JSON.stringify(keepAlive)).toBe('{"type":"KeepAlive"}');
});

it("may name a stored agent instead", async () => {
  const stored: Deepgram.agent.AgentV1Settings.AgentReference = "a1";
  expect((await dial({ agent: stored })).far.settings?.agent).toBe(stored);
});

it("is sent what the vendor sends", async () => {
  const { far } = await dial();
  const sent = vi.spyOn(far, "sendText");
  far.welcome();
  far.apply();
  far.speak(Buffer.alloc(1));
  far.userStartedSpeaking();
  far.audioDone();
  far.conversationText("user", "hello");
  far.callFunction("f1", "look_up", { id: 3 });
  far.cancelFunction("f1");
  far.warning("SLOW", "slowly");
  far.error("INTERNAL_SERVER_ERROR", "broken");
  expect(sent.mock.calls.map(([text]) => JSON.parse(text))).toEqual([
    { type: "Welcome", request_id: "5c6a2e1f" } satisfies Deepgram.agent.AgentV1Welcome,
    { type: "SettingsApplied" } satisfies Deepgram.agent.AgentV1SettingsApplied,
    {
      type: "AgentStartedSpeaking",
      total_latency: 0.6,
      tts_latency: 0.2,
      ttt_latency: 0.3,
    } satisfies Deepgram.agent.AgentV1AgentStartedSpeaking,
    { type: "UserStartedSpeaking" } satisfies Deepgram.agent.AgentV1UserStartedSpeaking,
    { type: "AgentAudioDone" } satisfies Deepgram.agent.AgentV1AgentAudioDone,
    {
      type: "ConversationText",
      role: "user",
      content: "hello",
    } satisfies Deepgram.agent.AgentV1ConversationText,
    {
      type: "FunctionCallRequest",
      functions: [{ id: "f1", name: "look_up", arguments: '{"id":3}', client_side: true }],
    } satisfies Deepgram.agent.AgentV1FunctionCallRequest,
    {
      type: "FunctionCallCancelled",
      functions: [{ id: "f1", name: "look_up" }],
    } satisfies Deepgram.agent.AgentV1FunctionCallCancelled,
    { type: "Warning", description: "slowly", code: "SLOW" } satisfies Deepgram.agent.AgentV1Warning,
    {
      type: "Error",
      description: "broken",
      code: "INTERNAL_SERVER_ERROR",
    } satisfies Deepgram.agent.AgentV1Error,
  ]);
});
