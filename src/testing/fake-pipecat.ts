/** A fake Pipecat bot on its WebSocket transport, with RTVI, and the `POST /start` of a runner before it. */
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { decodeFrame, encodeFrame, type PipecatFrame } from "../agents/pipecat/frames.js";
import {
  FakeConnection,
  type FakeServer,
  type FakeServerOptions,
  fakeServer,
  jsonObject,
} from "./fake-server.js";

type JsonObject = Readonly<Record<string, unknown>>;

export interface FakePipecatOptions extends FakeServerOptions {
  /** The RTVI version that the bot has; false for a bot without RTVI. Default 2.1.0. */
  readonly rtvi?: string | false;
  /** Says nothing to `client-ready`. */
  readonly neverReady?: boolean;
  /** Tokens that are taken, each once. Left out, none is asked for. `POST /start` gives the first one out. */
  readonly tokens?: readonly string[];
  /** Allowed origins; without an Origin header nobody gets in. Left out, all are allowed. */
  readonly origins?: readonly string[];
  /** What `POST /start` names instead of its own `/ws-client`. */
  readonly wsUrl?: string;
  /** Told of every `POST /start`. */
  readonly onStart?: (request: IncomingMessage, body: JsonObject) => void;
}

/**
 * Starts a fake bot. It wants `client-ready` before anything else, PCM of one channel, RTVI messages of its version only, and
 * results of functions that are running and nothing else; a wrong token is closed with 4003.
 */
export function fakePipecat(options: FakePipecatOptions = {}): Promise<FakeServer<PipecatConnection>> {
  const unused = new Set(options.tokens);
  return fakeServer(
    (socket, request) => new PipecatConnection(socket, request, options, unused),
    options,
    (request, body, url) => {
      if (request.method !== "POST") return { status: 405, body: {} };
      options.onStart?.(request, jsonObject(body));
      const [token] = unused;
      const wsUrl = options.wsUrl ?? `${url}/ws-client`;
      return { status: 200, body: { wsUrl, sessionId: "session-1", token } };
    },
  );
}

export class PipecatConnection extends FakeConnection {
  /** RTVI messages received, `client-ready` first. */
  readonly messages: { readonly type: string; readonly data: JsonObject }[] = [];
  readonly digits: string[] = [];
  /** Texts received, such as a greeting's prompt. */
  readonly texts: string[] = [];
  readonly toolResults: { readonly id: string; readonly output: string }[] = [];
  /** The distinct rates of the audio received. */
  readonly rates = new Set<number>();
  readonly #rtvi: string | false;
  readonly #neverReady: boolean;
  readonly #running = new Map<string, string>();
  #isReady = false;
  #speaking = false;

