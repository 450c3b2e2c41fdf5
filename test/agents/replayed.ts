/** The last part of the contract: a call with the agent, recorded, has the same effects when only the recording answers it. */
import { mkdtemp, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Agent, resolveAgent } from "../../src/agents/index.js";
import { FRAME_MS, PORTAL_FORMATS } from "../../src/audio/format.js";
import { runCall } from "../../src/bridge/run-call.js";
import { Wakeups } from "../../src/bridge/wakeups.js";
import type { CallEvent, CallNote, Observer } from "../../src/call/events.js";
import { ManualClock } from "../../src/clock.js";
import { isMedia, openRecording } from "../../src/recording/reader.js";
import { createRecorder } from "../../src/recording/writer.js";
import type { FakeConnection, FakeServer } from "../../src/testing.js";
import type { Connection } from "../../src/websocket/connection.js";
import { SETTINGS } from "../call/playbook.js";
import type { Wire } from "./contract.js";
import { Pbx, TOOLS, tone } from "./conversation.js";

const ULAW = PORTAL_FORMATS.g711_ulaw;
const START = {
  callId: "call-1",
  otherLegCallId: "leg-2",
  accountId: "account-1",
  callerIdNumber: "+94770000001",
  calleeIdNumber: "+94110000001",
  mediaFormat: ULAW,
};

/** One call on time held by hand, and all that comes of it. */
class TriedCall {
  readonly pbx = new Pbx();
  readonly clock = new ManualClock();
  readonly events: CallEvent[] = [];

  constructor(agent: Agent, observers: (clock: ManualClock) => readonly Observer[] = () => []) {
    runCall(this.pbx as unknown as Connection, {
      settings: { ...SETTINGS, agent: agent.name },
      agent,
      tools: TOOLS,
      observers: [(event) => this.events.push(event), ...observers(this.clock)],
      clock: this.clock,
      wakeups: new Wakeups(this.clock),
      onClosed() {},
    });
    this.pbx.say({ event: "start", start: START });
  }

  of<T extends CallNote["type"]>(type: T) {
    return this.events.filter((event): event is Extract<CallEvent, { type: T }> => event.type === type);
  }

  until(condition: () => boolean, what: string): Promise<void> {
    return vi.waitFor(() => expect(condition(), what).toBe(true), { timeout: 5000, interval: 2 });
  }

  sends(payload: Uint8Array): void {
    this.pbx.say({ event: "media", media: { payload: Buffer.from(payload).toString("base64") } });
  }

  /** The caller says this, as it takes its time. */
  async says(audio: Uint8Array): Promise<void> {
    for (let at = 0; at < audio.length && !this.isOver; at += FRAME_MS * 8) {
      this.clock.advance(FRAME_MS);
      this.sends(audio.subarray(at, at + FRAME_MS * 8));
      // What the agent does comes over a real socket.
      await new Promise(setImmediate);
    }
  }

  presses(digit: string): void {
    this.pbx.say({ event: "dtmf", dtmf: { digit, duration: 100 } });
  }

  get isOver(): boolean {
    return this.of("call-ended").length > 0;
  }

  get spokenBytes(): number {
    return this.of("agent-leg-audio").reduce((sum, { dir, bytes }) => sum + (dir === "in" ? bytes : 0), 0);
  }

  /** What others notice of the call. */
  get effects() {
    return {
      tools: this.of("tool-call").map(({ id, name, args }) => ({ id, name, args })),
      answers: this.of("tool-result").map(({ id, isError }) => ({ id, isError })),
      transcripts: this.of("transcript").map(({ who, text }) => ({ who, text })),
      bargeIns: this.of("barge-in").length,
      keys: this.of("dtmf").map(({ digit }) => digit),
      end: this.of("call-ended").map(({ reason }) => reason),
    };
  }
}

const silence = (ms: number) => Buffer.alloc(ms * 8, 0xff);

export function describeReplay<C extends FakeConnection>(name: string, wire: Wire<C>): void {
  describe(`a recorded call with ${name}`, () => {
    const closing: (() => Promise<unknown>)[] = [];
    afterEach(async () => {
      vi.restoreAllMocks();
      for (const close of closing.splice(0)) await close();
    });

    it("has the same effects without the agent, a key or a network", async () => {
      const directory = await mkdtemp(join(tmpdir(), "replayed-"));
      closing.push(() => rm(directory, { recursive: true, force: true }));
      const server = await wire.start();
      let isUp = true;
      const shut = async () => {
        if (isUp) await server.close();
        isUp = false;
      };
      closing.push(shut);
      const { call: first, folder } = await recordedCall(wire, server, directory);
      await shut();

      const connections = vi.spyOn(Socket.prototype, "connect");
      const agent = await resolveAgent(`recording:${folder}`, {
        options: { timing: "exact" },
        env: {},
        tools: TOOLS.specs,
      });
      await agent.probe();
      const again = new TriedCall(agent);
      await again.until(() => again.of("agent-ready").length > 0, "the recording answers");
      await repeat(folder, again);
      await again.until(() => again.isOver, "the call ends");
      expect(again.effects).toEqual(first.effects);
      expect(again.pbx.sent.length).toBe(first.pbx.sent.length);
      expect(Buffer.concat(again.pbx.sent).equals(Buffer.concat(first.pbx.sent))).toBe(true);
      expect(again.of("warning")).toEqual([]);
      expect(connections).not.toHaveBeenCalled();
    });
  });
}

