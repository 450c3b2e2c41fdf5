/** A fake Google ADK wrapper: flat JSON messages of `mime_type`, `data` and `role`. */
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

  say(text: string): void {
    this.sendText(JSON.stringify({ mime_type: "text/plain", data: text, role: "model" }));
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
