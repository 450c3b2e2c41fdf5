/** A fake agent of the generic kind: audio as binary messages or base64 in JSON, control messages as JSON. */
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import {
  FakeConnection,
  type FakeServer,
  type FakeServerOptions,
  fakeServer,
  jsonObject,
} from "./fake-server.js";

type Framing = "binary" | "json";

/** Starts a fake agent. It wants `start` first, audio in its own framing only, and nothing after `end`. */
export function fakeWebSocketAgent(
  options: FakeServerOptions & { readonly framing?: Framing } = {},
): Promise<FakeServer<WebSocketAgentConnection>> {
  const { framing = "binary" } = options;
  return fakeServer((socket, request) => new WebSocketAgentConnection(socket, request, framing), options);
}

export class WebSocketAgentConnection extends FakeConnection {
  /** The `start` message. */
  start: Readonly<Record<string, unknown>> | undefined;
  readonly digits: string[] = [];
  /** What the caller had heard at each interruption, in ms. */
  readonly interruptions: number[] = [];
  /** Whether `end` was received. */
  saidEnd = false;
  readonly #framing: Framing;

  constructor(socket: WebSocket, request: IncomingMessage, framing: Framing) {
    super(socket, request);
    this.#framing = framing;
  }

  speak(audio: Uint8Array): void {
    if (this.#framing === "binary") this.sendBytes(audio);
    else this.#send("audio", { audio: Buffer.from(audio).toString("base64") });
  }

  transcript(who: "caller" | "agent", text: string): void {
    this.#send("transcript", { who, text });
  }

  interrupted(): void {
    this.#send("interrupted");
  }

  turnEnded(): void {
    this.#send("turn-ended");
  }

  end(): void {
    this.#send("end");
  }

  #send(type: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.sendText(JSON.stringify({ type, ...fields }));
  }

  protected override receiveBytes(bytes: Buffer): void {
    if (this.#framing === "json") this.fault("binary audio, though the framing is json");
    else if (this.#isOpen()) this.hear(bytes);
  }

  protected override receiveText(text: string): void {
    const message = jsonObject(text);
    if (message.type === "start" && !this.start) {
      this.start = message;
      return;
    }
    if (!this.#isOpen()) return;
    if (message.type === "audio" && this.#framing === "json")
      this.hear(Buffer.from(String(message.audio), "base64"));
    else if (message.type === "dtmf" && typeof message.digit === "string") this.digits.push(message.digit);
    else if (message.type === "interrupted" && typeof message.heardMs === "number") {
      this.interruptions.push(message.heardMs);
    } else if (message.type === "end") this.saidEnd = true;
    else this.fault(`a message of type ${message.type}`);
  }

  #isOpen(): boolean {
    if (!this.start) this.fault("something came before start");
    else if (this.saidEnd) this.fault("something came after end");
    else return true;
    return false;
  }
}