/** A greeting, a reply that is broken into, a key, a tool and an end: as much of it as the wire has words for. */
async function recordedCall<C extends FakeConnection>(
  wire: Wire<C>,
  server: FakeServer<C>,
  directory: string,
): Promise<{ readonly call: TriedCall; readonly folder: string }> {
  const agent = await resolveAgent(wire.spec(server.url), {
    options: wire.options ?? {},
    tools: TOOLS.specs,
  });
  let recorder: ReturnType<typeof createRecorder> | undefined;
  const call = new TriedCall(agent, (clock) => {
    const onWarning = (_code: string, message: string) => expect.fail(message);
    recorder = createRecorder({
      directory,
      clock,
      showPersonal: true,
      agent: agent.name,
      source: "serve",
      onWarning,
    });
    return [recorder.observer];
  });
  await call.until(() => call.of("agent-ready").length > 0, "the agent answers");
  const far = await server.next();
  const format = wire.speaks ?? ULAW;
  const speaks = async (ms: number) => {
    const before = wire.passthrough ? call.pbx.sent.length : call.spokenBytes;
    const audio = tone(format, ms);
    // An endpoint that paces its own audio sends it in frames.
    const pieces = wire.passthrough ? Math.ceil(audio.length / 160) : 1;
    for (let i = 0; i < pieces; i++)
      wire.speak(far, pieces > 1 ? audio.subarray(i * 160, (i + 1) * 160) : audio);
    const arrived = () =>
      wire.passthrough ? call.pbx.sent.length - before >= pieces : call.spokenBytes - before >= audio.length;
    await call.until(arrived, "the agent's speech arrives");
  };

  await speaks(300);
  wire.endTurn?.(far);
  await call.says(Buffer.concat([silence(600), tone(ULAW, 400), silence(400)]));
  wire.transcribe?.(far, "caller", "a table for two");
  await speaks(1500);
  await call.says(silence(400));
  call.presses("5");
  await call.says(tone(ULAW, 200));
  if (wire.interrupt) {
    wire.interrupt(far);
    await call.until(() => call.of("barge-in").length > 0, "the agent is interrupted");
  }
  await call.says(silence(500));
  if (wire.callTool && wire.toolResults) {
    wire.callTool(far, "t1", "lookup", { word: "tea" });
    await call.until(() => call.of("tool-result").length > 0, "the tool answers");
  }
  await call.says(silence(200));
  await speaks(400);
  wire.transcribe?.(far, "agent", "for when");
  wire.endTurn?.(far);
  await call.says(silence(2000));
  if (wire.callTool) {
    wire.callTool(far, "t2", "hang_up", {});
    await call.until(
      () => call.of("tool-call").some((tool) => tool.name === "hang_up"),
      "the agent hangs up",
    );
  } else wire.end(far);
  for (let ms = 0; ms < 10_000 && !call.isOver; ms += 20) await call.says(silence(20));
  expect(call.isOver, "the call ends").toBe(true);
  await recorder?.close();
  expect(far.faults).toEqual([]);
  return { call, folder: recorder?.folder() as string };
}

/** The recorded caller calls again: each payload and key at its time, when the agent has said what it had said by then. */
async function repeat(folder: string, call: TriedCall): Promise<void> {
  const recording = await openRecording(folder);
  let said = 0;
  for await (const event of recording.events()) {
    if (event.type === "bad-line" || !("t" in event) || call.isOver) continue;
    if (isMedia(event) && event.dir === "out") said++;
    if (event.leg !== "pbx" || event.dir !== "in") continue;
    if (!isMedia(event) && event.type !== "dtmf") continue;
    // The clock is the caller's audio: what was sent around a key goes out with the payload before.
    if (isMedia(event) && call.pbx.sent.length !== said)
      await call.until(() => call.pbx.sent.length === said, `${said} payloads, not ${call.pbx.sent.length}`);
    call.clock.advance(Math.max(0, event.t / 1000 - call.clock.now()));
    if (isMedia(event)) call.sends(await recording.payload(event));
    else call.presses(String(event.digit));
  }
  await recording.close();
  // The last of what was said is heard to its end.
  call.clock.advance(1000);
}
