/** Agents of one's own: the example, and what keeps a mistake in one from harming more than its call. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { defineAgent } from "../../src/agents/agent.js";
import { pcm16 } from "../../src/audio/format.js";
import { pcmSamples } from "../../src/audio/pcm.js";
import { toneDbfs } from "../../src/audio/signal.js";
import type { Leg, LegEvent } from "../../src/call/leg.js";
import { ScriptedAgent } from "../../src/testing.js";
import { connect, pattern, payload } from "./call.js";

const EXAMPLE = fileURLToPath(new URL("../../examples/own-agent.mjs", import.meta.url));

describe("the example, a test line", () => {
  const second = payload(Buffer.alloc(32_000));

  it("sounds 1004 Hz, at the level of its option", async () => {
    const { leg, reports } = await connect(EXAMPLE, { options: { level: "-20" } });
    leg.send(second);
    expect(reports.audio.length).toBe(35_200);
    expect(toneDbfs(pcmSamples(reports.audio), 16000, 1004)).toBeCloseTo(-20, 2);
  });

  it("obeys the caller's keys", async () => {
    const { leg, reports } = await connect(EXAMPLE);
    for (const [digit, hz] of [
      ["1", 404],
      ["3", 2804],
    ] as const) {
      leg.dtmf?.(digit);
      leg.send(second);
      const last = reports.of("audio").at(-1)!.payload.bytes;
      expect(toneDbfs(pcmSamples(last), 16000, hz)).toBeCloseTo(-13, 2);
    }
    leg.dtmf?.("0");
    leg.send(second);
    expect(
      reports
        .of("audio")
        .at(-1)!
        .payload.bytes.every((byte) => byte === 0),
    ).toBe(true);
    leg.dtmf?.("9");
    leg.dtmf?.("#");
    expect(reports.of("interrupted")).toHaveLength(3);
    expect(reports.events.at(-1)).toMatchObject({ type: "closed", failed: false });
  });
});

describe("the fence around an agent of one's own", () => {
  const own = (leg: Partial<Leg> | undefined, emitted: LegEvent[] = []) =>
    defineAgent({
      name: "own",
      summary: "",
      url: "none",
      options: {},
      async connect({ emit }) {
        for (const event of emitted) emit(event);
        return leg as Leg;
      },
    });
  const throwing = () => {
    throw new Error("a mistake");
  };
  const usable = { hears: pcm16(16000), speaks: pcm16(16000), send() {}, interrupt() {}, close() {} };

  it.each(["send", "interrupt", "dtmf", "hangup", "close"] as const)(
    "turns an error in %s into one failed end",
    async (method) => {
      const { leg, reports } = await connect(own({ ...usable, [method]: throwing }));
      const use = {
        send: () => leg.send(payload(pattern(2))),
        interrupt: () => leg.interrupt(1),
        dtmf: () => leg.dtmf?.("1"),
        hangup: () => leg.hangup?.({}),
        close: () => leg.close(1000, ""),
      }[method];
      use();
      use();
      expect(reports.events).toEqual([
        { type: "closed", failed: true, reason: "error in the agent own: a mistake" },
      ]);
    },
  );

  it("turns audio that is no Payload into a failed end that says so", async () => {
    const event = { type: "audio", payload: new Uint8Array(3) } as unknown as LegEvent;
    const { reports } = await connect(own(usable, [event, { type: "turn-ended" }]));
    expect(reports.events).toMatchObject([
      { type: "closed", reason: expect.stringContaining("Payload.fromBytes") },
    ]);
  });

  it.each([
    undefined,
    {},
    { ...usable, hears: undefined },
    { ...usable, speaks: { encoding: "pcm16", sampleRate: 44100 } } as unknown as Leg,
    { ...usable, hears: { encoding: "g711_ulaw", sampleRate: 16000 } } as Leg,
  ])("refuses what is no leg (%#)", async (leg) => {
    await expect(connect(own(leg))).rejects.toMatchObject({ code: "bad-agent-module" });
  });

  it("tells an error in connect as an agent that cannot be reached", async () => {
    await expect(connect({ ...own(usable), connect: throwing })).rejects.toMatchObject({
      code: "agent-unreachable",
      message: "The agent own did not connect: a mistake",
    });
  });

  it("closes a leg that comes when the call is over", async () => {
    let finish = () => {};
    const agent = new ScriptedAgent({ script: () => new Promise<void>((resolve) => (finish = resolve)) });
    const controller = new AbortController();
    const connecting = connect(agent, { signal: controller.signal });
    const conversation = await agent.next();
    controller.abort(new Error("over"));
    await expect(connecting).rejects.toThrow("over");
    finish();
    await conversation.until(() => conversation.closedWith !== undefined);
    expect(conversation.closedWith).toEqual({ code: 1000, reason: "too late" });
  });
});
