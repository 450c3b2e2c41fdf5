/** A fake ElevenLabs: signed addresses over HTTP, then one conversation over a WebSocket, in the documented order. */
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import {
  type FakeAnswer,
  FakeConnection,
  type FakeServer,
  type FakeServerOptions,
  fakeServer,
  jsonObject,
} from "./fake-server.js";

export interface FakeElevenLabsOptions extends FakeServerOptions {
  /** The key it takes. Default `test-key`. */
  readonly key?: string;
  /** Takes conversations without a signed address, as for a public agent. */
  readonly public?: boolean;
  /** What the agent is set to hear and to speak. Default `ulaw_8000`, both. */
  readonly hears?: string;
  readonly speaks?: string;
  /** Refuses whatever would override the agent's settings, as agents do unless they are told otherwise. */
  readonly refuseOverrides?: boolean;
  /** Leaves it to the test to say when the conversation begins: `begin`. */
  readonly holdBack?: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const PATH = "/v1/convai/conversation";

/** Starts a fake ElevenLabs with one agent, `agent_1`. */
export function fakeElevenLabs(
  options: FakeElevenLabsOptions = {},
): Promise<FakeServer<ElevenLabsConnection>> {
  const signatures = new Set<string>();
  let signed = 0;
  const api = (request: IncomingMessage, _: string, url: string): FakeAnswer => {
    const { pathname, searchParams } = new URL(request.url ?? "", url);
    if (request.method !== "GET" || pathname !== `${PATH}/get-signed-url`) return fault(404, "not_found");
    if (request.headers["xi-api-key"] !== (options.key ?? "test-key")) return fault(401, "invalid_api_key");
    if (searchParams.get("agent_id") !== "agent_1") return fault(404, "agent_not_found");
    const signature = `cvtkn_${++signed}`;
    signatures.add(signature);
    const query = `agent_id=agent_1&conversation_signature=${signature}`;
    return { status: 200, body: { signed_url: `${url}${PATH}?${query}` } };
  };
  return fakeServer(
    (socket, request) => {
      const { pathname, searchParams } = new URL(request.url ?? "", "ws://localhost");
      const signature = searchParams.get("conversation_signature") ?? "";
      const allowed = options.public || signatures.delete(signature);
      const good = pathname === PATH && searchParams.get("agent_id") === "agent_1" && allowed;
      return new ElevenLabsConnection(socket, request, options, good);
    },
    options,
    api,
  );
}

function fault(status: number, code: string): FakeAnswer {
  return { status, body: { detail: { status: code, message: `fake: ${code}` } } };
}

export class ElevenLabsConnection extends FakeConnection {
  /** The first message, `conversation_initiation_client_data`. */
  initiation: Json | undefined;
  /** What the agent was told in passing, and what it was told to answer. */
  readonly contexts: string[] = [];
  readonly userMessages: string[] = [];
  readonly toolResults: { id: string; output: string; isError: boolean }[] = [];
  /** The pings that were answered. */
  readonly pongs: number[] = [];
  readonly #options: FakeElevenLabsOptions;
  readonly #pings = new Set<number>();
  readonly #calls = new Set<string>();
  #begun = false;
  #event = 0;

  constructor(socket: WebSocket, request: IncomingMessage, options: FakeElevenLabsOptions, allowed: boolean) {
    super(socket, request);
    this.#options = options;
    if (!allowed) this.fault("the address is not signed, or was used before");
  }

