/**
 * The vendor's own client code takes us for Twilio: the Agents SDK's Twilio transport runs as a process of its own, between
 * a whole bridge and a fake of the Realtime API, in real time.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { resolveAgent } from "../../src/agents/index.js";
import { type BridgeServer, startServer } from "../../src/bridge/server.js";
import type { CallEvent, CallNote } from "../../src/call/events.js";
import type { FakeServer } from "../../src/testing.js";
import { SETTINGS } from "../call/playbook.js";
import { pattern } from "./call.js";
import { type RealtimeConnection, realtimeServer } from "./fixtures/realtime-server.js";

const AGENT = fileURLToPath(new URL("./fixtures/agents-sdk-agent.mjs", import.meta.url));

let openai: FakeServer<RealtimeConnection>;
let agent: ChildProcess;
let agentHost: string;
let complaints = "";

beforeAll(async () => {
  openai = await realtimeServer();
  agent = spawn(process.execPath, [AGENT, openai.url], { stdio: ["ignore", "pipe", "pipe"] });
  agent.stderr?.on("data", (text) => (complaints += text));
  const [port] = await Promise.race([
    once(agent.stdout!, "data"),
    once(agent, "exit").then(() => Promise.reject(new Error(`the agent ended: ${complaints}`))),
  ]);
  agentHost = `127.0.0.1:${`${port}`.trim()}`;
});
afterAll(async () => {
  agent.kill();
  await openai.close();
});

/** A caller who speaks all the time, 20 ms after 20 ms, and keeps what is heard. */
class Caller {
  readonly sent: Buffer[] = [];
  readonly heard: Buffer[] = [];
  readonly #socket: WebSocket;
  readonly #timer: NodeJS.Timeout;

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.on("message", (data) =>
      this.heard.push(Buffer.from(JSON.parse(data.toString()).media.payload, "base64")),
    );
    this.#timer = setInterval(() => this.#speak(), 20);
  }

  async start(): Promise<void> {
    await once(this.#socket, "open");
    const mediaFormat = { encoding: "g711_ulaw", sampleRate: 8000 };
    const start = {
      callId: "call-1",
      accountId: "a",
      callerIdNumber: "+1",
      calleeIdNumber: "+2",
      mediaFormat,
    };
    this.#socket.send(JSON.stringify({ event: "start", start }));
  }

  get heardMs(): number {
    return this.heard.reduce((sum, audio) => sum + audio.length, 0) / 8;
  }

  async hangUp(): Promise<void> {
    clearInterval(this.#timer);
    this.#socket.close(1000);
    await once(this.#socket, "close");
  }

  #speak(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const audio = pattern(160, this.sent.length + 1);
    this.sent.push(audio);
    this.#socket.send(JSON.stringify({ event: "media", media: { payload: audio.toString("base64") } }));
  }
}

describe.each([
  ["at its WebSocket", () => `twilio:ws://${agentHost}/media-stream`],
  ["at its webhook", () => `twilio:http://${agentHost}/incoming-call`],
])("an agent of the Agents SDK, %s", (_, spec) => {
  let bridge: BridgeServer;
  let caller: Caller;
  const events: CallEvent[] = [];
  const of = <T extends CallNote["type"]>(type: T) =>
    events.filter((event): event is Extract<CallEvent, { type: T }> => event.type === type);
  const until = (condition: () => void) => vi.waitFor(condition, { timeout: 10_000, interval: 5 });

  beforeAll(async () => {
    bridge = await startServer({
      host: "127.0.0.1",
      port: 0,
      path: "/media-stream",
      maxCalls: 1,
      maxMessageBytes: 1_000_000,
      pingMs: 0,
      call: SETTINGS,
      agent: await resolveAgent(spec(), { options: {}, env: {} }),
      observe: () => [(event) => events.push(event)],
    });
    caller = new Caller(bridge.url);
    await caller.start();
  });
  afterAll(() => bridge.close());

  it("converses, is interrupted where the caller was, and says good-bye", async () => {
    const model = await openai.next();
    await model.until(() => model.heardBytes > 1600);
    expect(model.session).toMatchObject({
      audio: { input: { format: { type: "audio/pcmu" } }, output: { format: { type: "audio/pcmu" } } },
    });

    // The caller's own bytes, none changed, none missing, none made up.
    const heard = model.heard;
    expect(Buffer.concat(caller.sent).indexOf(heard)).toBeGreaterThanOrEqual(0);

    const reply = pattern(40_000, 7);
    const item = model.reply(reply);
    await until(() => expect(caller.heardMs).toBeGreaterThan(1000));
    model.speechStarted();
    await until(() => expect(of("barge-in")).toHaveLength(1));
    await model.until(() => model.truncations.length > 0);

    const [{ heardMs, droppedMs }] = of("barge-in");
    const playedMs = caller.heardMs;
    expect(droppedMs).toBeGreaterThan(3000);
    // The marks that came back are the SDK's only clock: one for every 100 ms, and it adds 50.
    expect(model.truncations).toEqual([{ item, audioEndMs: expect.any(Number) }]);
    expect(Math.abs(model.truncations[0].audioEndMs - heardMs)).toBeLessThanOrEqual(250);
    expect(Math.abs(playedMs - heardMs)).toBeLessThanOrEqual(SETTINGS.leadMs + 40);

    // Nothing more of the old reply, and all of the next one.
    const next = pattern(3200, 9);
    model.reply(next);
    await until(() => expect(caller.heardMs - playedMs).toBeGreaterThanOrEqual(400));
    const all = Buffer.concat(caller.heard);
    expect(all.subarray(0, playedMs * 8).equals(reply.subarray(0, playedMs * 8))).toBe(true);
    expect(all.subarray(playedMs * 8).equals(next)).toBe(true);

    await caller.hangUp();
    await model.ended;
    expect(of("call-ended")).toMatchObject([{ reason: "caller-hung-up", summary: { bargeIns: 1 } }]);
    expect(of("warning")).toEqual([]);
    expect(model.faults).toEqual([]);
    expect(complaints).toBe("");
  });
});
