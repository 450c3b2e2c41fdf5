import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/clock.js";
import type { OwnFunction, ToolsConfig } from "../../src/tools/config.js";
import { createToolRunner } from "../../src/tools/runner.js";
import { callInfo } from "../agents/call.js";
import { run, SALES } from "./runner.js";

const via = { type: "http", url: "http://127.0.0.1:1", method: "POST", headers: {}, timeoutMs: 1 } as const;
const order = {
  type: "object",
  properties: {
    id: { type: "string" },
    count: { type: "integer" },
    size: { type: "string", enum: ["small", "large"] },
    lines: {
      type: "array",
      items: { type: "object", properties: { sku: { type: "string" } }, required: ["sku"] },
    },
  },
  required: ["id"],
} as const;

const own = (name: string, run: OwnFunction, timeoutMs = 1000) => ({
  name,
  description: `does ${name}`,
  parameters: order,
  run: { type: "function", run, timeoutMs } as const,
});

async function runnerOf(config: Partial<ToolsConfig>, clock = new ManualClock()) {
  return createToolRunner({ custom: [], ...config }, { env: {}, clock });
}

describe("what models are offered", () => {
  it("is hang_up, and what is configured", async () => {
    expect((await runnerOf({})).specs.map(({ name }) => name)).toEqual(["hang_up"]);
    const runner = await runnerOf({
      transferCall: { destinations: SALES, via },
      sendDtmf: { description: "Opens the gate.", via },
      hangUp: { description: "Ends it." },
      custom: [own("lookup", () => 1)],
    });
    expect(runner.specs.map(({ name }) => name)).toEqual(["hang_up", "transfer_call", "send_dtmf", "lookup"]);
    expect(runner.specs.map(({ description }) => description)).toMatchObject({
      0: "Ends it.",
      2: "Opens the gate.",
    });
  });

  it("has names to choose from and never a number", async () => {
    const { specs } = await runnerOf({ transferCall: { destinations: SALES, via } });
    expect(specs[1]!.parameters).toEqual({
      type: "object",
      properties: {
        destination: {
          type: "string",
          enum: ["sales", "support"],
          description: "Whom to transfer the call to. support: technical questions",
        },
      },
      required: ["destination"],
    });
    expect(JSON.stringify(specs)).not.toContain("+1202");
  });
});

describe("arguments", () => {
  it.each([{ destination: "+19005550100" }, { destination: "constructor" }, { destination: ["sales"] }, {}])(
    "of a transfer that name nobody are refused: %j",
    async (args) => {
      const runner = await runnerOf({ transferCall: { destinations: SALES, via } });
      expect(await run(runner, "transfer_call", args)).toEqual({
        failed: true,
        output: "destination must be one of: sales, support",
      });
    },
  );

  it.each(["", "5x", "1".repeat(33), "1\n\0", undefined, { length: 1 }])(
    "are no keys: %j",
    async (digits) => {
      const runner = await runnerOf({ sendDtmf: { via } });
      expect(await run(runner, "send_dtmf", { digits })).toEqual({
        failed: true,
        output: "digits must be 1 to 32 of 0-9 * # A-D",
      });
    },
  );

  it.each([
    [{}, "id is missing"],
    [{ id: 7 }, "id must be of type string"],
    [{ id: "7", count: 1.5 }, "count must be of type integer"],
    [{ id: "7", size: "huge" }, "size must be one of small, large"],
    [{ id: "7", lines: [{ sku: "a" }, {}] }, "lines[1].sku is missing"],
    [{ id: "7", lines: {} }, "lines must be of type array"],
  ])("of an own tool are checked: %j", async (args, output) => {
    const runner = await runnerOf({ custom: [own("lookup", () => "never")] });
    expect(await run(runner, "lookup", args)).toEqual({ failed: true, output });
  });
});

describe("a function", () => {
  it("gets the arguments and the call, and answers with anything that is JSON", async () => {
    const lookup: OwnFunction = async ({ id }, { caller, callId }) => ({ id, caller, callId });
    const runner = await runnerOf({
      custom: [own("lookup", lookup), own("say", () => "hello"), own("act", () => {})],
    });
    expect(await run(runner, "lookup", { id: "7", more: 1 })).toEqual({
      failed: false,
      output: '{"id":"7","caller":"+12025550101","callId":"call-1"}',
    });
    expect((await run(runner, "say", { id: "7" })).output).toBe('{"result":"hello"}');
    expect((await run(runner, "act", { id: "7" })).output).toBe('{"status":"done"}');
  });

  it("fails in its own words", async () => {
    const thrown = (what: unknown) => () => {
      throw what;
    };
    const runner = await runnerOf({
      custom: [
        own("a", thrown(new Error("the shop\nis closed"))),
        own("b", thrown(undefined)),
        own("c", thrown(new Error("x".repeat(9999)))),
      ],
    });
    expect(await run(runner, "a", { id: "7" })).toEqual({ failed: true, output: "the shop is closed" });
    expect((await run(runner, "b", { id: "7" })).failed).toBe(true);
    expect((await run(runner, "c", { id: "7" })).output).toHaveLength(300);
  });

  it.each([
    [
      "a circle",
      () => {
        const circle: { self?: object } = {};
        circle.self = circle;
        return circle;
      },
      "the tool's answer cannot be written as JSON",
    ],
    ["a bigint", () => 7n, "the tool's answer cannot be written as JSON"],
    ["too much", () => "é".repeat(20_000), "the tool answered more than 32 KiB"],
  ])("may not answer with %s", async (_, answer, output) => {
    expect(await run(await runnerOf({ custom: [own("lookup", answer)] }), "lookup", { id: "7" })).toEqual({
      failed: true,
      output,
    });
  });

  it("that hangs is given up, and is told so by its signal", async () => {
    const clock = new ManualClock();
    let told: AbortSignal | undefined;
    const hang: OwnFunction = (_, __, { signal }) => {
      told = signal;
      return new Promise(() => {});
    };
    const runner = await runnerOf({ custom: [own("lookup", hang)] }, clock);
    const done = run(runner, "lookup", { id: "7" });
    clock.advance(1000);
    expect(await done).toMatchObject({ failed: true, output: expect.stringContaining("within 1 s") });
    expect(told?.aborted).toBe(true);
  });

  it("is left when the call ends", async () => {
    const ended = new AbortController();
    const runner = await runnerOf({ custom: [own("lookup", () => new Promise(() => {}))] });
    const done = run(runner, "lookup", { id: "7" }, callInfo(), ended.signal);
    ended.abort();
    expect(await done).toEqual({ failed: true, output: "the call has ended" });
    expect(await run(runner, "lookup", { id: "7" }, callInfo(), ended.signal)).toEqual({
      failed: true,
      output: "the call has ended",
    });
  });
});

it("knows the tools it has", async () => {
  const runner = await runnerOf({ custom: [own("lookup", () => 1)] });
  expect(await run(runner, "constructor", {})).toEqual({
    failed: true,
    output: "there is no tool of this name; there are hang_up, lookup",
  });
  expect(runner.hungUp).toBeUndefined();
});
