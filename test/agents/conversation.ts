/** The second half of the contract: a whole call with the agent behind it, with real sockets to the agent and time held by hand. */
import { EventEmitter } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { resolveAgent } from "../../src/agents/index.js";
import { HANG_UP_SPEC, type ToolRunner } from "../../src/agents/tools.js";
import { bytesPerMs, type MediaFormat, PORTAL_FORMATS } from "../../src/audio/format.js";
import { runCall } from "../../src/bridge/run-call.js";
import { Wakeups } from "../../src/bridge/wakeups.js";
import type { CallEvent, CallNote } from "../../src/call/events.js";
import { ManualClock } from "../../src/clock.js";
import type { FakeConnection, FakeServer } from "../../src/testing.js";
import type { Connection } from "../../src/websocket/connection.js";
import { SETTINGS } from "../call/playbook.js";
import type { Wire } from "./contract.js";

/** The PBX's end of a call, without a network: what is sent is kept. */
export class Pbx extends EventEmitter {
  readonly isOpen = true;
  bufferedAmount = 0;
  readonly sent: Buffer[] = [];
  resume(): void {}
  sendText(text: string): void {
    this.sent.push(Buffer.from(JSON.parse(text).media.payload, "base64"));
  }
  close(): void {}
  terminate(): void {}
  ping(): void {}
  say(message: object): void {
    this.emit("message", Buffer.from(JSON.stringify(message)), false);
  }
  get heardMs(): number {
    return this.sent.reduce((sum, payload) => sum + payload.length, 0) / 8;
  }
}

export const TOOLS: ToolRunner = {
  specs: [
    HANG_UP_SPEC,
    {
      name: "lookup",
      description: "Looks something up.",
      parameters: { type: "object", properties: { word: { type: "string" } } },
    },
  ],
  run: async (_name, args) => JSON.stringify({ found: args.word }),
};

