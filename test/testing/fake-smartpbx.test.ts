/** A phone in a test's hands: on a manual clock every number is the same each time; on the real clock it paces itself. */
import { afterEach, describe, expect, it } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { sine, toneDbfs } from "../../src/audio/signal.js";
import {
  type FakeSmartPbx,
  fakeSmartPbx,
  fakeSmartpbxEndpoint,
  ManualClock,
  ScriptedAgent,
} from "../../src/testing.js";

const ULAW = PORTAL_FORMATS.g711_ulaw;

const open: FakeSmartPbx[] = [];
afterEach(async () => {
  for (const phone of open.splice(0)) await phone.hangUp();
});

async function phone(...args: Parameters<typeof fakeSmartPbx>): Promise<FakeSmartPbx> {
  const made = await fakeSmartPbx(...args);
  open.push(made);
  return made;
}

describe("on a manual clock", () => {
  it("talks with the echo agent, frame by frame", async () => {
    const pbx = await phone({ agent: "echo", clock: new ManualClock() });
    await pbx.say({ silence: 200 });
    await pbx.say({ tone: 440, ms: 600 });
    expect(pbx.nowMs).toBe(800);
    expect(pbx.hearsAgent).toBe(false);
    await pbx.untilAgentSpeaks();
    await pbx.untilAgentIsQuiet();
    expect(toneDbfs(pbx.heard().samples.subarray(8 * 1800, 8 * 2200), 8000, 440)).toBeCloseTo(-9, 0);
    const call = await pbx.hangUp();
    expect(call).toMatchObject({ ok: true, reason: "hung-up", firstAudioMs: [700], talkOverMs: 0 });
    expect(await pbx.over).toBe(call);
    expect(await pbx.drop()).toBe(call);
    await expect(pbx.say({ silence: 20 })).rejects.toThrow("the call is over: the caller hung up");
  });

  it("presses keys, interrupts, and hears the agent hang up", async () => {
    const agent = new ScriptedAgent({ speaks: ULAW, hears: ULAW });
    const pbx = await phone({ agent, clock: new ManualClock() });
    const conversation = await agent.next();
    await pbx.press("12#");
    expect(conversation.digits).toEqual(["1", "2", "#"]);
    conversation.speak(encodeUlaw(sine(500, -9, 3000, 8000)));
    await pbx.untilAgentSpeaks();
    await pbx.pass("500ms");
    await Promise.all([pbx.say({ tone: 440, ms: 400 }), pbx.pass(100)]);
    conversation.emit({ type: "interrupted" });
    await pbx.untilAgentIsQuiet({ within: "1s", quiet: 200 });
    conversation.emit({ type: "closed", failed: false, reason: "good-bye" });
    const call = await pbx.untilAgentHangsUp();
    expect(call.reason).toBe("agent-ended");
    expect(call.analysis.keys.map(({ digit, at }) => [digit, at])).toEqual([
      ["1", 20],
      ["2", 220],
      ["#", 420],
    ]);
    expect(call.bargeIns).toHaveLength(1);
    expect(call.bargeIns[0].stoppedAfterMs).toBeGreaterThan(300);
    expect(call.bargeIns[0].stoppedAfterMs).toBeLessThan(520);
  });

  it("gives up waiting in the call's time, with what it waited for", async () => {
    const pbx = await phone({ agent: new ScriptedAgent(), clock: new ManualClock() });
    await expect(pbx.untilAgentSpeaks({ within: "2s" })).rejects.toThrow(
      "the agent was not heard speaking within 2 s",
    );
    expect(pbx.nowMs).toBe(2000);
    await expect(pbx.untilAgentHangsUp({ within: 500 })).rejects.toThrow(
      "did not end the call within 500 ms",
    );
    await expect(pbx.press("1 2")).rejects.toThrow("no keys");
  });
});

it("paces itself in real time, and drops the line", async () => {
  const endpoint = await fakeSmartpbxEndpoint();
  const pbx = await phone({ url: endpoint.url, format: "pcm16", caller: "+94771234567" });
  const line = await endpoint.next();
  await pbx.say({ tone: 440, ms: 200 });
  expect(line.call).toMatchObject({ caller: "+94771234567", format: PORTAL_FORMATS.pcm16 });
  expect(line.payloads.length).toBeGreaterThanOrEqual(11);
  expect(pbx.nowMs).toBeGreaterThanOrEqual(200);
  const call = await pbx.drop();
  expect(call.reason).toBe("dropped");
  expect((await line.ended).code).toBe(1006);
  await endpoint.close();
});

it("says why a call cannot begin", async () => {
  await expect(fakeSmartPbx({ url: "ws://127.0.0.1:9/x" })).rejects.toMatchObject({
    code: "endpoint-unreachable",
  });
});
