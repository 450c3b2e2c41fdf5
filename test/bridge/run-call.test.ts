import { EventEmitter } from "node:events";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Agent, AgentContext } from "../../src/agents/index.js";
import { HANG_UP_ONLY } from "../../src/agents/tools.js";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import { runCall } from "../../src/bridge/run-call.js";
import { Wakeups } from "../../src/bridge/wakeups.js";
import type { CallEvent, Observer } from "../../src/call/events.js";
import type { Leg } from "../../src/call/leg.js";
import { ManualClock } from "../../src/clock.js";
import type { Connection } from "../../src/websocket/connection.js";
import { SETTINGS } from "../call/playbook.js";

/** The parts of a WebSocket that a call uses, with nothing behind them. */
class Socket extends EventEmitter {
  readonly isOpen = true;
  bufferedAmount = 0;
  readonly sent: string[] = [];
  closedWith: number | undefined;
  resume(): void {}
  sendText(text: string): void {
    this.sent.push(text);
  }
  close(code: number): void {
    this.closedWith ??= code;
  }
  terminate(): void {}
  receive(message: object): void {
    this.emit("message", Buffer.from(JSON.stringify(message)), false);
  }
}

const START = {
  event: "start",
  start: {
    callId: "c1",
    accountId: "a1",
    callerIdNumber: "1",
    calleeIdNumber: "2",
    mediaFormat: { encoding: "g711_ulaw", sampleRate: 8000 },
  },
};
const ULAW = PORTAL_FORMATS.g711_ulaw;
const FRAME = { event: "media", media: { payload: Buffer.alloc(160, 1).toString("base64") } };

let socket: Socket;
let clock: ManualClock;
let events: CallEvent[];
beforeEach(() => {
  socket = new Socket();
  clock = new ManualClock();
  events = [];
});

function run(
  connect: (context: AgentContext) => Promise<Leg>,
  observers: Observer[] = [],
  onLate?: (ms: number) => void,
) {
  const agent: Agent = { name: "test", connect, probe: async () => {} };
  return runCall(socket as unknown as Connection, {
    settings: { ...SETTINGS, agent: "test" },
    agent,
    tools: HANG_UP_ONLY,
    observers: [...observers, (event) => events.push(event)],
    clock,
    wakeups: new Wakeups(clock),
    onLate,
    onClosed: () => {},
  });
}

const leg = (send: Leg["send"], close: Leg["close"] = () => {}): Leg => ({
  hears: ULAW,
  speaks: ULAW,
  send,
  interrupt() {},
  close,
});
const settled = () => new Promise((resolve) => setImmediate(resolve));
const ended = () => events.find((event) => event.type === "call-ended");

