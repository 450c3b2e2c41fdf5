import { afterEach, describe, expect, it } from "vitest";
import { defineAgent } from "../../../src/agents/agent.js";
import { resolveAgent } from "../../../src/agents/index.js";
import { checkAgent } from "../../../src/doctor/computer/agent.js";
import { fakeOpenAi } from "../../../src/testing/fake-openai.js";
import { fakeSmartpbxEndpoint } from "../../../src/testing/fake-smartpbx-endpoint.js";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const KEY = "sk-hunter2hunter2";

function check(spec: Parameters<typeof resolveAgent>[0], env: Record<string, string> = {}) {
  return checkAgent({
    spec: typeof spec === "string" ? spec.split(":", 1)[0]! : spec.name,
    open: () => resolveAgent(spec, { options: {}, env, agentTimeoutMs: 3000 }),
    signal: new AbortController().signal,
  });
}

async function kept<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> {
  const fake = await opening;
  closing.push(() => fake.close());
  return fake;
}

describe("the agent", () => {
  it("is the built-in echo", async () => {
    expect(await check("echo")).toMatchObject({
      value: "echo, built in: says back what it hears",
      findings: [],
    });
  });

  it("takes the key", async () => {
    const fake = await kept(fakeOpenAi());
    const { value, findings } = await check(`openai:${fake.url}/v1/realtime`, { OPENAI_API_KEY: KEY });
    expect(findings).toEqual([]);
    expect(value).toContain("takes the key");
  });

  it("refuses the key, which is not shown", async () => {
    const fake = await kept(fakeOpenAi({ refuseWith: 401 }));
    const checked = await check(`openai:${fake.url}/v1/realtime`, { OPENAI_API_KEY: KEY });
    expect(checked.findings).toMatchObject([{ code: "agent-refused", severity: "error" }]);
    expect(checked.findings[0]?.fix).toContain("OPENAI_API_KEY");
    expect(JSON.stringify(checked)).not.toContain(KEY);
  });

  it("has no key to show", async () => {
    const { findings } = await check("openai");
    expect(findings).toMatchObject([{ code: "missing-token" }]);
    expect(findings[0]?.fix).toContain("OPENAI_API_KEY");
  });

  it("is unknown", async () => {
    expect((await check("ecko")).findings).toMatchObject([{ code: "unknown-agent" }]);
  });

  it("takes a call that is hung up at once", async () => {
    const fake = await kept(fakeSmartpbxEndpoint());
    const { value, findings } = await check(`smartpbx:${fake.url}/media`);
    expect(findings).toEqual([]);
    expect(value).toContain("takes calls");
    expect((await fake.next()).path).toBe("/media");
  });

  it("is not there", async () => {
    const { findings } = await check("smartpbx:ws://127.0.0.1:1/media");
    expect(findings).toMatchObject([{ code: "agent-unreachable" }]);
  });

  it("never answers", async () => {
    const fake = await kept(fakeOpenAi({ neverAnswer: true }));
    const { findings } = await checkAgent({
      spec: "openai",
      open: () =>
        resolveAgent(`openai:${fake.url}/v1/realtime`, {
          options: {},
          env: { OPENAI_API_KEY: KEY },
          agentTimeoutMs: 50,
        }),
      signal: new AbortController().signal,
    });
    expect(findings).toMatchObject([{ code: "agent-unreachable" }]);
    expect(findings[0]?.fix).toContain("--agent-timeout");
  });

  it.each(["twilio:http://127.0.0.1:1/voice", ""])("would ring, so it is not asked: %s", async (spec) => {
    let calls = 0;
    const own = defineAgent({
      name: "own",
      summary: "mine",
      url: "none",
      options: {},
      connect: () => Promise.reject(new Error(`call ${++calls}`)),
    });
    expect(await check(spec || own)).toMatchObject({ isSkipped: true, findings: [] });
    expect(calls).toBe(0);
  });
});