export function describeConversation<C extends FakeConnection>(name: string, wire: Wire<C>): void {
  describe(`a whole call with ${name}`, () => {
    let server: FakeServer<C> | undefined;
    afterEach(() => server?.close());

    async function call(behind: NonNullable<Wire<C>["brief"]> = { start: wire.start, options: {} }) {
      const here = await behind.start();
      server = here;
      const agent = await resolveAgent(wire.spec(here.url), {
        options: { ...wire.options, ...behind.options },
        tools: TOOLS.specs,
      });
      const pbx = new Pbx();
      const clock = new ManualClock();
      const events: CallEvent[] = [];
      const running = runCall(pbx as unknown as Connection, {
        settings: { ...SETTINGS, agent: agent.name },
        agent,
        tools: TOOLS,
        observers: [(event) => events.push(event)],
        clock,
        wakeups: new Wakeups(clock),
        onClosed() {},
      });
      const { encoding, sampleRate } = PORTAL_FORMATS.g711_ulaw;
      const start = {
        callId: "call-1",
        otherLegCallId: "leg-2",
        accountId: "a",
        callerIdNumber: "+94770000001",
        calleeIdNumber: "+94110000001",
        mediaFormat: { encoding, sampleRate },
      };
      pbx.say({ event: "start", start });
      const of = <T extends CallNote["type"]>(type: T) =>
        events.filter((event): event is Extract<CallEvent, { type: T }> => event.type === type);
      const until = (condition: () => boolean) =>
        vi.waitFor(() => expect(condition()).toBe(true), { timeout: 5000, interval: 5 });
      await until(() => of("agent-ready").length > 0);
      const far = await here.next();
      const spoke = () =>
        of("agent-leg-audio")
          .filter(({ dir }) => dir === "in")
          .reduce((sum, { bytes }) => sum + bytes, 0);
      /** The agent pours out so much speech, and it has all come here. */
      const pour = async (ms: number, speak: (connection: C, audio: Uint8Array) => void = wire.speak) => {
        const before = spoke();
        const audio = tone(wire.speaks ?? PORTAL_FORMATS.g711_ulaw, ms);
        const half = audio.length / 2;
        speak(far, audio.subarray(0, half));
        speak(far, audio.subarray(half));
        return { before, audio };
      };
      const heard = async (ms: number) => {
        const { before, audio } = await pour(ms);
        await until(() => spoke() - before >= audio.length);
      };
      return { pbx, clock, events, far, server: here, of, until, pour, heard, spoke, running };
    }

    it("lets the caller hear a greeting that comes before any word of theirs, whole", async () => {
      const { pbx, clock, heard, running } = await call();
      await heard(1000);
      clock.advance(3000);
      expect(pbx.heardMs).toBeGreaterThanOrEqual(1000);
      expect(pbx.heardMs).toBeLessThanOrEqual(1040);
      running.shutDown();
    });

    it("survives ten minutes of speech at once: what may wait is heard, the rest is dropped and said", async () => {
      const { pbx, clock, of, until, pour, running } = await call();
      for (let i = 0; i < 20; i++) await pour(30_000);
      await until(() => of("warning").some(({ code }) => code === "agent-overflow"));
      clock.advance(1000);
      expect(pbx.heardMs).toBeGreaterThan(900);
      expect(of("call-ended")).toEqual([]);
      running.shutDown();
    });

    if (wire.interrupt) {
      it("stops at once when the caller breaks in, tells the agent what was heard, and drops what still comes", async () => {
        const { pbx, clock, far, of, until, heard, pour, running } = await call();
        await heard(10_000);
        clock.advance(2000);
        const before = pbx.heardMs;
        wire.interrupt?.(far);
        await until(() => of("barge-in").length > 0);
        expect(before).toBeLessThanOrEqual(2000 + 80);
        expect(Math.abs(of("barge-in")[0].heardMs - 2000)).toBeLessThanOrEqual(20);
        const told = wire.heard ?? wire.interruptions;
        if (told) {
          await until(() => told(far).length > 0);
          expect(Math.abs(told(far)[0] - 2000)).toBeLessThanOrEqual(40);
        }
        if (wire.speakLate) await pour(2000, wire.speakLate);
        // A whole new reply comes after what was late; only it may be heard.
        await heard(400);
        clock.advance(3000);
        expect(pbx.heardMs - before).toBeGreaterThanOrEqual(400);
        expect(pbx.heardMs - before).toBeLessThanOrEqual(460);
        running.shutDown();
      });
    }

    if (wire.transcribe) {
      it("reports what both sides said, in the order in which they spoke", async () => {
        const { far, clock, of, until, running } = await call();
        wire.transcribe?.(far, "caller", "a table for two");
        wire.transcribe?.(far, "agent", "for when");
        wire.endTurn?.(far);
        await vi.waitFor(() => {
          clock.advance(500);
          expect(of("transcript").length).toBeGreaterThanOrEqual(2);
        });
        await until(() => of("transcript").length >= 2);
        expect(of("transcript").map(({ who, text }) => [who, text.trim()])).toEqual([
          ["caller", "a table for two"],
          ["agent", "for when"],
        ]);
        running.shutDown();
      });
    }

    if (wire.callTool && wire.toolResults) {
      it("answers every tool call", async () => {
        const { far, until, of, running } = await call();
        wire.callTool?.(far, "t1", "lookup", { word: "tea" });
        await until(() => of("tool-result").length > 0);
        expect(of("tool-call")).toMatchObject([{ name: "lookup", args: { word: "tea" } }]);
        await until(() => (wire.toolResults?.(far) ?? []).length > 0);
        const [{ id, output }] = wire.toolResults?.(far) ?? [];
        expect(id).toBe("t1");
        expect(output).toContain("tea");
        expect(far.faults).toEqual([]);
        running.shutDown();
      });
    }

    const { brief } = wire;
    if (brief) {
      it("outlives a session: the call goes on in the next, both ways, and the caller hears all of it", async () => {
        const { pbx, clock, events, far, server, of, until, heard, spoke, running } = await call(brief);
        await heard(600);
        if (wire.endTurn) wire.endTurn(far);
        clock.advance(2000);
        const next = await server.next();
        await far.ended;
        const before = spoke();
        const format = wire.speaks ?? PORTAL_FORMATS.g711_ulaw;
        const audio = tone(format, 400);
        wire.speak(next, audio);
        await until(() => spoke() - before >= audio.length);
        clock.advance(3000);
        const saidMs = spoke() / bytesPerMs(format);
        expect(saidMs).toBeGreaterThanOrEqual(1000);
        expect(pbx.heardMs).toBeGreaterThanOrEqual(saidMs);
        expect(pbx.heardMs).toBeLessThanOrEqual(saidMs + 80);
        const payload = Buffer.alloc(160, 0x20).toString("base64");
        pbx.say({ event: "media", media: { payload } });
        clock.advance(20);
        await next.until(() => next.heardBytes > 0);
        expect([...far.faults, ...next.faults, ...of("warning"), ...of("call-ended")]).toEqual([]);
        expect(events.filter(({ type }) => type === "agent-ready")).toHaveLength(1);
        running.shutDown();
      });
    }

    if (wire.callTool) {
      it("hangs up when the agent asks for it, after its goodbye was heard", async () => {
        const { pbx, far, clock, of, until, heard } = await call();
        await heard(1000);
        wire.callTool?.(far, "t1", "hang_up", {});
        await until(() => of("tool-call").length > 0);
        clock.advance(900);
        expect(of("call-ended")).toEqual([]);
        clock.advance(5000);
        expect(of("call-ended")).toMatchObject([{ reason: "agent-ended" }]);
        expect(pbx.heardMs).toBeGreaterThanOrEqual(1000);
        expect(far.faults).toEqual([]);
      });
    }
  });
}

/** A tone, so that it counts as speech, in any plain format. */
export function tone(format: MediaFormat, ms: number): Uint8Array {
  const bytes = new Uint8Array(ms * bytesPerMs(format));
  if (format.encoding === "g711_ulaw") return bytes.fill(0x20);
  for (let i = 1; i < bytes.length; i += 2) bytes[i] = (i & 64) === 0 ? 0x20 : 0xe0;
  return bytes;
}
