/** Agents that refuse, hang, die, flood or babble: each ends at most its own call. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AGENT_OPTIONS, type Agents, startAgents } from "./agents.js";
import { type Bridge, serve, simulate } from "./bridge.js";
import { HealthyCall } from "./healthy-call.js";
import { Phone, QUIET_FRAME } from "./phone.js";

let agents: Agents;
let server: Bridge;
let healthy: HealthyCall;

beforeAll(async () => {
  agents = await startAgents();
  server = await serve(["--agent", agents.spec, ...AGENT_OPTIONS, "--agent-timeout", "700ms"]);
  healthy = await HealthyCall.begin(server.url, ["--callee", "echoes"]);
});
afterAll(() => agents.close());

/** Calls an agent of this way and speaks until the call is over. */
async function called(way: string) {
  const phone = await Phone.call(server.url, { calleeIdNumber: way });
  const speaking = setInterval(() => phone.media(QUIET_FRAME), 20);
  const closed = await phone.closed.finally(() => clearInterval(speaking));
  const { reason, detail } = await server.first("call-ended", phone.callId);
  return { ...closed, ended: reason, detail };
}

describe.concurrent("an agent that", () => {
  it.for([
    [
      "refuses",
      1011,
      /^The agent at ws:\/\/127\.0\.0\.1:\d+ refused the call with HTTP 403$/,
      "agent-unreachable",
    ],
    ["hangs", 1011, /^The agent websocket.* did not connect within 700 ms$/, "agent-unreachable"],
    ["dies", 1011, /^connection broken/, "agent-failed"],
    ["fails", 1011, /^1011 out of memory$/, "agent-failed"],
    ["sendsTooMuch", 1011, /^connection broken/, "agent-failed"],
    ["leaves", 1000, /^the agent ended the call$/, "agent-ended"],
  ] as const)("%s: %i", async ([way, code, detail, ended]) => {
    expect(await called(way)).toEqual({
      code,
      reason: code === 1011 ? "the agent is not available" : expect.anything(),
      ended,
      detail: expect.stringMatching(detail),
    });
  });

  it("cannot be reached: 1011", async () => {
    const alone = await serve(["--agent", "websocket:ws://127.0.0.1:1/x"]);
    const phone = await Phone.call(alone.url);
    expect(await phone.closed).toEqual({
      code: 1011,
      reason: "the agent is not available",
    });
    expect(await alone.first("call-ended")).toMatchObject({
      reason: "agent-unreachable",
      detail: "The agent at ws://127.0.0.1:1 cannot be reached: nothing listens there",
    });
    expect(alone.isRunning).toBe(true);
  });

  it("floods: the newest audio is dropped, the rest is paced, the call goes on", async () => {
    const caller = simulate([
      "--url",
      server.url,
      "--callee",
      "floods",
      "--hang-up-after",
      "1s",
      "--silence",
    ]);
    expect(await caller.exit).toBe(0);
    const { callId } = await caller.first("call-started");
    expect(await server.first("warning", String(callId))).toMatchObject({ code: "agent-overflow" });
    const ended = await server.first("call-ended", String(callId));
    expect(ended).toMatchObject({
      reason: "caller-hung-up",
      droppedMs: expect.toSatisfy((ms) => ms >= 9_000),
    });
    expect(Number(ended.framesOut)).toBeLessThan(60);
  });

  it("babbles: what cannot be used is shown, the call goes on", async () => {
    const caller = simulate([
      "--url",
      server.url,
      "--callee",
      "babbles",
      "--hang-up-after",
      "400ms",
      "--silence",
    ]);
    expect(await caller.exit).toBe(0);
    const { callId } = await caller.first("call-started");
    expect(await server.first("warning", String(callId))).toBeDefined();
    expect(await server.first("call-ended", String(callId))).toMatchObject({ reason: "caller-hung-up" });
  });

  it("hangs while the caller hangs up is let go at once", async () => {
    const phone = await Phone.call(server.url, { calleeIdNumber: "hangs" });
    await server.first("call-started", phone.callId);
    await phone.hangUp();
    expect(await server.first("call-ended", phone.callId)).toMatchObject({ reason: "caller-hung-up" });
  });
});

it("a call beside all this is not disturbed, and the server lives", async () => {
  await healthy.undisturbed();
  expect(await server.stop()).toBe(0);
  expect(server.stderr).toBe("");
});
