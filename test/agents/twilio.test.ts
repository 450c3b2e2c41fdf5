/** We are Twilio: what an agent of Media Streams is sent, what it may send, its marks, its keys, and who it is told it is. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { AgentSettings } from "../../src/agents/index.js";
import { resolveAgent } from "../../src/agents/index.js";
import {
  type FakeServer,
  type FakeTwilioAgentOptions,
  fakeTwilioAgent,
  type TwilioAgentConnection,
} from "../../src/testing.js";
import { callInfo, connect, pattern, payload } from "./call.js";
import { describeWire } from "./contract.js";
import { freePort } from "./free-port.js";

const restPort = await freePort();

describeWire("twilio", {
  spec: (url) => `twilio:${url}/media-stream`,
  start: fakeTwilioAgent,
  speak: (far, audio) => far.speak(audio),
  end: (far) => far.close(1000),
  digits: (far) => far.digits,
  interrupt: (far) => far.clear(),
  // An agent hangs up over REST: that is a tool call, though the wire has no word for tools.
  options: { restPort: `${restPort}` },
  callTool(far) {
    const { start } = far.start as { start: { callSid: string; accountSid: string } };
    const path = `/2010-04-01/Accounts/${start.accountSid}/Calls/${start.callSid}.json`;
    void fetch(`http://127.0.0.1:${restPort}${path}`, {
      method: "POST",
      body: new URLSearchParams({ Status: "completed" }),
    });
  },
});

const open: FakeServer<TwilioAgentConnection>[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const dial = async (
  settings: Partial<AgentSettings> = {},
  fake: FakeTwilioAgentOptions = {},
  call = callInfo(),
) => {
  const server = await fakeTwilioAgent(fake);
  open.push(server);
  const connected = await connect(`twilio:${server.url}/stream?tenant=7`, { env: {}, call, ...settings });
  const far = await server.next();
  await far.until(() => far.start !== undefined);
  return { ...connected, far, server };
};

describe("the opening", () => {
  it("is connected and start, with SIDs that stay the same for a call", async () => {
    const { leg, far } = await dial();
    expect(leg).toMatchObject({
      hears: { encoding: "g711_ulaw", sampleRate: 8000 },
      speaks: { encoding: "g711_ulaw", sampleRate: 8000 },
    });
    expect(far.path).toBe("/stream?tenant=7");
    expect(far.parameters).toEqual({
      from_number: "+12025550101",
      to_number: "+12025550199",
      call_id: "call-1",
    });
    const again = await dial();
    expect(again.far.start).toEqual(far.start);
    const other = await dial({}, {}, callInfo({ callId: "call-2" }));
    expect(other.far.start?.streamSid).not.toBe(far.start?.streamSid);
    const accountOf = (connection: TwilioAgentConnection) =>
      (connection.start as { start: { accountSid: string } }).start.accountSid;
    expect(accountOf(other.far)).toBe(accountOf(far));
    expect(far.faults).toEqual([]);
  });

  it("tells what the options say", async () => {
    const accountSid = `AC${"0123456789abcdef".repeat(2)}`;
    const { far } = await dial({ options: { accountSid, parameters: "tier=gold&to_number=%2B1%20x" } });
    expect(far.start).toMatchObject({ start: { accountSid } });
    expect(far.parameters).toMatchObject({ tier: "gold", to_number: "+1 x", from_number: "+12025550101" });
    await expect(resolveAgent("twilio:ws://h", { options: { accountSid: "AC1" } })).rejects.toMatchObject({
      code: "bad-agent-option",
    });
  });

  it("is signed when there is a token, which nobody sees", async () => {
    const { far } = await dial({ env: { TWILIO_AUTH_TOKEN: "a secret" } }, { token: "a secret" });
    expect(far.faults).toEqual([]);
    expect(JSON.stringify([far.headers, far.start])).not.toContain("a secret");
    const unsigned = await dial();
    expect(unsigned.far.headers["x-twilio-signature"]).toBeUndefined();
  });
});

describe("the caller's audio", () => {
  it("goes in 20 ms, numbered and timed without a gap, in the very text that came", async () => {
    const { leg, far } = await dial();
    for (const size of [160, 100, 220, 480, 160]) leg.send(payload(pattern(size)));
    await far.until(() => far.heardBytes === 1120);
    expect([...far.sizes]).toEqual([160]);
    expect(far.gapMs).toBe(0);
    expect(far.faults).toEqual([]);
  });

  it("does not keep a part of a frame for ever", async () => {
    const { leg, far } = await dial();
    leg.send(payload(pattern(100)));
    await far.until(() => far.heardBytes === 100);
    leg.send(payload(pattern(160)));
    await far.until(() => far.heardBytes === 260);
    leg.send(payload(pattern(7)));
    leg.close(1000, "over");
    await far.ended;
    expect(far.heardBytes).toBe(267);
    expect(far).toMatchObject({ stopped: true, faults: [] });
    expect(far.gapMs).toBeLessThanOrEqual(1);
  });

  it("is told with the time that passed when some had to be dropped", async () => {
    const { leg, reports, far } = await dial();
    far.stopReading();
    for (let i = 0; i < 5000 && reports.of("congested").length === 0; i++) leg.send(payload(pattern(8000)));
    far.readAgain();
    await vi.waitFor(() => {
      leg.send(payload(pattern(160)));
      expect(far.gapMs).toBeGreaterThan(0);
    });
    const droppedMs = reports.of("congested").reduce((sum, { ms }) => sum + ms, 0);
    expect(far.gapMs).toBeGreaterThanOrEqual(1000);
    expect(far.gapMs).toBeLessThanOrEqual(droppedMs);
    expect(far.faults).toEqual([]);
  });
});

describe("what the agent says", () => {
  it("is audio, marks and clear, in their order, whatever stream it names", async () => {
    const { leg, reports, far } = await dial();
    far.sendText('{"event":"media","media":{"payload":"AAEC","track":"outbound"},"extra":1}');
    far.mark("a");
    far.sendText('{"event":"media","streamSid":"MZ0","media":{"payload":"AwQF"}}');
    far.mark("b");
    far.clear();
    await reports.until(({ events }) => events.length === 5);
    expect(reports.events.map(({ type }) => type)).toEqual(["audio", "mark", "audio", "mark", "interrupted"]);
    expect([...reports.audio]).toEqual([0, 1, 2, 3, 4, 5]);
    leg.marked?.("a");
    leg.marked?.("b");
    leg.interrupt(20);
    leg.send(payload(pattern(160)));
    await far.until(() => far.heardBytes === 160);
    expect(far).toMatchObject({ marks: ["a", "b"], faults: [] });
  });

  it("is ignored when it is nonsense, and that is said once", async () => {
    const { reports, far } = await dial();
    for (const text of [
      "",
      "[]",
      "{}",
      '{"event":"media"}',
      '{"event":"media","media":7}',
      '{"event":"media","media":{"payload":"%"}}',
      '{"event":"mark"}',
      '{"event":"mark","mark":{"name":7}}',
      `{"event":"mark","mark":{"name":"${"m".repeat(2000)}"}}`,
      '{"event":"stop"}',
    ])
      far.sendText(text);
    far.sendBytes(pattern(160));
    far.speak(pattern(3));
    await reports.until(({ audio }) => audio.length === 3);
    expect(reports.warnings).toEqual([
      "agent-malformed",
      "agent-message",
      "agent-audio",
      "agent-marks",
      "agent-binary",
    ]);
  });

  it("has only so many marks at a time", async () => {
    const { reports, far } = await dial();
    for (let i = 0; i < 20_050; i++) far.mark(`${i}`);
    far.speak(pattern(1));
    await reports.until(({ audio }) => audio.length === 1);
    expect(reports.of("mark")).toHaveLength(20_000);
    expect(reports.warnings).toEqual(["agent-marks"]);
  });
});
