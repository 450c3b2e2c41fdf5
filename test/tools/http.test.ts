import { afterEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../src/clock.js";
import type { ToolsConfig } from "../../src/tools/config.js";
import { createToolRunner } from "../../src/tools/runner.js";
import { callInfo } from "../agents/call.js";
import { Hook, run, SALES } from "./runner.js";

const open: Hook[] = [];
afterEach(async () => {
  for (const hook of open.splice(0)) await hook.close();
});

async function start(answer: Parameters<typeof Hook.start>[0]): Promise<Hook> {
  const hook = await Hook.start(answer);
  open.push(hook);
  return hook;
}

const configFor = (hook: Hook): ToolsConfig => ({
  hangUp: { via: hook.route },
  transferCall: { destinations: SALES, via: hook.route },
  sendDtmf: { via: { ...hook.route, method: "PUT" } },
  custom: [
    {
      name: "order_status",
      description: "Looks up an order.",
      parameters: { type: "object", properties: { id: { type: "string" } }, required: ["id"] },
      run: hook.route,
    },
  ],
});
const runnerFor = async (hook: Hook) => createToolRunner(configFor(hook), { env: {} });
const IDS = { callId: "call-1", otherLegCallId: "leg-2", accountId: "account-1" };

describe("an endpoint", () => {
  it("gets a transfer: the ids of the call, the name and its number", async () => {
    const hook = await start((response) => response.end('{"queued": true}'));
    const done = await run(await runnerFor(hook), "transfer_call", { destination: "sales", number: "+1900" });
    expect(done).toEqual({ failed: false, output: '{"queued": true}' });
    expect(hook.requests).toMatchObject([
      { method: "POST", headers: { "x-key": "planted", "content-type": "application/json" } },
    ]);
    expect(hook.requests[0]!.body).toEqual({
      tool: "transfer_call",
      ...IDS,
      destination: "sales",
      number: "+12025550123",
    });
  });

  it("gets keys to press, with the method it wants", async () => {
    const hook = await start((response) => response.writeHead(204).end());
    const runner = await runnerFor(hook);
    expect(await run(runner, "send_dtmf", { digits: "1 2-3#d" })).toEqual({
      failed: false,
      output: '{"status":"done"}',
    });
    expect(await run(runner, "send_dtmf", { digits: 5 })).toMatchObject({ failed: false });
    expect(hook.requests.map(({ method, body }) => [method, body])).toEqual([
      ["PUT", { tool: "send_dtmf", ...IDS, digits: "123#D" }],
      ["PUT", { tool: "send_dtmf", ...IDS, digits: "5" }],
    ]);
  });

  it("is told that the agent has ended the call", async () => {
    const hook = await start((response) => response.end());
    await (await runnerFor(hook)).hungUp?.(callInfo());
    expect(hook.requests).toMatchObject([{ body: { tool: "hang_up", ...IDS } }]);
  });

  it("gets the arguments of the user's own tool, and who speaks", async () => {
    const hook = await start((response) => response.end("on its way"));
    expect(await run(await runnerFor(hook), "order_status", { id: "7" })).toEqual({
      failed: false,
      output: '{"result":"on its way"}',
    });
    expect(hook.requests[0]!.body).toEqual({
      tool: "order_status",
      ...IDS,
      caller: "+12025550101",
      callee: "+12025550199",
      arguments: { id: "7" },
    });
  });

  it.each([
    [404, '{"error":"no such order"}', "HTTP 404: no such order"],
    [409, '{"error":{"message":"busy\\u0000 now"}}', "HTTP 409: busy now"],
    [500, "<html>a page of errors</html>", "HTTP 500"],
    [503, "null", "HTTP 503"],
    [302, "", "HTTP 302"],
  ])("may answer %i", async (status, body, said) => {
    const hook = await start((response) =>
      response.writeHead(status, { Location: "http://127.0.0.1:1/elsewhere" }).end(body),
    );
    expect(await run(await runnerFor(hook), "order_status", { id: "7" })).toEqual({
      failed: true,
      output: `the tool's endpoint answered ${said}`,
    });
  });

  it("may answer too much, and is not listened to", async () => {
    const hook = await start((response) => {
      const write = () => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
        if (!response.destroyed) response.once("drain", write);
      };
      write();
    });
    expect(await run(await runnerFor(hook), "order_status", { id: "7" })).toEqual({
      failed: true,
      output: "the tool answered more than 32 KiB",
    });
  });

  it("may break off", async () => {
    const hook = await start((response) => {
      response.writeHead(200, { "Content-Length": "100" });
      response.write("half", () => response.destroy());
    });
    expect(await run(await runnerFor(hook), "order_status", { id: "7" })).toMatchObject({ failed: true });
  });

  it("may be away", async () => {
    const hook = await Hook.start((response) => response.end());
    const runner = await runnerFor(hook);
    await hook.close();
    expect(await run(runner, "transfer_call", { destination: "sales" })).toEqual({
      failed: true,
      output: "the tool's endpoint cannot be reached",
    });
  });

  it("may never answer: the time is the clock's", async () => {
    const clock = new ManualClock();
    let asked = () => {};
    const arrived = new Promise<void>((resolve) => (asked = resolve));
    const hook = await start(() => asked());
    const runner = await createToolRunner(configFor(hook), { env: {}, clock });
    const done = run(runner, "transfer_call", { destination: "sales" });
    await arrived;
    clock.advance(5000);
    expect(await done).toEqual({
      failed: true,
      output: "the tool did not answer within 5 s; it is not known what came of it",
    });
  });

  it("of an own tool is left when the call ends, that of an action is not", async () => {
    const ended = new AbortController();
    let left = () => {};
    const gone = new Promise<void>((resolve) => (left = resolve));
    const hook = await start((response) => {
      response.once("close", () => left());
      ended.abort();
    });
    expect(await run(await runnerFor(hook), "order_status", { id: "7" }, callInfo(), ended.signal)).toEqual({
      failed: true,
      output: "the call has ended",
    });
    await gone;

    const over = new AbortController();
    const slow = await start((response) => {
      over.abort();
      response.end('{"ok":true}');
    });
    expect(
      await run(await runnerFor(slow), "transfer_call", { destination: "sales" }, callInfo(), over.signal),
    ).toEqual({ failed: false, output: '{"ok":true}' });
  });
});
