/** An agent that is not there, comes, stands still, dies and returns: the bridge before it lives on, and calls go as well as they can. */
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { freePort } from "../agents/free-port.js";
import { type Bridge, serve } from "../e2e/bridge.js";
import { Phone, QUIET_FRAME } from "../e2e/phone.js";
import { nothingOf } from "./measured.js";

const STANDSTILL_MS = 1500;

const lost: string[] = [];
let cases = 0;

const SILENCE = QUIET_FRAME.toString("base64");
const frame = (k: number) => Buffer.alloc(160, 0x10 + (k % 96));

/** A caller that speaks, as soon as the agent is there, until it is told to stop. */
async function speaking(server: Bridge) {
  const phone = await Phone.call(server.url);
  await phone.echoed();
  const before = phone.payloads.length;
  const startedAt = performance.now();
  let said = 0;
  const timer = setInterval(() => {
    for (; said * 20 <= performance.now() - startedAt; said++) phone.media(frame(said));
  }, 5);
  return {
    phone,
    /** What has come back, without the silence that stands for a caller whom a busy computer made late. */
    heard: () => phone.payloads.slice(before).filter((payload) => payload !== SILENCE),
    said: () => said,
    stop: () => clearInterval(timer),
  };
}

/** What came back is what was said, without a gap, as far as it goes. */
function cameBack(heard: readonly string[]): void {
  cases++;
  const wrong = heard.findIndex((payload, k) => payload !== frame(k).toString("base64"));
  if (wrong >= 0) lost.push(`frame ${wrong} of ${heard.length}`);
}

/** A server of its own is the agent: it says back what it hears. */
const agentOn = (port: number) => serve(["--agent-option", "mode=instant", "--port", String(port)]);

afterAll(() => nothingOf("data-lost", lost, cases));

describe.concurrent("an agent", { timeout: 60_000 }, () => {
  it("that is down ends each call with 1011, and calls are well as soon as it is up, again and again", async () => {
    const port = await freePort();
    const server = await serve(["--agent", `smartpbx:ws://127.0.0.1:${port}/media-stream`]);
    for (let life = 0; life < 2; life++) {
      const early = await Phone.call(server.url);
      expect(await early.closed).toEqual({ code: 1011, reason: "the agent is not available" });
      expect(await server.first("call-ended", early.callId)).toMatchObject({ reason: "agent-unreachable" });

      const agent = await agentOn(port);
      const [well, cut] = [await speaking(server), await speaking(server)];
      await well.phone.until(() => well.heard().length >= 20);
      well.stop();
      await well.phone.until(() => well.heard().length === well.said());
      cameBack(well.heard());
      await well.phone.hangUp();
      await cut.phone.until(() => cut.heard().length >= 20);
      await agent.kill();
      expect(await cut.phone.closed).toMatchObject({ code: 1011 });
      cut.stop();
      cameBack(cut.heard());
      expect(await server.first("call-ended", cut.phone.callId)).toMatchObject({ reason: "agent-failed" });
    }
    expect(await server.stop()).toBe(0);
    expect(server.stderr).not.toContain("Error");
  });

  it("that stands still in mid-call is waited for, and has missed nothing when it goes on", async () => {
    const agent = await agentOn(await freePort());
    const server = await serve(["--agent", `smartpbx:${agent.url}`]);
    const caller = await speaking(server);
    await caller.phone.until(() => caller.heard().length >= 20);
    agent.signal("SIGSTOP");
    await wait(STANDSTILL_MS);
    agent.signal("SIGCONT");
    const before = caller.heard().length;
    await caller.phone.until(() => caller.heard().length >= before + 50);
    caller.stop();
    await caller.phone.until(() => caller.heard().length >= caller.said());
    cameBack(caller.heard());
    expect(server.all("warning").filter(({ code }) => code === "congested")).toEqual([]);
    await caller.phone.hangUp();
    expect(await server.first("call-ended", caller.phone.callId)).toMatchObject({ reason: "caller-hung-up" });
    expect(await server.stop()).toBe(0);
  });
});
