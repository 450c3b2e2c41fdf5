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
    const spokeAt = pbx.nowMs;
    await pbx.untilAgentIsQuiet();
    expect(toneDbfs(pbx.heard().samples.subarray(8 * 1600, 8 * 1900), 8000, 440)).toBeCloseTo(-9, 0);
    const call = await pbx.hangUp();
    console.log(spokeAt, call.firstAudioMs, call.summary);
  });

  it("presses, interrupts and hears the agent hang up", async () => {
    const agent = new ScriptedAgent({ speaks: PORTAL_FORMATS.g711_ulaw, hears: PORTAL_FORMATS.g711_ulaw });
    const pbx = await phone({ agent, clock: new ManualClock() });
    const conversation = await agent.next();
    await pbx.press("12#");
    expect(conversation.digits).toEqual(["1", "2", "#"]);
    conversation.speak(encodeUlaw(sine(500, -9, 3000, 8000)));
    await pbx.untilAgentSpeaks();
    await pbx.pass(500);
    await pbx.say({ clip: "hello" });
    conversation.emit({ type: "closed", failed: false, reason: "done" });
    const call = await pbx.untilAgentHangsUp();
    console.log(call.bargeIns, call.talkOverMs, call.detail, call.analysis.keys, conversation.interruptions);
    expect(call.reason).toBe("agent-ended");
  });
});

it("paces itself in real time, and drops the line", async () => {
  const endpoint = await fakeSmartpbxEndpoint();
  const pbx = await phone({ url: endpoint.url, format: "pcm16", caller: "+94771234567" });
  const line = await endpoint.next();
  const before = performance.now();
  await pbx.say({ tone: 440, ms: 200 });
  expect(performance.now() - before).toBeGreaterThan(150);
  expect(line.call).toMatchObject({ caller: "+94771234567", format: PORTAL_FORMATS.pcm16 });
  await line.until(({ payloads }) => payloads.length >= 9);
  const call = await pbx.drop();
  expect(call.reason).toBe("dropped");
  expect((await line.ended).code).toBe(1006);
  await endpoint.close();
});
