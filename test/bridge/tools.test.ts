/** Tools in real calls: a caller on a socket, an agent that calls tools, and what becomes of each call. */
import { once } from "node:events";
import { afterEach, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { resolveAgent } from "../../src/agents/index.js";
import { type BridgeServer, startServer } from "../../src/bridge/server.js";
import type { CallEvent } from "../../src/call/events.js";
import { ScriptedAgent, type ScriptedConversation } from "../../src/testing.js";
import type { OwnFunction, ToolsConfig } from "../../src/tools/config.js";
import { createToolRunner } from "../../src/tools/runner.js";
import { SETTINGS } from "../call/playbook.js";
import { CallControl } from "../tools/call-control.js";
import { SALES } from "../tools/runner.js";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const START = {
  event: "start",
  start: {
    callId: "call-1",
    otherLegCallId: "leg-2",
    accountId: "account-1",
    callerIdNumber: "+12025550101",
    calleeIdNumber: "+12025550199",
    mediaFormat: { encoding: "g711_ulaw", sampleRate: 8000 },
  },
};

interface Running {
  readonly agent: ScriptedConversation;
  readonly caller: WebSocket;
  readonly events: CallEvent[];
  readonly server: BridgeServer;
}

async function call(config: ToolsConfig, env = {}): Promise<Running> {
  const events: CallEvent[] = [];
  const scripted = new ScriptedAgent();
  const tools = await createToolRunner(config, { env });
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    path: "/media-stream",
    maxCalls: 5,
    maxMessageBytes: 65_536,
    pingMs: 0,
    call: SETTINGS,
    agent: await resolveAgent(scripted, { options: {}, tools: tools.specs }),
    tools,
    observe: () => [(event) => events.push(event)],
  });
  closing.push(() => server.close());
  const caller = new WebSocket(server.url);
  await once(caller, "open");
  caller.send(JSON.stringify(START));
  return { agent: await scripted.next(), caller, events, server };
}

const own = (name: string, run: OwnFunction, timeoutMs = 5000) => ({
  name,
  description: name,
  parameters: { type: "object", properties: {} } as const,
  run: { type: "function", run, timeoutMs } as const,
});
const ask = (agent: ScriptedConversation, id: string, name: string, args = {}) =>
  agent.emit({ type: "tool-call", id, name, args });

it("answers every call of a tool: done, failed, timed out, unknown, or cut off by the end", async () => {
  const { agent, events, caller } = await call({
    custom: [
      own("good", ({ n }) => ({ n })),
      own("bad", () => Promise.reject(new Error("closed on Sundays"))),
      own("slow", () => new Promise(() => {}), 50),
      own("endless", () => new Promise(() => {})),
    ],
  });
  expect(agent.tools.map(({ name }) => name)).toEqual(["hang_up", "good", "bad", "slow", "endless"]);
  for (const [index, name] of ["good", "bad", "slow", "none"].entries())
    ask(agent, `${index}`, name, { n: 1 });
  await agent.until(({ toolResults }) => toolResults.length === 4);
  expect(agent.toolResults.sort((a, b) => a.id.localeCompare(b.id))).toEqual([
    { id: "0", output: '{"n":1}', isError: false },
    { id: "1", output: "closed on Sundays", isError: true },
    { id: "2", output: expect.stringContaining("did not answer within 0.05 s"), isError: true },
    { id: "3", output: expect.stringContaining("there is no tool of this name"), isError: true },
  ]);
  ask(agent, "4", "endless");
  caller.close(1000);
  await agent.until(({ closedWith }) => closedWith !== undefined);
  expect(agent.toolResults.at(-1)).toEqual({ id: "4", output: "the call has ended", isError: true });
  const count = (type: string) => events.filter((event) => event.type === type).length;
  expect([count("tool-call"), count("tool-result")]).toEqual([5, 5]);
});

it("transfers through SmartPBX after the words before it, and ends when SmartPBX hangs up", async () => {
  const order: string[] = [];
  const control = await CallControl.start(({ name }) => {
    order.push(name);
    return { content: [] };
  });
  closing.push(() => control.close());
  const route = { type: "smartpbx", url: control.url, timeoutMs: 5000 } as const;
  const { agent, caller, events } = await call(
    { transferCall: { destinations: SALES, via: route }, custom: [] },
    { SMARTPBX_MCP_KEY: "planted-key" },
  );
  let frames = 0;
  caller.on("message", () => {
    if (++frames === 15) order.push("heard");
  });
  agent.speak(new Uint8Array(15 * 960));
  ask(agent, "1", "transfer_call", { destination: "support" });
  await agent.until(({ toolResults }) => toolResults.length === 1);
  expect(agent.toolResults).toMatchObject([{ isError: false, output: expect.stringContaining("accepted") }]);
  expect(order).toEqual(["heard", "transfer_call"]);
  expect(control.orders[0]!.args).toEqual({ "destination number": "+12025550145", tier: "BYPASS" });
  caller.send(JSON.stringify({ event: "hangup", hangup: { callId: "call-1" } }));
  await agent.until(({ closedWith }) => closedWith !== undefined);
  expect(JSON.stringify([events, agent.toolResults])).not.toMatch(/planted|2025550145/);
});

it("tells SmartPBX to hang up when the agent has, and not when the caller has", async () => {
  const control = await CallControl.start(() => ({ content: [] }));
  closing.push(() => control.close());
  const config = {
    hangUp: { via: { type: "smartpbx", url: control.url, timeoutMs: 5000 } as const },
    custom: [],
  };
  const env = { SMARTPBX_MCP_KEY: "planted-key" };
  const first = await call(config, env);
  first.caller.close(1000);
  await first.agent.until(({ closedWith }) => closedWith !== undefined);
  const second = await call(config, env);
  ask(second.agent, "1", "hang_up");
  await once(second.caller, "close");
  await vi.waitFor(() => expect(control.orders).toHaveLength(1));
  expect(control.orders).toMatchObject([{ name: "hangup_call" }]);
});

it("says that hanging up failed, and not for whom", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const control = await CallControl.start(() => ({
    isError: true,
    content: [{ type: "text", text: "no such call" }],
  }));
  closing.push(() => control.close());
  const route = { type: "smartpbx", url: control.url, timeoutMs: 5000 } as const;
  const { agent } = await call({ hangUp: { via: route }, custom: [] }, { SMARTPBX_MCP_KEY: "planted-key" });
  ask(agent, "1", "hang_up");
  await vi.waitFor(
    () =>
      expect(warned.mock.calls).toEqual([
        ["a call ended, but hang_up failed: SmartPBX refused: no such call"],
      ]),
    { timeout: 5000 },
  );
  warned.mockRestore();
});
