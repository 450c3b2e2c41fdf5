import { expect, it } from "vitest";
import { type AgentKind, defineAgent } from "../../../src/agents/agent.js";
import { openAgent } from "../../../src/cli/commands/agent.js";
import { resolve } from "../../../src/config/resolve.js";
import { BridgeError } from "../../../src/errors.js";
import { FakeIo } from "../fake-io.js";

function kindWith(probe: AgentKind["probe"]) {
  return defineAgent({
    name: "mine",
    summary: "a test's own",
    url: "none",
    options: {},
    probe,
    connect: () => Promise.reject(new Error("not now")),
  }) as AgentKind;
}

async function open(agent: AgentKind | string, tools?: object, io = new FakeIo()) {
  const file = { name: "smartpbx.config.mjs", values: { agent, tools } };
  return openAgent(resolve("serve", { flags: {}, env: io.env, file }).values, io);
}

it("offers the agent what is configured, and hang_up in any case", async () => {
  let offered: readonly string[] = [];
  const kind = kindWith(async ({ tools }) => {
    offered = tools.map(({ name }) => name);
  });
  await open(kind);
  expect(offered).toEqual(["hang_up"]);
  const { tools } = await open(kind, { custom: { lookup: { description: "Looks.", run: () => 1 } } });
  expect(offered).toEqual(["hang_up", "lookup"]);
  expect(tools.specs.map(({ name }) => name)).toEqual(offered);
});

it("gives the agent the environment of the command", async () => {
  let key: string | undefined;
  const kind = kindWith(async ({ env }) => {
    key = env.MY_KEY;
  });
  await open(kind, undefined, new FakeIo({ MY_KEY: "k" }));
  expect(key).toBe("k");
});

it("passes on what the agent says of itself", async () => {
  const refused = new BridgeError("agent-refused", "the key is refused", { fix: "export KEY=…" });
  await expect(open(kindWith(() => Promise.reject(refused)))).rejects.toBe(refused);
});

it.each([
  [new Error("no route"), "The agent mine cannot be reached: no route"],
  [new DOMException("x", "TimeoutError"), "The agent mine cannot be reached: it did not answer in time"],
])("says why an agent cannot be reached: %s", async (error, message) => {
  const opening = open(kindWith(() => Promise.reject(error)));
  await expect(opening).rejects.toMatchObject({ code: "agent-unreachable", exitCode: 3, message });
});

it("says what it waits for, when it waits long", async () => {
  const io = new FakeIo();
  let answer = () => {};
  const opening = open(
    kindWith(() => new Promise<void>((resolve) => (answer = resolve))),
    undefined,
    io,
  );
  await new Promise((resolve) => setImmediate(resolve));
  io.clock.advance(299);
  expect(io.stderr.text).toBe("");
  io.clock.advance(1);
  expect(io.stderr.text).toBe("Asking the agent mine whether it will answer …\n");
  answer();
  await opening;
});

it("finds what a tool needs before the first call", async () => {
  const via = { smartpbx: "http://127.0.0.1:1/mcp" };
  await expect(open("echo", { hang_up: { via } })).rejects.toMatchObject({
    code: "missing-token",
    exitCode: 2,
  });
});
