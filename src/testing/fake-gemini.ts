/** A fake Gemini Live: JSON in binary frames, `setup` first, and closes with a reason where the vendor closes. */
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { geminiSetupFault } from "./fake-gemini-setup.js";
import {
  FakeConnection,
  type FakeServer,
  type FakeServerOptions,
  fakeServer,
  jsonObject,
} from "./fake-server.js";

export interface FakeGeminiOptions extends FakeServerOptions {
  /** The API key or access token that is wanted; others are closed with 1008. Left out, any will do. */
  readonly key?: string;
  /** `setup` is not answered until `setupComplete` is called. */
  readonly holdsSetup?: boolean;
  /** No handle of an earlier session is taken. */
  readonly refusesHandles?: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** Starts a fake Gemini. */
export function fakeGemini(options: FakeGeminiOptions = {}): Promise<FakeServer<GeminiConnection>> {
  return fakeServer((socket, request) => new GeminiConnection(socket, request, options), options);
}

export class GeminiConnection extends FakeConnection {
  /** The `setup` message, once it came. */
  setup: Fields | undefined;
  /** What was said in real time as text, such as a greeting's prompt or a key. */
  readonly texts: string[] = [];
  /** The `clientContent` messages. */
  readonly contents: Fields[] = [];
  /** The distinct MIME types of the audio received. */
  readonly mimeTypes = new Set<string>();
  readonly toolResults: { readonly id: string; readonly output: string }[] = [];
  readonly #options: FakeGeminiOptions;
  readonly #calls = new Map<string, string>();
  #ready = false;
  #seeding = false;

  constructor(socket: WebSocket, request: IncomingMessage, options: FakeGeminiOptions) {
    super(socket, request);
    this.#options = options;
  }

  /** The key or the token that came with the request. */
  get key(): string | undefined {
    const { searchParams } = new URL(this.path, "ws://localhost");
    const bearer = /^Bearer (.+)$/.exec(this.headers.authorization ?? "")?.[1];
    return (
      (this.headers["x-goog-api-key"] as string | undefined) ?? searchParams.get("key") ?? bearer ?? undefined
    );
  }

  get isVertex(): boolean {
    return this.path.includes("aiplatform");
  }

  /** Sends a message as the vendor does: JSON in a binary frame. */
  message(message: Fields): void {
    this.sendBytes(Buffer.from(JSON.stringify(message)));
  }

  setupComplete(): void {
    this.#ready = true;
    this.message({ setupComplete: {} });
  }

  content(serverContent: Fields): void {
    this.message({ serverContent });
  }

  /** Audio of the model; further fields of the same `serverContent` may come with it. */
  speak(pcm: Uint8Array, fields: Fields = {}, rate = 24000): void {
    const data = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString("base64");
    const parts = [{ inlineData: { mimeType: `audio/pcm;rate=${rate}`, data } }];
    this.content({ modelTurn: { role: "model", parts }, ...fields });
  }

  interrupted(): void {
    this.content({ interrupted: true });
  }

  generationComplete(): void {
    this.content({ generationComplete: true });
  }

  turnComplete(): void {
    this.content({ turnComplete: true });
  }

  /** A piece of what was said. */
  transcribe(who: "caller" | "agent", text: string, finished?: boolean): void {
    this.content({ [who === "caller" ? "inputTranscription" : "outputTranscription"]: { text, finished } });
  }

  callTool(id: string, name: string, args: Fields = {}): void {
    this.#calls.set(id, name);
    this.message({ toolCall: { functionCalls: [{ id, name, args }] } });
  }

  cancelTool(id: string): void {
    this.#calls.delete(id);
    this.message({ toolCallCancellation: { ids: [id] } });
  }

  /** The session as it is now can be continued with this handle. */
  resumable(newHandle: string): void {
    this.message({ sessionResumptionUpdate: { newHandle, resumable: true } });
  }

