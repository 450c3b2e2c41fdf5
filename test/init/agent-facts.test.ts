import { expect, it } from "vitest";
import { agentKinds } from "../../src/agents/index.js";
import { checkOptions } from "../../src/agents/options.js";
import { agentFacts } from "../../src/init/agent-facts.js";

const kinds = await Promise.all(agentKinds.map((entry) => entry.load()));

it.each(kinds)("knows the variable that $name asks for", async (kind) => {
  const { variables } = await agentFacts(kind.example ?? kind.name);
  const needed = variables.filter(({ isNeeded }) => isNeeded).map(({ name }) => name);
  const env = Object.fromEntries(needed.map((name) => [name, "a-key-of-some-length"]));
  expect(() => checkOptions(kind, {}, env)).not.toThrow();
  for (const name of needed)
    expect(() => checkOptions(kind, {}, { ...env, [name]: undefined })).toThrow(
      expect.objectContaining({ code: "missing-token", fix: expect.stringContaining(name) }),
    );
});

it.each([
  ["echo", false, false],
  ["elevenlabs:agent-1", false, false],
  ["./agent.mjs", false, false],
  ["recording:calls/token=1", false, false],
  ["adk:ws://127.0.0.1:8000/ws/{callId}?is_audio=true", false, true],
  ["websocket:ws://localhost:9000/", false, true],
  ["websocket:wss://agent.example.com/call?api_key=abc", true, false],
  ["smartpbx:wss://user:word@agent.example.com/ws", true, false],
])("%s: secret %s, local %s", async (spec, isSecret, isLocal) => {
  expect(await agentFacts(spec)).toMatchObject({ spec, isSecret, isLocal });
});

it("holds an address to the rules of its kind", async () => {
  await expect(agentFacts("adk")).rejects.toMatchObject({ code: "bad-flag" });
  await expect(agentFacts("adk:http://h/")).rejects.toMatchObject({ code: "bad-flag" });
  await expect(agentFacts("ecko")).rejects.toMatchObject({ code: "unknown-agent" });
});