  /** Says that the conversation has begun, with the formats it uses. Done at once unless `holdBack` is set. */
  begin(): void {
    this.#begun = true;
    const { hears = "ulaw_8000", speaks = "ulaw_8000" } = this.#options;
    this.#send("conversation_initiation_metadata", {
      conversation_initiation_metadata_event: {
        conversation_id: "conv_1",
        agent_output_audio_format: speaks,
        user_input_audio_format: hears,
      },
    });
  }

  /** Audio of the agent in its format. `event` is the number of an earlier event, for audio that comes late. */
  speak(audio: Uint8Array, event = ++this.#event): void {
    const data = Buffer.from(audio.buffer, audio.byteOffset, audio.byteLength).toString("base64");
    this.#send("audio", { audio_event: { audio_base_64: data, event_id: event } });
  }

  /** The number of the last audio or interruption. */
  get event(): number {
    return this.#event;
  }

  /** The caller interrupts: all audio so far is of a reply that is over. */
  interrupt(): void {
    this.#send("interruption", { interruption_event: { event_id: ++this.#event } });
  }

  userTranscript(text: string): void {
    this.#send("user_transcript", {
      user_transcription_event: { user_transcript: text, event_id: this.#event },
    });
  }

  agentResponse(text: string): void {
    this.#send("agent_response", { agent_response_event: { agent_response: text, event_id: this.#event } });
  }

  /** What of its last response the agent believes to have been heard. */
  correct(original: string, corrected: string): void {
    this.#send("agent_response_correction", {
      agent_response_correction_event: {
        original_agent_response: original,
        corrected_agent_response: corrected,
        event_id: this.#event,
      },
    });
  }

  ping(event: number): void {
    this.#pings.add(event);
    this.#send("ping", { ping_event: { event_id: event, ping_ms: 20 } });
  }

  callTool(id: string, name: string, parameters: Json): void {
    this.#calls.add(id);
    const call = { tool_name: name, tool_call_id: id, parameters, event_id: this.#event };
    this.#send("client_tool_call", { client_tool_call: call });
  }

  /** The agent has used the vendor's own tool to end the conversation. */
  endCall(): void {
    this.#send("agent_tool_response", {
      agent_tool_response: {
        tool_name: "end_call",
        tool_call_id: "system_1",
        tool_type: "system",
        is_error: false,
        is_called: true,
        event_id: this.#event,
      },
    });
  }

  /** @param type such as `max_duration_exceeded`. */
  error(code: 1000 | 1002 | 1008 | 1011, type: string, message: string): void {
    this.#send("error", { error_event: { code, error_type: type, message } });
  }

  #send(type: string, fields: Json): void {
    this.sendText(JSON.stringify({ type, ...fields }));
  }

  protected override receiveText(text: string): void {
    const message = jsonObject(text);
    if (!this.initiation) this.#initiate(message);
    else if (!this.#begun) this.fault("something came before the conversation had begun");
    else if (message.type === undefined) this.#audio(message);
    else this.#message(message);
  }

  #initiate(message: Json): void {
    if (message.type !== "conversation_initiation_client_data") {
      this.fault("the first message is not conversation_initiation_client_data");
      return;
    }
    this.initiation = message;
    if (message.conversation_config_override && this.#options.refuseOverrides) {
      this.error(1008, "override_error", "Override for field 'first_message' is not allowed by config.");
      this.close(1008, "override_error");
    } else if (!this.#options.holdBack) this.begin();
  }

  #audio({ user_audio_chunk: data, ...others }: Json): void {
    if (typeof data !== "string" || Object.keys(others).length > 0) this.fault("a message without a type");
    else this.hear(Buffer.from(data, "base64"));
  }

  #message({ type, text, ...fields }: Json): void {
    if (type === "contextual_update" && typeof text === "string") this.contexts.push(text);
    else if (type === "user_message" && typeof text === "string") this.userMessages.push(text);
    else if (type === "pong") this.#pong(fields.event_id);
    else if (type === "client_tool_result") this.#toolResult(fields);
    else this.fault(`a message of type ${type}`);
  }

  #pong(event: unknown): void {
    if (typeof event === "number" && this.#pings.delete(event)) this.pongs.push(event);
    else this.fault("a pong to no ping");
  }

  #toolResult({ tool_call_id: id, result, is_error: isError }: Json): void {
    if (typeof id !== "string" || !this.#calls.delete(id)) this.fault("a result of no tool call");
    else if (typeof result !== "string" || typeof isError !== "boolean")
      this.fault("an unusable tool result");
    else this.toolResults.push({ id, output: result, isError });
  }
}
