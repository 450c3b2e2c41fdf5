/** What goes over the ElevenLabs wire is what the vendor's published types say, both ways. */
import type * as EL from "@elevenlabs/types";
import { afterAll, expect, it, vi } from "vitest";
import { fakeElevenLabs } from "../../src/testing.js";
import { connect } from "../agents/call.js";

process.env.ELEVENLABS_API_KEY = "test-key";

const servers: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

const dial = async () => {
  const server = await fakeElevenLabs();
  servers.push(server);
  const baseUrl = server.url.replace(/^ws/, "http");
  const options = { baseUrl, greeting: "Hi", prompt: "Be brief", language: "de", voice: "v1" };
  const connected = await connect("elevenlabs:agent_1", { options });
  const far = await server.next();
  return { ...connected, far };
};

it("sends what the vendor takes", async () => {
  const { far, leg } = await dial();
  expect(far.initiation).toEqual({
    type: "conversation_initiation_client_data",
    conversation_config_override: {
      agent: { first_message: "Hi", prompt: { prompt: "Be brief" }, language: "de" },
      tts: { voice_id: "v1" },
    },
    dynamic_variables: { caller_id: "+12025550101", called_number: "+12025550199", call_id: "call-1" },
  } satisfies EL.ConversationInitiation);
  const received = vi.spyOn(far as unknown as { receiveText(text: string): void }, "receiveText");
  far.ping(7);
  far.callTool("t1", "look_up", {});
  await far.until(() => far.pongs.length === 1);
  leg.toolResult?.("t1", "done", false);
  leg.dtmf?.("5");
  await far.until(() => far.contexts.length === 1);
  expect(received.mock.calls.map(([text]) => JSON.parse(text))).toEqual([
    { type: "pong", event_id: 7 } satisfies EL.Pong,
    {
      type: "client_tool_result",
      tool_call_id: "t1",
      result: "done",
      is_error: false,
    } satisfies EL.ClientToolResult,
    { type: "contextual_update", text: "[caller pressed 5]" } satisfies EL.ContextualUpdate,
  ]);
  expect(far.faults).toEqual([]);
});

it("is sent what the vendor sends", async () => {
  const { far, reports } = await dial();
  const sent = vi.spyOn(far, "sendText");
  far.begin();
  far.speak(Buffer.from([0, 1, 2]));
  far.interrupt();
  far.userTranscript("hello");
  far.agentResponse("good day");
  far.correct("good day", "good");
  far.ping(9);
  far.callTool("t1", "look_up", { id: 3 });
  far.endCall();
  far.error(1011, "llm_timeout", "too slow");
  expect(sent.mock.calls.map(([text]) => JSON.parse(text))).toEqual([
    {
      type: "conversation_initiation_metadata",
      conversation_initiation_metadata_event: {
        conversation_id: "conv_1",
        agent_output_audio_format: "ulaw_8000",
        user_input_audio_format: "ulaw_8000",
      },
    } satisfies EL.ConversationMetadata,
    { type: "audio", audio_event: { audio_base_64: "AAEC", event_id: 1 } } satisfies EL.AudioClientEvent,
    { type: "interruption", interruption_event: { event_id: 2 } } satisfies EL.Interruption,
    {
      type: "user_transcript",
      user_transcription_event: { user_transcript: "hello", event_id: 2 },
    } satisfies EL.UserTranscript,
    {
      type: "agent_response",
      agent_response_event: { agent_response: "good day", event_id: 2 },
    } satisfies EL.AgentResponse,
    {
      type: "agent_response_correction",
      agent_response_correction_event: {
        original_agent_response: "good day",
        corrected_agent_response: "good",
        event_id: 2,
      },
    } satisfies EL.AgentResponseCorrection,
    { type: "ping", ping_event: { event_id: 9, ping_ms: 20 } } satisfies EL.Ping,
    {
      type: "client_tool_call",
      client_tool_call: { tool_name: "look_up", tool_call_id: "t1", parameters: { id: 3 }, event_id: 2 },
    } satisfies EL.ClientToolCallMessage,
    {
      type: "agent_tool_response",
      agent_tool_response: {
        tool_name: "end_call",
        tool_call_id: "system_1",
        tool_type: "system",
        is_error: false,
        is_called: true,
        event_id: 2,
      },
    } satisfies EL.AgentToolResponseMessage,
    {
      type: "error",
      error_event: { code: 1011, error_type: "llm_timeout", message: "too slow" },
    } satisfies EL.ErrorMessage,
  ]);
  await reports.until(({ warnings }) => warnings.length === 1);
  expect(reports.events.map(({ type }) => type)).toEqual([
    "audio",
    "interrupted",
    "transcript",
    "transcript",
    "tool-call",
    "tool-call",
    "warning",
  ]);
});
