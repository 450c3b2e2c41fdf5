/** A PBX that says exactly what a test tells it to: for everything that `simulate` never says. */
import { request } from "node:http";
import { WebSocket } from "ws";
import { Watch } from "../../src/testing/watch.js";

/** 20 ms of μ-law silence. */
export const QUIET_FRAME = Buffer.alloc(160, 0xff);

type Fields = Readonly<Record<string, unknown>>;

export class Phone {
  /** The audio of every media message received, as the base64 that came. */
  readonly payloads: string[] = [];
  /** Everything received that is not media. */
  readonly others: string[] = [];
  readonly callId: string;
  /** How the other side ended the call. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #socket: WebSocket;
  readonly #watch = new Watch();

  private constructor(socket: WebSocket, callId: string) {
    this.#socket = socket;
    this.callId = callId;
    socket.on("error", () => {});
    socket.on("message", (data) => {
      const text = data.toString();
      const payload = /^{"event":"media","callId":.*"payload":"([^"]*)"}}$/.exec(text)?.[1];
      if (payload === undefined) this.others.push(text);
      else this.payloads.push(payload);
      this.#watch.changed();
    });
    this.closed = new Promise((resolve) => {
      socket.once("close", (code, reason) => {
        this.#watch.over(`the call was closed with ${code} ${reason}`);
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  /** Opens the socket and says nothing yet. */
  static async dial(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Phone> {
    const socket = new WebSocket(url, { headers, perMessageDeflate: false });
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return new Phone(socket, `phone-${++calls}-${process.pid}`);
  }

  /** Opens the socket and starts a μ-law call. */
  static async call(url: string, fields: Fields = {}): Promise<Phone> {
    const phone = await Phone.dial(url);
    phone.start(fields);
    return phone;
  }

  /** The start of a μ-law call; `fields` replace its fields, undefined leaves one out. */
  start(fields: Fields = {}): void {
    this.say({
      event: "start",
      start: {
        callId: this.callId,
        otherLegCallId: `${this.callId}-b`,
        callerIdNumber: "+12025550101",
        calleeIdNumber: "+12025550199",
        accountId: "account-1",
        mediaFormat: { encoding: "g711_ulaw", sampleRate: 8000 },
        ...fields,
      },
    });
  }

  media(bytes: Uint8Array): void {
    this.say({ event: "media", media: { payload: Buffer.from(bytes).toString("base64") } });
  }

  /** Sends a text, an object as JSON, or bytes as a binary message. */
  say(message: string | object | Buffer): void {
    this.#socket.send(
      typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message),
    );
  }

  /** Sends `bytes` and resolves when an echoing endpoint has said them back: whatever was said before has been dealt with. */
  async echoed(bytes: Uint8Array = QUIET_FRAME): Promise<void> {
    const before = this.payloads.length;
    this.media(bytes);
    await this.until(() => this.payloads.length > before);
  }

  until(condition: () => boolean): Promise<void> {
    return this.#watch.until(condition);
  }

  hangUp(): Promise<{ readonly code: number; readonly reason: string }> {
    this.#socket.close(1000);
    return this.closed;
  }
}

let calls = 0;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** An HTTP request to the server at `url`, whose path is replaced. An upgrade that succeeds is answered with 101 and cut. */
export function http(
  url: string,
  path: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ host: hostname, port, path, method, headers, agent: false });
    asked.once("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text) => (body += text));
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    asked.once("upgrade", (response, socket) => {
      socket.destroy();
      resolve({ status: 101, headers: response.headers, body: "" });
    });
    asked.once("error", reject);
    asked.end();
  });
}

/** What an upgrade request to `path` is answered with. */
export function upgrade(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return http(url, path, {
    headers: {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": Buffer.alloc(16, 7).toString("base64"),
      ...headers,
    },
  });
}
