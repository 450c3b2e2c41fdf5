/** A fake Ultravox: calls made over HTTP, each joined once over a WebSocket with PCM as binary messages. */
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

export interface FakeUltravoxOptions extends FakeServerOptions {
  /** The key it takes. Default `test-key`. */
  readonly key?: string;
  /** Leaves it to the test to say that the call has started: `begin`. */
  readonly holdBack?: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** What makes a call, and what makes one with the stored agent `agent_1`, which has the rest. */
const CALL = ["medium", "maxDuration", "firstSpeakerSettings"];
const OWN_CALL = [...CALL, "systemPrompt", "model", "voice", "languageHint", "selectedTools"];
const URGENCIES = ["immediate", "soon", "later"];
const REACTIONS = [undefined, "speaks", "listens", "speaks-once"];

/** Starts a fake Ultravox with one stored agent, `agent_1`. */
export function fakeUltravox(options: FakeUltravoxOptions = {}): Promise<FakeServer<UltravoxConnection>> {
  const calls = new Map<string, Json>();
  let made = 0;
  const api = (request: IncomingMessage, body: string, url: string): FakeAnswer => {
    const path = request.url ?? "";
    if (request.headers["x-api-key"] !== (options.key ?? "test-key")) return refusal(403, "bad key");
    const stored = path.startsWith("/api/agents/agent_1");
    const known = stored ? path.replace("/api/agents/agent_1", "/agent") : path;
    if (request.method === "GET" && (known === "/agent" || known === "/api/accounts/me")) {
      return { status: 200, body: {} };
    }
    if (request.method !== "POST" || (known !== "/agent/calls" && known !== "/api/calls")) {
      return refusal(404, "Not found.");
    }
    const call = jsonObject(body);
    const fault = faultOf(call, stored ? CALL : OWN_CALL);
    if (fault) return refusal(400, fault);
    const callId = `call_${++made}`;
    calls.set(callId, call);
    return { status: 201, body: { callId, joinUrl: `${url}/join?call=${callId}&secret=join-secret` } };
  };
  return fakeServer(
    (socket, request) => {
      const { searchParams } = new URL(request.url ?? "", "ws://localhost");
      const callId = searchParams.get("call") ?? "";
      const call = searchParams.get("secret") === "join-secret" ? calls.get(callId) : undefined;
      calls.delete(callId);
      return new UltravoxConnection(socket, request, options, call);
    },
    options,
    api,
  );
}

function refusal(status: number, detail: string): FakeAnswer {
  return { status, body: { detail } };
}

function faultOf(call: Json, fields: readonly string[]): string | undefined {
  const unknown = Object.keys(call).find((field) => !fields.includes(field));
  if (unknown) return `unknown field ${unknown}`;
  const { inputSampleRate: input } = Object(Object(call.medium).serverWebSocket);
  return typeof input === "number" ? undefined : "medium.serverWebSocket has no inputSampleRate";
}

export class UltravoxConnection extends FakeConnection {
  /** The request that made the call. */
  readonly call: Json;
  readonly userTexts: { text: string; urgency: string }[] = [];
  /** `output` is the result, or says what went wrong. */
  readonly toolResults: { id: string; output: string; isError: boolean; reaction: string | undefined }[] = [];
  /** Whether the other side hung up before it closed. */
  saidHangUp = false;
  readonly #invocations = new Set<string>();
  #started = false;
  #ordinal = 0;

  constructor(
    socket: WebSocket,
    request: IncomingMessage,
    { holdBack }: FakeUltravoxOptions,
    call: Json | undefined,
  ) {
    super(socket, request);
    this.call = call ?? {};
    if (!call) this.fault("there is no such call, or it was joined before");
    else if (!holdBack) this.begin();
  }

  /** Says that the call has started. Done at once unless `holdBack` is set. */
  begin(): void {
    this.#started = true;
    this.#send("call_started", { callId: "call_1" });
  }

  speak(pcm: Uint8Array): void {
    this.sendBytes(pcm);
  }

  state(state: "idle" | "listening" | "thinking" | "speaking"): void {
    this.#send("state", { state });
  }

  /** The caller interrupts: what was not heard yet must not be heard. */
  clearBuffer(): void {
    this.#send("playback_clear_buffer");
  }

  /** A whole utterance: as it grows, then final. What the agent says comes in pieces. */
  transcript(role: "user" | "agent", text: string): void {
    const ordinal = this.#ordinal++;
    const about = { role, medium: "voice", ordinal };
    const half = Math.ceil(text.length / 2);
    if (role === "user") {
      this.#send("transcript", { ...about, text: text.slice(0, half), final: false });
      this.#send("transcript", { ...about, text, final: true });
      return;
    }
    this.#send("transcript", { ...about, delta: text.slice(0, half), final: false });
    this.#send("transcript", { ...about, delta: text.slice(half), final: false });
    this.#send("transcript", { ...about, text, final: true });
  }

  invokeTool(invocationId: string, toolName: string, parameters: Json): void {
    this.#invocations.add(invocationId);
    this.#send("client_tool_invocation", { toolName, invocationId, parameters });
  }

  #send(type: string, fields: Json = {}): void {
    this.sendText(JSON.stringify({ type, ...fields }));
  }

  protected override receiveBytes(bytes: Buffer): void {
    if (this.#mayTalk()) this.hear(bytes);
  }

  protected override receiveText(text: string): void {
    if (!this.#mayTalk()) return;
    const message = jsonObject(text);
    if (message.type === "hang_up") this.saidHangUp = true;
    else if (message.type === "user_text_message") this.#userText(message);
    else if (message.type === "client_tool_result") this.#toolResult(message);
    else this.fault(`a message of type ${message.type}`);
  }

  #mayTalk(): boolean {
    if (!this.#started) this.fault("something came before the call had started");
    else if (this.saidHangUp) this.fault("something came after the other side hung up");
    else return true;
    return false;
  }

  #userText({ text, urgency }: Json): void {
    if (typeof text === "string" && typeof urgency === "string" && URGENCIES.includes(urgency)) {
      this.userTexts.push({ text, urgency });
      // The vendor tells back what it was told.
      const about = { role: "user", medium: "text", ordinal: this.#ordinal++ };
      this.#send("transcript", { ...about, text, final: true });
    } else this.fault("an unusable text message");
  }

  #toolResult({ invocationId: id, result, responseType, errorType, errorMessage, ...others }: Json): void {
    const reaction = others.agentReaction as string | undefined;
    const isError = errorType === "implementation-error";
    const output = isError ? errorMessage : result;
    if (typeof id !== "string" || !this.#invocations.delete(id)) this.fault("a result of no invocation");
    else if (typeof output !== "string" || !REACTIONS.includes(reaction)) {
      this.fault("an unusable tool result");
    } else if (!isError && responseType !== "tool-response") this.fault("an unknown response type");
    else this.toolResults.push({ id, output, isError, reaction });
  }
}
