/** A TCP connection that says whatever bytes it is told, as a WebSocket client that keeps to no rule. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Watch } from "../../src/testing/watch.js";
import { type FrameOptions, frame } from "./frames.js";

const PATIENCE_MS = 24_000;
/** An empty ping, as we send it. */
const PING = Buffer.of(0x89, 0);
let calls = 0;

export class Wire {
  /** What was answered, byte by byte. */
  answer = Buffer.alloc(0);
  readonly callId = `wire-${++calls}-${process.pid}`;
  readonly socket: Socket;
  /** It answers no pings. */
  isDeaf = false;
  readonly #watch = new Watch();
  #closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      // The sound that comes back need not be kept.
      if (this.answer.length < 100_000) this.answer = Buffer.concat([this.answer, bytes]);
      // Text holds no such byte.
      if (!this.isDeaf && bytes.includes(PING)) this.frame(10);
      this.#last = Buffer.concat([this.#last, bytes]).subarray(-300);
      this.#watch.changed();
    });
    socket.once("close", () => {
      this.#closed = true;
      this.#watch.changed();
    });
  }

  #last = Buffer.alloc(0);

  static async open(url: string): Promise<Wire> {
    const { hostname, port } = new URL(url);
    const socket = connect({ port: Number(port), host: hostname });
    const wire = new Wire(socket);
    await once(socket, "connect");
    return wire;
  }

  /** A WebSocket that is open. */
  static async upgraded(url: string, heads: readonly string[] = []): Promise<Wire> {
    const wire = await Wire.open(url);
    wire.write(upgradeRequest(heads));
    await wire.until(() => wire.answer.includes("\r\n\r\n"));
    if (wire.status !== 101) throw new Error(`the upgrade was answered with ${wire.status}`);
    return wire;
  }

  /** A call that has started; `callee` says which agent answers. */
  static async call(url: string, callee = "echo"): Promise<Wire> {
    const wire = await Wire.upgraded(url);
    wire.write(frame(1, wire.start(callee)));
    return wire;
  }

  /** The start message of this call. */
  start(callee = "echo"): string {
    const mediaFormat = { encoding: "g711_ulaw", sampleRate: 8000 };
    const ids = { callId: this.callId, otherLegCallId: `${this.callId}-b`, accountId: "account-1" };
    const numbers = { callerIdNumber: "+12025550101", calleeIdNumber: callee };
    return JSON.stringify({ event: "start", start: { ...ids, ...numbers, mediaFormat } });
  }

  write(bytes: string | Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  frame(opcode: number, payload: string | Uint8Array = "", options: FrameOptions = {}): void {
    this.write(frame(opcode, payload, options));
  }

  /** Writes as fast as it is taken; ends early when the other side has had enough. */
  async pour(bytes: Uint8Array, times: number): Promise<void> {
    for (let k = 0; k < times && !this.#closed; k++) {
      if (this.socket.write(bytes)) continue;
      await Promise.race([once(this.socket, "drain"), this.closed()]).catch(() => {});
    }
  }

  /** Resolves when audio has come back: whatever was said before has been dealt with. */
  heard(): Promise<void> {
    return this.until(() => this.answer.includes('"payload"'));
  }

  get status(): number | undefined {
    const [, status] = /^HTTP\/1\.1 (\d+)/.exec(this.answer.toString("latin1")) ?? [];
    return status === undefined ? undefined : Number(status);
  }

  /** Ends the connection as a crash does: with a reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  async until(condition: () => boolean): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`in vain; answered: ${this.#last}`)), PATIENCE_MS);
    });
    await Promise.race([this.#watch.until(condition), late]).finally(() => clearTimeout(timer));
  }

  /** Resolves when the connection is gone. @returns the code and reason of the close frame that came last. */
  async closed(): Promise<{ close: number; reason: string }> {
    await this.until(() => this.#closed);
    // A close frame is short, unmasked, and the last thing that is said.
    for (let at = this.#last.length - 2; at >= 0; at--) {
      const length = this.#last[at + 1]!;
      if (this.#last[at] !== 0x88 || at + 2 + length !== this.#last.length) continue;
      if (length < 2) return { close: 1005, reason: "" };
      const reason = this.#last.subarray(at + 4).toString();
      return { close: this.#last.readUInt16BE(at + 2), reason };
    }
    return { close: 1006, reason: "" };
  }
}

/** A request for a WebSocket; `heads` replace those of the same name, and a name alone leaves one out. */
export function upgradeRequest(heads: readonly string[] = [], path = "/media-stream"): string {
  const standard: Record<string, string> = {
    host: "Host: 127.0.0.1",
    connection: "Connection: Upgrade",
    upgrade: "Upgrade: websocket",
    "sec-websocket-version": "Sec-WebSocket-Version: 13",
    "sec-websocket-key": `Sec-WebSocket-Key: ${Buffer.alloc(16, 7).toString("base64")}`,
  };
  for (const head of heads) {
    const name = head.split(":", 1)[0]!.toLowerCase();
    if (head.includes(":")) standard[name] = head;
    else delete standard[name];
  }
  return `GET ${path} HTTP/1.1\r\n${Object.values(standard).join("\r\n")}\r\n\r\n`;
}
