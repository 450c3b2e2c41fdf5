/** A fake Google ADK wrapper: flat JSON messages, or binary audio and ADK's own events. */
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import {
  FakeConnection,
  type FakeServer,
  type FakeServerOptions,
  fakeServer,
  jsonObject,
} from "./fake-server.js";

/** Starts a fake wrapper. As the real one, it ends a session whose messages lack `mime_type` or `data`. */
export function fakeAdk(options?: FakeServerOptions): Promise<FakeServer<AdkConnection>> {
  return fakeServer((socket, request) => new AdkConnection(socket, request), options);
}

/** Starts a fake wrapper that takes binary PCM and `{"type":"text","text"}`, and gives ADK's events. */
export function fakeAdkEvents(options?: FakeServerOptions): Promise<FakeServer<AdkEventsConnection>> {
  return fakeServer((socket, request) => new AdkEventsConnection(socket, request), options);
}

export class AdkConnection extends FakeConnection {
  /** The text messages received, such as a greeting's prompt. */
  readonly texts: string[] = [];
  /** The distinct MIME types of the audio received. */
  readonly mimeTypes = new Set<string>();

  constructor(socket: WebSocket, request: IncomingMessage) {
    super(socket, request);
    const { searchParams } = new URL(this.path, "ws://localhost");
    if (searchParams.get("is_audio") !== "true") this.fault("is_audio is not true");
  }

  /** Audio of the agent; `rate` in Hz, as the message states it or leaves it unstated. */
  speak(pcm: Uint8Array, rate: number | "unstated" = 24000): void {
    const mimeType = rate === "unstated" ? "audio/pcm" : `audio/pcm;rate=${rate}`;
    const data = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString("base64");
    this.sendText(JSON.stringify({ mime_type: mimeType, data, role: "model" }));
  }

  say(text: string, role: "model" | "user" = "model"): void {
    this.sendText(JSON.stringify({ mime_type: "text/plain", data: text, role }));
  }

  interrupted(): void {
    this.sendText('{"turn_complete":null,"interrupted":true}');
  }

  turnComplete(): void {
    this.sendText('{"turn_complete":true,"interrupted":null}');
  }

  protected override receiveText(text: string): void {
    const { mime_type: mimeType, data, role } = jsonObject(text);
    if (typeof mimeType !== "string" || typeof data !== "string") this.fault("mime_type or data is missing");
    else if (role !== "user") this.fault("role is not user");
    else if (mimeType === "text/plain") this.texts.push(data);
    else if (mimeType.startsWith("audio/")) {
      this.mimeTypes.add(mimeType);
      this.hear(Buffer.from(data, "base64"));
    } else this.fault(`unknown mime_type ${mimeType}`);
  }
}

/** What sends ADK's events, as JSON: URL-safe base64, and nothing where a field has no value. */
export abstract class AdkEventConnection extends FakeConnection {
  /** The texts received, such as a greeting's prompt. */
  readonly texts: string[] = [];

  /** Sends an event of the agent with these fields. */
  event(fields: Readonly<Record<string, unknown>>): void {
    this.sendText(JSON.stringify({ author: "agent", invocationId: "e-1", actions: {}, ...fields }));
  }

  speak(pcm: Uint8Array, fields: Readonly<Record<string, unknown>> = {}): void {
    const data = urlSafeBase64(pcm);
    const parts = [{ inlineData: { mimeType: "audio/pcm;rate=24000", data } }];
    this.event({ content: { role: "model", parts }, ...fields });
  }

  interrupted(): void {
    this.event({ interrupted: true });
  }

  turnComplete(): void {
    this.event({ turnComplete: true });
  }

  /** As newer ADK does: the pieces, then all of it. */
  transcribe(who: "caller" | "agent", ...pieces: readonly string[]): void {
    const field = who === "caller" ? "inputTranscription" : "outputTranscription";
    for (const text of pieces) this.event({ [field]: { text, finished: false }, partial: true });
    this.event({ [field]: { text: pieces.join(""), finished: true }, partial: false });
  }

  /** The agent calls one of its own functions, which ADK runs at once. */
  callFunction(id: string, name: string, args: Readonly<Record<string, unknown>> = {}): void {
    this.event({ content: { role: "model", parts: [{ functionCall: { id, name, args } }] } });
    const response = { status: "done" };
    this.event({ content: { role: "user", parts: [{ functionResponse: { id, name, response } }] } });
  }
}

export class AdkEventsConnection extends AdkEventConnection {
  protected override receiveBytes(bytes: Buffer): void {
    this.hear(bytes);
  }

  protected override receiveText(text: string): void {
    const message = jsonObject(text);
    if (message.type === "text" && typeof message.text === "string") this.texts.push(message.text);
    else this.fault("a text message that is not {type: text, text}");
  }
}

function urlSafeBase64(bytes: Uint8Array): string {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return base64.replaceAll("+", "-").replaceAll("/", "_");
}