  /** The connection ends soon. */
  goAway(timeLeft = "50s"): void {
    this.message({ goAway: { timeLeft } });
  }

  protected override receiveBytes(bytes: Buffer): void {
    this.receiveText(bytes.toString());
  }

  protected override receiveText(text: string): void {
    const message = jsonObject(text);
    const [kind, ...others] = Object.keys(message);
    if (others.length > 0) this.refuse(`more than one of ${[kind, ...others]}`);
    else if (kind === "setup") this.#receiveSetup(message.setup as Fields);
    else if (!this.#ready) this.refuse(`${kind} before the setup is complete`);
    else if (kind === "realtimeInput") this.#receiveInput(message.realtimeInput as Input);
    else if (kind === "clientContent") this.#receiveContent(message.clientContent as Content);
    else if (kind === "toolResponse") this.#receiveToolResponse(message.toolResponse as ToolResponse);
    else this.refuse(`Invalid JSON payload received. Unknown name "${kind}"`);
  }

  #receiveSetup(setup: Fields): void {
    const { key, holdsSetup, refusesHandles } = this.#options;
    const fault = geminiSetupFault(setup, this.isVertex);
    const { handle } = (setup.sessionResumption ?? {}) as { handle?: string };
    if (this.setup) this.refuse("setup must be the first message and only the first");
    else if (!this.key || (key !== undefined && key !== this.key)) {
      this.close(1008, "API key not valid. Please pass a valid API key.");
    } else if (fault) this.refuse(fault);
    else if (handle !== undefined && refusesHandles) this.close(1008, "Session handle is not valid");
    else {
      this.setup = setup;
      this.#seeding = setup.historyConfig !== undefined;
      if (!holdsSetup) this.setupComplete();
    }
  }

  #receiveInput({ audio, text, ...others }: Input): void {
    if (Object.keys(others).length > 0) this.refuse(`Unknown or deprecated name "${Object.keys(others)}"`);
    else if (this.#seeding) this.refuse("realtimeInput before the initial history is complete");
    else if (typeof text === "string" && !audio) this.texts.push(text);
    else if (!/^audio\/pcm;rate=\d+$/.test(audio?.mimeType ?? "")) this.refuse("audio of an unknown type");
    else {
      this.mimeTypes.add(audio?.mimeType ?? "");
      this.hear(Buffer.from(audio?.data ?? "", "base64"));
    }
  }

  #receiveContent(content: Content): void {
    const roles = content.turns?.map(({ role }) => role) ?? [];
    if (!roles.every((role) => role === "user" || role === "model")) this.refuse("a role that is not valid");
    else if (!this.#isGemini2 && !this.#seeding) this.refuse("clientContent that is no initial history");
    else {
      this.contents.push(content as unknown as Fields);
      if (content.turnComplete) this.#seeding = false;
    }
  }

  #receiveToolResponse({ functionResponses = [] }: ToolResponse): void {
    for (const { id = "", name, response } of functionResponses) {
      if (this.#calls.get(id) !== name) this.refuse(`an answer to no open call: ${id}`);
      else if (typeof response !== "object" || response === null) this.refuse("a response that is no object");
      else {
        this.#calls.delete(id);
        const output = response.output ?? response.error;
        this.toolResults.push({ id, output: typeof output === "string" ? output : JSON.stringify(output) });
      }
    }
  }

  get #isGemini2(): boolean {
    return /2\.\d/.test(String(this.setup?.model));
  }

  /** As the vendor does: a close with the reason. */
  protected refuse(what: string): void {
    this.faults.push(what);
    this.close(1007, what.slice(0, 120));
  }
}

interface Input {
  readonly audio?: { readonly mimeType?: string; readonly data?: string };
  readonly text?: string;
}

interface Content {
  readonly turns?: readonly { readonly role?: string }[];
  readonly turnComplete?: boolean;
}

interface ToolResponse {
  readonly functionResponses?: readonly { id?: string; name?: string; response?: Record<string, unknown> }[];
}
