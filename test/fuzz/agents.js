/** The wire of every agent kind, read by a real connection to a far end that has begun well and then babbles. */
import { resolveAgent } from "../../dist/agents/index.js";
import { PORTAL_FORMATS } from "../../dist/audio/format.js";
import * as fakes from "../../dist/testing.js";
import { FAR_ENDS, KEYS, startFarEnd } from "../agents/far-ends.js";

/** What a far end says in a conversation, tried by name: not every one can say all of it. */
const SAYINGS = [
  ["speak", Buffer.alloc(320, 3)],
  ["interrupted"],
  ["turnComplete"],
  ["turnEnded"],
  ["say", "hello", "model"],
  ["transcript", "agent", "hello"],
  ["callTool", "id-1", "hang_up", {}],
  ["cancelTool", "id-1"],
  ["speechStarted"],
  ["speechStopped"],
  ["responseDone"],
  ["clear"],
  ["mark", "m"],
];
/** Messages of the vendors' documents, with nothing left out that could be wrong. */
const MESSAGES = [
  { type: "session.updated", session: { id: "s", expires_at: 1 } },
  { type: "response.output_audio.delta", item_id: "i", content_index: 0, delta: "AAAA" },
  { type: "conversation.item.input_audio_transcription.completed", transcript: "x", item_id: "i" },
  { type: "response.function_call_arguments.done", call_id: "c", name: "hang_up", arguments: "{}" },
  { type: "error", error: { code: "x", message: "y" } },
  {
    serverContent: {
      modelTurn: { parts: [{ inlineData: { mimeType: "audio/pcm;rate=24000", data: "AAAA" } }] },
      turnComplete: true,
    },
  },
  { toolCall: { functionCalls: [{ id: "1", name: "hang_up", args: {} }] }, goAway: { timeLeft: "5s" } },
  { type: "audio", audio_event: { audio_base_64: "AAAA", event_id: 1 }, alignment: { chars: ["a"] } },
  { type: "client_tool_call", client_tool_call: { tool_name: "hang_up", tool_call_id: "1", parameters: {} } },
  { type: "ConversationText", role: "assistant", content: "x" },
  {
    type: "FunctionCallRequest",
    functions: [{ id: "1", name: "hang_up", arguments: "{}", client_side: true }],
  },
  { type: "playback_clear_buffer" },
  { type: "transcript", role: "agent", text: "x", delta: "y", final: true, ordinal: 1 },
  { event: "media", streamSid: "s", stream_id: "s", media: { payload: "AAAA", track: "outbound" } },
  { event: "mark", streamSid: "s", mark: { name: "m" } },
  { mime_type: "audio/pcm", data: "AAAA", role: "model", turn_complete: true, interrupted: true },
  {
    content: { parts: [{ inlineData: { mimeType: "audio/pcm", data: "AAAA" } }] },
    partial: true,
    interrupted: false,
  },
].map((message) => Buffer.from(JSON.stringify(message)));

const PAUSE_EVERY = 50;

function agentTarget(name, { spec, options = () => ({}) }) {
  let far;
  let leg;
  let alive = false;
  let sent = 0;
  const seeds = [...MESSAGES];

  async function connect() {
    far ??= await startFarEnd(fakes, name);
    const agent = await resolveAgent(spec(far.url), { options: options(far.url), env: KEYS });
    const call = {
      callId: "c",
      otherLegCallId: "l",
      accountId: "a",
      caller: "+1",
      callee: "+2",
      format: PORTAL_FORMATS.g711_ulaw,
    };
    alive = true;
    const emit = (event) => void (alive &&= event.type !== "closed");
    const rawStart = { event: "start", start: { callId: "c", mediaFormat: call.format } };
    leg = await agent.connect({ call, rawStart, emit, signal: new AbortController().signal });
    return far.next();
  }

  let connection;
  return {
    name: `agent-${name}`,
    share: 0.05,
    seeds,
    /** Learns what a proper far end says. */
    async prepare() {
      connection = await connect();
      const { sendText, sendBytes } = connection;
      connection.sendText = (said) => void seeds.push(Buffer.from(said)) || sendText.call(connection, said);
      connection.sendBytes = (said) => void seeds.push(Buffer.from(said)) || sendBytes.call(connection, said);
      for (const [saying, ...values] of SAYINGS)
        try {
          connection[saying]?.(...values);
        } catch {
          // This far end says it in another way.
        }
      Object.assign(connection, { sendText, sendBytes });
    },
    async run(bytes) {
      if (!alive) {
        leg?.close(1000, "again");
        connection = await connect();
      }
      try {
        if (bytes.length % 3 === 0) connection.sendBytes(bytes);
        connection.sendText(bytes.toString());
      } catch {
        // Its socket is closing.
        alive = false;
      }
      if (++sent % PAUSE_EVERY === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    async close() {
      leg?.close(1000, "over");
      await far?.close();
    },
  };
}

export const AGENT_TARGETS = Object.entries(FAR_ENDS).map(([name, farEnd]) => agentTarget(name, farEnd));
