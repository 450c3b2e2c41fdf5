import { afterEach, describe, expect, it, vi } from "vitest";
import { createToolRunner } from "../../src/tools/runner.js";
import { callInfo } from "../agents/call.js";
import { accept, type Behaviour, CallControl } from "./call-control.js";
import { run, SALES } from "./runner.js";

const KEY = "planted-mcp-key";
const open: CallControl[] = [];
afterEach(async () => {
  for (const control of open.splice(0)) await control.close();
});

async function start(behaviour: Behaviour = accept): Promise<CallControl> {
  const control = await CallControl.start(behaviour);
  open.push(control);
  return control;
}

function runnerFor(url: string, timeoutMs = 5000) {
  const via = { type: "smartpbx", url, timeoutMs } as const;
  const config = { transferCall: { destinations: SALES, via }, hangUp: { via }, custom: [] };
  return createToolRunner(config, { env: { SMARTPBX_MCP_KEY: KEY } });
}

async function transfer(url: string, call = callInfo()) {
  return run(await runnerFor(url), "transfer_call", { destination: "sales" }, call);
}

const refuse = (text: string) => () => ({ isError: true, content: [{ type: "text" as const, text }] });
const fail = (code: number, message: string): Behaviour => {
  return () => {
    throw Object.assign(new Error(message), { code });
  };
};

describe("SmartPBX's call control", () => {
  it("is asked in its own words, for the other leg of the call, with the key", async () => {
    const control = await start();
    const { output, failed } = await transfer(control.url);
    expect(failed).toBe(false);
    expect(JSON.parse(output)).toMatchObject({ status: "accepted", smartpbx: "Transfer initiated" });
    expect(JSON.parse(output).note).toContain("not complete");
    expect(control.orders).toMatchObject([
      {
        name: "transfer_call",
        args: { "destination number": "+12025550123", tier: "BYPASS" },
        headers: { "x-api-key": KEY, call_id: "leg-2", account_id: "account-1" },
      },
    ]);
  });

  it("is left again: no session stays open", async () => {
    const control = await start();
    await transfer(control.url);
    await vi.waitFor(() => expect(control.openSessions).toBe(0));
  });

  it("hangs up when the agent has ended the call", async () => {
    const control = await start();
    const runner = await runnerFor(control.url);
    await runner.hungUp?.(callInfo());
    expect(control.orders).toMatchObject([{ name: "hangup_call", args: {}, headers: { call_id: "leg-2" } }]);
  });

  it("may refuse in its own words, of which the number is not told", async () => {
    const control = await start(refuse("+12025550123 is busy"));
    expect(await transfer(control.url)).toEqual({ failed: true, output: "SmartPBX refused: sales is busy" });
    expect(control.orders).toHaveLength(1);
  });

  it("may find the arguments bad", async () => {
    const control = await start(fail(-32603, "Invalid arguments"));
    expect(await transfer(control.url)).toEqual({
      failed: true,
      output: "SmartPBX did not accept the arguments: Invalid arguments",
    });
    expect(control.orders).toHaveLength(1);
  });

  it.each<[string, Behaviour]>([
    ["an error", fail(-32602, "Tool transfer_call not found")],
    ["a result", refuse("MCP error -32602: Tool transfer_call not found")],
  ])("that does not find its tool, said as %s, is asked once more in a fresh session", async (_, missing) => {
    const control = await start((order, count) =>
      count === 1 ? missing(order, count) : accept(order, count),
    );
    expect((await transfer(control.url)).failed).toBe(false);
    expect(new Set(control.orders.map(({ session }) => session)).size).toBe(2);

    const gone = await start(missing);
    const { failed, output } = await transfer(gone.url);
    expect(failed).toBe(true);
    expect(output).toMatch(/does not offer this at the moment|not found/);
    expect(gone.orders).toHaveLength(2);
  });

  it.each([
    [401, "SmartPBX's call control refused our key"],
    [503, "SmartPBX's call control answered HTTP 503"],
  ])("may answer HTTP %i", async (status, output) => {
    const control = await start();
    control.refuseWith = status;
    expect(await transfer(control.url)).toEqual({ failed: true, output });
  });

  it("may be away", async () => {
    const control = await CallControl.start(accept);
    const { url } = control;
    await control.close();
    expect(await transfer(url)).toEqual({
      failed: true,
      output: "SmartPBX's call control cannot be reached, or gave no answer that can be read",
    });
  });

  it("may never answer", async () => {
    const control = await start(() => new Promise(() => {}));
    const runner = await runnerFor(control.url, 200);
    const { failed, output } = await run(runner, "transfer_call", { destination: "sales" });
    expect({ failed, output }).toEqual({
      failed: true,
      output: "the tool did not answer within 0.2 s; it is not known what came of it",
    });
    expect(control.orders).toHaveLength(1);
  });

  it.each([{ otherLegCallId: undefined }, { accountId: "" }, { otherLegCallId: "a\r\nX: 1" }])(
    "is not asked about a call without usable ids: %j",
    async (ids) => {
      const control = await start();
      const { failed, output } = await transfer(control.url, callInfo(ids));
      expect({ failed, output }).toEqual({
        failed: true,
        output: "SmartPBX did not send the ids of this call that its call control needs",
      });
      expect(control.sessionsOpened).toBe(0);
    },
  );

  it("goes on with an order when the call ends meanwhile, as it does when a transfer succeeds", async () => {
    const ended = new AbortController();
    const control = await start(async (order, count) => {
      ended.abort();
      return accept(order, count);
    });
    const runner = await runnerFor(control.url);
    const done = runner.run("transfer_call", { destination: "sales" }, callInfo(), ended.signal);
    expect(JSON.parse(await done)).toMatchObject({ status: "accepted" });
  });

  it.each([{}, { SMARTPBX_MCP_KEY: "" }, { SMARTPBX_MCP_KEY: "a\nb" }])("needs a key: %j", async (env) => {
    const via = { type: "smartpbx", url: "http://127.0.0.1:1", timeoutMs: 1 } as const;
    await expect(createToolRunner({ hangUp: { via }, custom: [] }, { env })).rejects.toMatchObject({
      code: "missing-token",
      exitCode: 2,
      fix: "Set it first: export SMARTPBX_MCP_KEY=…",
    });
  });

  it("needs the SDK, and says how to get it", async () => {
    vi.doMock("@modelcontextprotocol/sdk/client/index.js", () => {
      throw new Error("Cannot find package");
    });
    try {
      await expect(runnerFor("http://127.0.0.1:1")).rejects.toMatchObject({
        code: "bad-config",
        fix: "npm install @modelcontextprotocol/sdk",
      });
    } finally {
      vi.doUnmock("@modelcontextprotocol/sdk/client/index.js");
    }
  });
});
