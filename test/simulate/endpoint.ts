/** A small real endpoint that speaks the SmartPBX wire, for calls over a real socket. */
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { Payload } from "../../src/audio/payload.js";
import type { CallInfo } from "../../src/protocol/messages.js";
import { parsePbxMessage } from "../../src/protocol/parse.js";
import { mediaSerializer } from "../../src/protocol/serialize.js";

export interface Line {
  readonly socket: WebSocket;
  readonly info: CallInfo;
  /** Sends audio with the right ids. */
  speak(payload: Payload): void;
}

export interface Script {
  started?(line: Line): void;
  audio?(line: Line, payload: Payload): void;
}

export class Endpoint {
  /** Event names of all messages in the order they came, media once. */
  readonly log: string[] = [];
  readonly payloads: Buffer[] = [];
  readonly calls: CallInfo[] = [];
  readonly closeCodes: number[] = [];
  #open = 0;
  mostOpen = 0;
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer, script: Script) {
    this.#server = server;
    server.on("connection", (socket) => this.#answer(socket, script));
  }

  static async listen(script: Script): Promise<Endpoint> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
    await new Promise((resolve) => server.once("listening", resolve));
    return new Endpoint(server, script);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/media-stream?key=hidden`;
  }

  close(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #answer(socket: WebSocket, script: Script): void {
    this.mostOpen = Math.max(this.mostOpen, ++this.#open);
    let line: Line | undefined;
    socket.on("message", (data) => {
      const message = parsePbxMessage(data.toString());
      if (this.log.at(-1) !== message.type) this.log.push(message.type);
      if (message.type === "start") {
        const { info } = message;
        const write = mediaSerializer(info.callId, info.accountId);
        line = { socket, info, speak: (payload) => socket.send(write(payload)) };
        this.calls.push(info);
        script.started?.(line);
      }
      if (message.type === "media" && line) {
        this.payloads.push(message.payload.bytes);
        script.audio?.(line, message.payload);
      }
    });
    socket.on("error", () => {});
    socket.on("close", (code) => {
      this.#open--;
      this.closeCodes.push(code);
    });
  }
}

/** Says back each frame as it comes. */
export const echo: Script = { audio: (line, payload) => line.speak(payload) };
