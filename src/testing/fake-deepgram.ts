/** A fake Deepgram voice agent: welcome, settings, then audio as binary messages and JSON beside it. */
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import {
  FakeConnection,
  type FakeServer,
  type FakeServerOptions,
  fakeServer,
  jsonObject,
} from "./fake-server.js";

export interface FakeDeepgramOptions extends FakeServerOptions {
  /** The key it takes. Default `test-key`. */
  readonly key?: string;
  /** Answers the settings with this error. */
  readonly refuseSettings?: { readonly code: string; readonly description: string };
  /** Leaves it to the test to say welcome and to apply the settings: `welcome`, `apply`. */
  readonly holdBack?: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const ENCODINGS = ["mulaw", "linear16"];

/** Starts a fake agent. It takes audio only once it has applied the settings. */
export function fakeDeepgram(options: FakeDeepgramOptions = {}): Promise<FakeServer<DeepgramConnection>> {
  return fakeServer((socket, request) => new DeepgramConnection(socket, request, options), options);
}

export class DeepgramConnection extends FakeConnection {
  /** The `Settings` message. */
  settings: Json | undefined;
  /** What was said in the caller's place, such as the keys they pressed. */
  readonly userMessages: string[] = [];
  readonly toolResults: { id: string; output: string }[] = [];
  keepAlives = 0;
  readonly #options: FakeDeepgramOptions;
  /** Functions that wait for an answer: names by id. */
  readonly #calls = new Map<string, string>();
  #welcomed = false;
  #applied = false;
  #speaking = false;

  constructor(socket: WebSocket, request: IncomingMessage, options: FakeDeepgramOptions) {
    super(socket, request);
    this.#options = options;
    const { key = "test-key", holdBack } = options;
    if (this.headers.authorization !== `Token ${key}`) this.fault("another key was expected");
    else if (!holdBack) this.welcome();
  }

  welcome(): void {
    this.#welcomed = true;
    this.#send("Welcome", { request_id: "5c6a2e1f" });
  }

  /** Says that the settings are applied. Done at once unless `holdBack` is set. */
  apply(): void {
    this.#applied = true;
    this.#send("SettingsApplied");
  }

  /** Audio of the agent; a reply that begins with it is announced. */
  speak(audio: Uint8Array): void {
    if (!this.#speaking) {
      this.#send("AgentStartedSpeaking", { total_latency: 0.6, tts_latency: 0.2, ttt_latency: 0.3 });
    }
    this.#speaking = true;
    this.sendBytes(audio);
  }

  /** Audio of a reply that was interrupted. */
  speakLate(audio: Uint8Array): void {
    this.sendBytes(audio);
  }

  userStartedSpeaking(): void {
    this.#speaking = false;
    this.#send("UserStartedSpeaking");
  }

  /** The agent has sent all audio of its reply. */
  audioDone(): void {
    this.#speaking = false;
    this.#send("AgentAudioDone");
  }

  conversationText(role: "user" | "assistant", content: string): void {
    this.#send("ConversationText", { role, content });
  }

  callFunction(id: string, name: string, args: Json, clientSide = true): void {
    if (clientSide) this.#calls.set(id, name);
    const call = { id, name, arguments: JSON.stringify(args), client_side: clientSide };
    this.#send("FunctionCallRequest", { functions: [call] });
  }

  /** Takes a function call back: an answer to it is a fault from now on. */
  cancelFunction(id: string): void {
    const name = this.#calls.get(id) ?? "";
    this.#calls.delete(id);
    this.#send("FunctionCallCancelled", { functions: [{ id, name }] });
  }

  warning(code: string, description: string): void {
    this.#send("Warning", { description, code });
  }

  /** Fatal; the socket stays open until the other side closes it. */
  error(code: string, description: string): void {
    this.#send("Error", { description, code });
  }

  #send(type: string, fields: Json = {}): void {
    this.sendText(JSON.stringify({ type, ...fields }));
  }

  protected override receiveBytes(bytes: Buffer): void {
    if (this.#applied) this.hear(bytes);
    else this.fault("audio came before the settings were applied");
  }

  protected override receiveText(text: string): void {
    const message = jsonObject(text);
    if (!this.#welcomed) this.fault("something came before the welcome");
    else if (!this.settings) this.#settings(message);
    else if (!this.#applied) this.fault("something came before the settings were applied");
    else this.#message(message);
  }

  #settings(message: Json): void {
    const { type, audio, agent } = message;
    const { input, output } = Object(audio);
    if (type !== "Settings") this.fault("the first message is not Settings");
    else if (!isFormat(input) || !isFormat(output)) this.fault("unusable audio formats");
    else if (Object(output).container !== "none") this.fault("the audio would come in a container");
    else if (typeof agent !== "string" && !Object(agent).think) this.fault("the agent cannot think");
    else {
      this.settings = message;
      const { refuseSettings, holdBack } = this.#options;
      if (refuseSettings) this.error(refuseSettings.code, refuseSettings.description);
      else if (!holdBack) this.apply();
    }
  }

  #message({ type, id, name, content }: Json): void {
    if (type === "KeepAlive") this.keepAlives++;
    else if (type === "InjectUserMessage" && typeof content === "string") this.userMessages.push(content);
    else if (type !== "FunctionCallResponse") this.fault(`a message of type ${type}`);
    else if (typeof id !== "string" || typeof content !== "string" || this.#calls.get(id) !== name) {
      this.fault("an answer to no function call");
    } else {
      this.#calls.delete(id);
      this.toolResults.push({ id, output: content });
    }
  }
}

function isFormat(value: unknown): boolean {
  const { encoding, sample_rate: rate } = Object(value);
  if (encoding === "mulaw") return rate === 8000;
  return ENCODINGS.includes(encoding) && [8000, 16000, 24000, 48000].includes(rate);
}