  constructor(
    socket: WebSocket,
    request: IncomingMessage,
    options: FakePipecatOptions,
    unused: Set<string> = new Set(),
  ) {
    super(socket, request);
    this.#rtvi = options.rtvi ?? "2.1.0";
    this.#neverReady = options.neverReady ?? false;
    this.#isReady = this.#rtvi === false;
    if (options.origins && !options.origins.includes(this.headers.origin ?? "")) this.close(1008, "origin");
    else if (options.tokens && !unused.delete(this.#token())) this.close(4003, "invalid token");
  }

  /** Audio of the bot. With RTVI, the first of a turn comes after `bot-started-speaking`. */
  speak(audio: Uint8Array, sampleRate = 24000): void {
    if (!this.#speaking && this.#rtvi) {
      this.#speaking = true;
      this.rtvi("bot-started-speaking");
    }
    this.frame({ type: "audio", audio, sampleRate, channels: 1 });
  }

  /** Audio that was under way when the bot was interrupted. */
  speakLate(audio: Uint8Array, sampleRate = 24000): void {
    this.frame({ type: "audio", audio, sampleRate, channels: 1 });
  }

  /** The bot heard the caller and stopped. What it says next is a new turn. */
  interrupted(): void {
    this.frame({ type: "interruption" });
    this.#speaking = false;
  }

  stopSpeaking(): void {
    this.#speaking = false;
    this.rtvi("bot-stopped-speaking");
  }

  transcript(who: "caller" | "agent", text: string): void {
    if (who === "agent") this.rtvi("bot-output", { text, spoken: true, aggregated_by: "sentence" });
    else
      this.rtvi("user-transcription", { text, user_id: "", timestamp: "2026-01-01T00:00:00Z", final: true });
  }

  /** The bot's model calls a function. With `delegated`, as older bots leave one to the client. */
  callTool(id: string, name: string, args: JsonObject, delegated = false): void {
    this.#running.set(id, name);
    const called = { function_name: name, tool_call_id: id };
    if (delegated) this.rtvi("llm-function-call", { ...called, args });
    else this.rtvi("llm-function-call-in-progress", { ...called, arguments: args });
  }

  cancelTool(id: string): void {
    this.#running.delete(id);
    this.rtvi("llm-function-call-stopped", { tool_call_id: id, cancelled: true });
  }

  /** The bot's own code asks for a tool. */
  serverMessage(data: JsonObject): void {
    if (typeof data.id === "string") this.#running.set(data.id, String(data.name));
    this.rtvi("server-message", data);
  }

  rtvi(type: string, data?: JsonObject): void {
    this.frame({ type: "message", data: JSON.stringify({ label: "rtvi-ai", type, id: "bot", data }) });
  }

  frame(frame: PipecatFrame): void {
    this.sendBytes(encodeFrame(frame));
  }

  protected override receiveText(): void {
    this.fault("a text message");
  }

  protected override receiveBytes(bytes: Buffer): void {
    const frame = decodeFrame(bytes);
    if (frame === undefined || frame === "unknown") this.fault("no frame");
    else if (frame.type === "message") this.#receive(jsonObject(frame.data));
    else if (frame.type !== "audio") this.fault(`a frame of type ${frame.type}`);
    else if (!this.#isReady) this.fault("audio before the bot was ready");
    else if (frame.channels !== 1 || frame.sampleRate === 0) this.fault("audio without rate and channel");
    else {
      this.rates.add(frame.sampleRate);
      this.hear(frame.audio);
    }
  }

  #receive({ label, type, id, data }: JsonObject): void {
    if (label !== "rtvi-ai" || typeof type !== "string" || typeof id !== "string") {
      this.fault("a message that is not RTVI");
      return;
    }
    // A bot without RTVI lets every message pass.
    if (!this.#rtvi) return;
    const given = (data ?? {}) as JsonObject;
    this.messages.push({ type, data: given });
    if (type === "client-ready") this.#clientReady(given);
    else if (!this.#isReady) this.fault(`${type} before the bot was ready`);
    else if (type === "send-text" && typeof given.content === "string") this.texts.push(given.content);
    else if (type === "dtmf") this.#key(given);
    else if (type === "llm-function-call-result") this.#functionResult(given);
    else if (type === "client-message" && given.t === "tool-result") this.#toolResult(given.d as JsonObject);
    else this.fault(`a message of type ${type}`);
  }

  #clientReady({ version, about }: JsonObject): void {
    const library = (about as JsonObject | undefined)?.library;
    if (!/^\d+\.\d+\.\d+$/.test(String(version)) || typeof library !== "string") this.fault("client-ready");
    if (this.#neverReady) return;
    this.#isReady = true;
    this.rtvi("bot-ready", { version: this.#rtvi, about: { library: "pipecat-ai" } });
  }

  #key({ buttons, button }: JsonObject): void {
    const isNew = String(this.#rtvi) >= "2.1";
    if (String(this.#rtvi) < "2") this.fault("dtmf, which this version does not have");
    else if (isNew && Array.isArray(buttons)) this.digits.push(...buttons.map(String));
    else if (!isNew && typeof button === "string") this.digits.push(button);
    else this.fault("dtmf in the shape of another version");
  }

  #functionResult({ function_name: name, tool_call_id: id, arguments: args, result }: JsonObject): void {
    const isResult = typeof result === "string" || (typeof result === "object" && result !== null);
    if (this.#running.get(String(id)) !== name || typeof args !== "object" || !isResult) {
      this.fault("a result of no running function, or without its parts");
      return;
    }
    this.#running.delete(String(id));
    const output = typeof result === "string" ? result : JSON.stringify(result);
    this.toolResults.push({ id: String(id), output });
  }

  #toolResult({ id, output, isError }: JsonObject): void {
    const complete = typeof output === "string" && typeof isError === "boolean";
    if (!this.#running.delete(String(id)) || !complete) this.fault("a result of no running tool");
    else this.toolResults.push({ id: String(id), output });
  }

  #token(): string {
    const bearer = /^Bearer (.+)$/.exec(this.headers.authorization ?? "")?.[1];
    const { searchParams, pathname } = new URL(this.path, "ws://localhost");
    return bearer ?? searchParams.get("token") ?? decodeURIComponent(pathname.split("/").at(-1) ?? "");
  }
}
