import { expect, it } from "vitest";
import { agentKinds } from "../../../src/agents/index.js";
import { run } from "../../../src/cli/commands/agents.js";
import { resolve } from "../../../src/config/resolve.js";
import { FakeIo } from "../fake-io.js";

async function list(flags: { json?: true }) {
  const io = new FakeIo();
  expect(await run(resolve("agents", { flags, env: {} }).values, io)).toBe(0);
  return io.stdout;
}

it("lists every kind with its summary, URL and options", async () => {
  const { text } = await list({});
  for (const entry of agentKinds) {
    const { name, summary, url, isPath, options } = await entry.load();
    const spec = { required: `${name}:${isPath ? "DIR" : "URL"}`, optional: `${name}[:URL]`, none: name }[
      url
    ];
    expect(text).toContain(`${spec}  ${summary}\n`);
    for (const [key, { help }] of Object.entries(options)) {
      const lines = text.slice(text.indexOf(`${spec}  ${summary}`)).split("\n");
      const at = lines.findIndex((line) => line.startsWith(`    ${key}=`));
      expect(lines[at + 1]).toContain(`      ${help}`);
    }
  }
  expect(text).toContain("defineAgent");
});

it("lists them as one JSON document", async () => {
  const { lines } = await list({ json: true });
  expect(lines).toHaveLength(1);
  const document = JSON.parse(lines[0]!);
  expect(document).toMatchObject({ version: 1, type: "agents" });
  expect(document.agents.map(({ name }: { name: string }) => name)).toEqual(
    agentKinds.map(({ name }) => name),
  );
  expect(document.agents[0]).toMatchObject({
    name: "echo",
    url: "none",
    options: expect.any(Object),
    summary: expect.any(String),
  });
});