describe("a running call", () => {
  test("an agent in this process may answer while it is being spoken to", async () => {
    run(async ({ emit }) => leg((payload) => emit({ type: "audio", payload })));
    socket.receive(START);
    await settled();
    for (let i = 0; i < 3; i++) socket.receive(FRAME);
    clock.advance(100);
    expect(socket.sent).toHaveLength(3);
    expect(JSON.parse(socket.sent[0])).toEqual({
      event: "media",
      callId: "c1",
      accountId: "a1",
      media: FRAME.media,
    });
  });

  test("an agent whose code throws ends its own call", async () => {
    run(async () =>
      leg(() => {
        throw new Error("oops");
      }),
    );
    socket.receive(START);
    await settled();
    socket.receive(FRAME);
    expect(ended()).toMatchObject({ reason: "agent-failed", detail: "the agent failed: oops" });
    expect(socket.closedWith).toBe(1011);
  });

  test("an agent that connects after the caller has gone is closed again", async () => {
    const close = vi.fn();
    let connected: (leg: Leg) => void = () => {};
    const run1 = run(() => new Promise<Leg>((resolve) => (connected = resolve)));
    socket.receive(START);
    socket.emit("close", 1000);
    connected(leg(() => {}, close));
    await settled();
    expect(close).toHaveBeenCalledOnce();
    run1.shutDown();
    expect(events.filter((event) => event.type === "call-ended")).toHaveLength(1);
  });

  test("the signal of a connection that is still being made is aborted when the caller goes", async () => {
    let signal: AbortSignal | undefined;
    run((context) => {
      signal = context.signal;
      return new Promise(() => {});
    });
    socket.receive(START);
    expect(signal?.aborted).toBe(false);
    socket.emit("close", 1006);
    expect(signal?.aborted).toBe(true);
    expect(ended()).toMatchObject({ reason: "caller-lost" });
  });

  test("an observer that throws is not asked again and disturbs nothing", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const broken = vi.fn(() => {
      throw new Error("broken observer");
    });
    run(async ({ emit }) => leg((payload) => emit({ type: "audio", payload })), [broken]);
    socket.receive(START);
    await settled();
    socket.receive(FRAME);
    clock.advance(50);
    expect(socket.sent).toHaveLength(1);
    expect(broken).toHaveBeenCalledOnce();
    expect(warned).toHaveBeenCalledOnce();
    warned.mockRestore();
  });

  test("an observer that is deaf is spared the sound, until something happens and it is no more", async () => {
    const told: string[] = [];
    const observer: Observer = ({ type }) => told.push(type);
    observer.isDeaf = true;
    const happened = () => events.map(({ type }) => type);
    run(async ({ emit }) => leg((payload) => emit({ type: "audio", payload })), [observer]);
    socket.receive(START);
    await settled();
    socket.receive(FRAME);
    clock.advance(50);
    expect(told).toEqual(happened().filter((type) => !type.endsWith("-audio")));
    expect(happened()).toContain("agent-audio");
    observer.isDeaf = false;
    socket.receive({ event: "dtmf", dtmf: { digit: "5" } });
    const [before, heard] = [told.length, happened().length];
    socket.receive(FRAME);
    clock.advance(50);
    expect(told.slice(before)).toEqual(happened().slice(heard));
    expect(told.slice(before)).toContain("caller-audio");
  });

  test("how late frames leave is told to whoever counts it", async () => {
    const late: number[] = [];
    run(
      async ({ emit }) => {
        emit({ type: "audio", payload: Payload.fromBytes(new Uint8Array(160 * 3)) });
        return leg(() => {});
      },
      [],
      (ms) => late.push(ms),
    );
    socket.receive(START);
    await settled();
    clock.advance(100);
    expect(socket.sent).toHaveLength(3);
    expect(late).toEqual([0, 0]);
  });

  test("a caller who does not read is not queued for: the newest audio is dropped and counted", async () => {
    let emit: AgentContext["emit"] = () => {};
    run(async (context) => {
      emit = context.emit;
      return leg(() => {});
    });
    socket.receive(START);
    await settled();
    socket.bufferedAmount = 1_000_000;
    emit({ type: "audio", payload: Payload.fromBytes(new Uint8Array(160)) });
    expect(socket.sent).toEqual([]);
    expect(
      events
        .filter((event) => event.type === "warning")
        .map((event) => event.type === "warning" && event.code),
    ).toEqual(["congested"]);
  });

  test("a fault of ours ends this call, tells every observer, and is said", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    // No kind that is checked can come with such a format: it stands for any mistake of ours.
    run(async () => ({ ...leg(() => {}), hears: PORTAL_FORMATS.opus }));
    socket.receive(START);
    await settled();
    expect(ended()).toMatchObject({ reason: "bridge-failed", detail: "internal error" });
    expect(socket.closedWith).toBe(1011);
    expect(warned).toHaveBeenCalledOnce();
    warned.mockRestore();
  });

  test("the process going away ends the call with 1001", () => {
    const running = run(() => new Promise(() => {}));
    socket.receive(START);
    running.shutDown();
    expect(socket.closedWith).toBe(1001);
    expect(ended()).toMatchObject({ reason: "shutting-down" });
  });
});
