/** The stand-in for Twilio's REST API: agents hang up and transfer through it, and it is nobody else's. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { resolveAgent } from "../../../src/agents/index.js";
import { type FakeServer, fakeTwilioAgent, type TwilioAgentConnection } from "../../../src/testing.js";
import { callInfo, connect } from "../call.js";
import { freePort } from "../free-port.js";

const open: FakeServer<TwilioAgentConnection>[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const dial = async (restPort: number, callId = "call-1") => {
  const server = await fakeTwilioAgent();
  open.push(server);
  const call = callInfo({ callId });
  const connected = await connect(`twilio:${server.url}`, { env: {}, call, options: { restPort } });
  const far = await server.next();
  await far.until(() => far.start !== undefined);
  const { callSid, accountSid } = (far.start as { start: Record<string, string> }).start;
  const url = `http://127.0.0.1:${restPort}/2010-04-01/Accounts/${accountSid}/Calls/${callSid}.json`;
  const ask = async (form?: Record<string, string>) => {
    const response = await fetch(url, {
      method: form ? "POST" : "GET",
      headers: { authorization: `Basic ${Buffer.from(`${accountSid}:token`).toString("base64")}` },
      body: form && new URLSearchParams(form),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { ...connected, far, ask, url, callSid, accountSid };
};

const TWIML = (verbs: string) => ({ Twiml: `<Response>${verbs}</Response>` });

describe("an agent", () => {
  it.each([{ Status: "completed" }, TWIML("<Say>Bye</Say><Hangup/>")])("hangs up with %j", async (form) => {
    const { reports, ask, callSid, accountSid } = await dial(await freePort());
    expect(await ask(form)).toMatchObject({
      status: 200,
      body: { sid: callSid, account_sid: accountSid, status: "completed" },
    });
    expect(reports.events).toEqual([
      { type: "turn-ended" },
      { type: "tool-call", id: "rest-1", name: "hang_up", args: {} },
    ]);
  });

  it("transfers with <Dial>, and hears how that went", async () => {
    const { leg, reports, ask } = await dial(await freePort());
    const asked = ask(TWIML("<Dial><Number>sales</Number></Dial>"));
    await reports.until(({ events }) => events.length === 1);
    expect(reports.events).toEqual([
      { type: "tool-call", id: "rest-1", name: "transfer_call", args: { destination: "sales" } },
    ]);
    leg.toolResult?.("rest-1", '{"ok":true}', false);
    expect(await asked).toMatchObject({ status: 200, body: { status: "in-progress" } });
    const refused = ask(TWIML("<Dial>nowhere</Dial>"));
    await reports.until(({ events }) => events.length === 2);
    leg.toolResult?.("rest-2", "there is no destination of this name", true);
    expect(await refused).toMatchObject({
      status: 400,
      body: { status: 400, message: "there is no destination of this name" },
    });
  });

  it("is answered when the transfer ends the call", async () => {
    const { leg, reports, ask } = await dial(await freePort());
    const asked = ask(TWIML("<Dial>sales</Dial>"));
    await reports.until(({ events }) => events.length === 1);
    leg.close(1000, "transferred");
    expect(await asked).toMatchObject({ status: 200 });
    expect(await ask({ Status: "completed" })).toMatchObject({ status: 404, body: { code: 20404 } });
  });

  it("is told what is not possible", async () => {
    const { reports, ask, url } = await dial(await freePort());
    for (const form of [
      {},
      { Status: "busy" },
      { Twiml: "<Response>" },
      { Url: "http://h" },
      TWIML("<Say>x</Say>"),
    ])
      expect(await ask(form as Record<string, string>)).toMatchObject({ status: 400 });
    expect(await ask({ Twiml: "x".repeat(300_000) })).toMatchObject({ status: 413 });
    expect(await ask()).toMatchObject({ status: 200, body: { status: "in-progress" } });
    expect((await fetch(url, { method: "DELETE" })).status).toBe(405);
    expect((await fetch(new URL("/", url))).status).toBe(404);
    expect(reports.events).toEqual([]);
  });
});

it("serves every call of the process at one port, each by its SID", async () => {
  const port = await freePort();
  const one = await dial(port, "one");
  const two = await dial(port, "two");
  await two.ask({ Status: "completed" });
  expect(one.reports.events).toEqual([]);
  expect(two.reports.of("tool-call")).toHaveLength(1);
  two.far.close();
  await two.reports.until((all) => all.of("closed").length === 1);
  expect(await two.ask()).toMatchObject({ status: 404 });
  expect(await one.ask()).toMatchObject({ status: 200 });
});

it("says before the first call that its port is taken", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const agent = await resolveAgent("twilio:ws://127.0.0.1:1", { options: { restPort: port }, env: {} });
  await expect(agent.probe()).rejects.toMatchObject({ code: "port-in-use", exitCode: 3 });
  taken.close();
  await once(taken, "close");
  await agent.probe();
});

it("is not there when nobody asks for it", async () => {
  const agent = await resolveAgent("twilio:ws://127.0.0.1:1", { options: {}, env: {} });
  await agent.probe();
});
