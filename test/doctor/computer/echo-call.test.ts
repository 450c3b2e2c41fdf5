import { describe, expect, it } from "vitest";
import { defineAgent } from "../../../src/agents/agent.js";
import { resolveAgent } from "../../../src/agents/index.js";
import type { Payload } from "../../../src/audio/payload.js";
import type { Leg, LegEvent } from "../../../src/call/leg.js";
import { checkEchoCall } from "../../../src/doctor/computer/echo-call.js";

const never = new AbortController().signal;

/** An agent that does this with each piece of audio. */
function agentThat(answer: (audio: Payload, emit: (event: LegEvent) => void, k: number) => void) {
  const kind = defineAgent({
    name: "test",
    summary: "test",
    url: "none",
    options: {},
    async connect({ call, emit }): Promise<Leg> {
      let k = 0;
      return {
        hears: call.format,
        speaks: call.format,
        send: (audio) => answer(audio, emit, k++),
        interrupt() {},
        close() {},
      };
    },
  });
  return resolveAgent(kind, { options: {}, env: {} });
}

describe.concurrent("the echo call", () => {
  it("comes back whole", async () => {
    const { measured, findings } = await checkEchoCall(never);
    expect(findings.filter(({ code }) => code !== "echo-slow")).toEqual([]);
    expect(measured).toMatchObject({ framesLost: 0 });
    expect(measured?.framesSent).toBeGreaterThanOrEqual(95);
  });

  it("comes back with holes", async () => {
    const agent = await agentThat((payload, emit, k) => {
      if (k % 3 !== 0) emit({ type: "audio", payload });
    });
    const { findings } = await checkEchoCall(never, agent);
    expect(findings.map(({ code }) => code)).toContain("echo-lost");
  });

  it("comes back with holes in one call only: that was a moment's trouble", async () => {
    let heard = 0;
    const agent = await agentThat((payload, emit) => {
      const k = heard++;
      // Half a second of the first call, in the middle.
      if (k < 25 || k >= 50) emit({ type: "audio", payload });
    });
    const { findings } = await checkEchoCall(never, agent);
    expect(findings.map(({ code }) => code)).not.toContain("echo-lost");
  });

  it("does not come back", async () => {
    const { findings } = await checkEchoCall(never, await agentThat(() => {}));
    expect(findings).toMatchObject([{ code: "echo-failed", severity: "error" }]);
    expect(findings[0]?.seen).toContain("heard nothing");
  });

  it("is stopped on the way", async () => {
    const stopping = new AbortController();
    const agent = await agentThat(() => stopping.abort(new Error("interrupted")));
    await expect(checkEchoCall(stopping.signal, agent)).rejects.toThrow("interrupted");
  });
});
