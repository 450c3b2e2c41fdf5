/** Agent specs: what each spelling leads to, before any call. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { agentKinds, resolveAgent } from "../../src/agents/index.js";
import { ScriptedAgent } from "../../src/testing.js";

const folder = mkdtempSync(join(tmpdir(), "agents-"));
afterAll(() => rmSync(folder, { recursive: true }));
const module = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const resolve = (spec: string, options: Record<string, string | number | boolean> = {}) =>
  resolveAgent(spec, { options });
/** A key for every vendor that asks for one. */
const KEYS = {
  OPENAI_API_KEY: "k",
  GEMINI_API_KEY: "k",
  ELEVENLABS_API_KEY: "k",
  DEEPGRAM_API_KEY: "k",
  ULTRAVOX_API_KEY: "k",
};
const failure = async (spec: string, options?: Record<string, string | number | boolean>) => {
  const error = await resolve(spec, options).then(
    () => undefined,
    (reason) => reason,
  );
  return { code: error?.code, exit: error?.exitCode, text: `${error?.message}\n${error?.fix}` };
};

describe("the list of kinds", () => {
  it("loads every kind under its own name, with an example that resolves", async () => {
    for (const { name, load } of agentKinds) {
      const kind = await load();
      expect(kind.name).toBe(name);
      expect(kind.summary).not.toBe("");
      if (kind.url === "required") expect(kind.example).toBeDefined();
      const agent = await resolveAgent(kind.example ?? name, { options: {}, env: KEYS });
      expect(agent.name).toMatch(new RegExp(`^${name}`));
    }
  });
});

describe("names for people", () => {
  it.each([
    ["echo", "echo"],
    ["adk:ws://127.0.0.1:8000/ws/{callId}?is_audio=true", "adk:ws://127.0.0.1:8000/ws/{callId}"],
    ["websocket:wss://user:secret@host/a/b?key=secret", "websocket:wss://host/a/b"],
  ])("%s", async (spec, name) => {
    expect((await resolve(spec)).name).toBe(name);
  });
});

describe("a spec that is wrong", () => {
  it("names the kind that was meant", async () => {
    const { code, exit, text } = await failure("ehco");
    expect({ code, exit }).toEqual({ code: "unknown-agent", exit: 2 });
    expect(text).toContain('Did you mean "echo"?');
  });

  it("lists the kinds when none is near", async () => {
    const { code, text } = await failure("parrot");
    expect(code).toBe("unknown-agent");
    expect(text).toContain(agentKinds.map(({ name }) => name).join(", "));
  });

  it("asks for a kind before a bare URL, and does not repeat the URL", async () => {
    const { code, text } = await failure("wss://user:secret@host/x?key=secret");
    expect(code).toBe("unknown-agent");
    expect(text).toContain("websocket:ws://");
    expect(text).not.toContain("secret");
  });

  it.each([
    "adk",
    "adk:",
    "adk:not a url secret",
    "adk:http://host/secret",
    "adk:ws://",
    "adk:ws://host/#secret",
    "adk:ws://{callId}.host/",
    "adk:ws://host:{callId}/",
  ])("shows a working example for %s", async (spec) => {
    const { code, text } = await failure(spec);
    expect(code).toBe("bad-flag");
    expect(text).toContain("--agent 'adk:ws://127.0.0.1:8000/ws/{callId}?is_audio=true'");
    expect(text).not.toContain("secret");
  });

  it("names the placeholder that was meant", async () => {
    const { code, text } = await failure("adk:ws://host/{callid}");
    expect(code).toBe("bad-flag");
    expect(text).toContain("Did you mean {callId}?");
  });

  it("wants nothing after echo", async () => {
    expect((await failure("echo:ws://host")).code).toBe("bad-flag");
  });

  it("refuses headers that HTTP cannot carry, without showing them", async () => {
    const given = resolveAgent("echo", { options: {}, headers: { "X-Key": "sec\nret" } });
    await expect(given).rejects.toMatchObject({
      code: "bad-flag",
      message: expect.not.stringContaining("sec"),
    });
  });
});

describe("options", () => {
  it.each<[string, Record<string, string | number>, string]>([
    ["echo", { mod: "pause" }, 'Did you mean "mode"?'],
    ["echo", { mode: "loud" }, "one of pause|instant"],
    ["echo", { pause: "soon" }, "a number"],
    ["echo", { pause: "" }, "a number"],
    ["echo", { pause: 5 }, "100 or more"],
    ["echo", { pause: "99999" }, "10000 or less"],
    ["echo", { constructor: "x" }, "no option"],
    ["adk:ws://host", { inputRate: "22050" }, "one of 8000|16000|24000|48000"],
    ["websocket:ws://host", { encoding: "g711_ulaw", rate: "16000" }, "must be 8000"],
    ["websocket:ws://host", { speaksEncoding: "g711_ulaw", speaksRate: 24000 }, "must be 8000"],
  ])("of %s: %j is refused", async (spec, options, expected) => {
    const { code, exit, text } = await failure(spec, options);
    expect({ code, exit }).toEqual({ code: "bad-agent-option", exit: 2 });
    expect(text).toContain(expected);
  });

  it("are listed where one is unknown", async () => {
    const { text } = await failure("echo", { volume: 3 });
    expect(text).toContain("mode=pause|instant");
    expect(text).toContain("(default 700)");
  });

  it("come as text or as values", async () => {
    await expect(resolve("echo", { pause: "500", rate: 8000 })).resolves.toBeDefined();
    await expect(resolve("echo", { pause: 500, rate: "8000" })).resolves.toBeDefined();
  });

  it("may be booleans", async () => {
    const text =
      'export default { name: "m", url: "none", options: { on: { type: "boolean", help: "" } }, connect() {} }';
    const path = module("boolean.mjs", text);
    await expect(resolve(path, { on: "true" })).resolves.toBeDefined();
    await expect(resolve(path, { on: false })).resolves.toBeDefined();
    expect((await failure(path, { on: "yes" })).text).toContain("true or false");
  });
});

describe("a module of one's own", () => {
  it.each([
    ["is not there", "./nowhere.mjs", "no agent module"],
    ["has a bare name", "nowhere.mjs", "no agent module"],
    ["does not parse", module("syntax.mjs", "export default {"), "does not load"],
    ["throws", module("throws.mjs", "throw new Error('first\\nsecond')"), "does not load: first\n"],
    ["imports what is missing", module("missing.mjs", "import 'no-such-thing'"), "npm install"],
    ["has no default export", module("none.mjs", "export const agent = {}"), "no default export"],
    ["exports a number", module("number.mjs", "export default 3"), "does not export an agent kind"],
    ["has no name", module("name.mjs", "export default { connect() {} }"), "without a name"],
    ["cannot connect", module("connect.mjs", "export default { name: 'x' }"), "without a connect function"],
    [
      "has no options",
      module("options.mjs", "export default { name: 'x', connect() {} }"),
      "without options",
    ],
    ["has no url", module("url.mjs", "export default { name: 'x', connect() {}, options: {} }"), "whose url"],
  ])("that %s", async (_, path, expected) => {
    const { code, exit, text } = await failure(path);
    expect({ code, exit }).toEqual({ code: "bad-agent-module", exit: 2 });
    expect(text).toContain(expected);
  });

  it("is taken by file URL, and as a kind itself", async () => {
    const path = module(
      "fine.mjs",
      'export default { name: "fine", url: "none", options: {}, connect() {} }',
    );
    expect((await resolve(`file://${path}`)).name).toBe("fine");
    expect((await resolveAgent(new ScriptedAgent(), { options: {} })).name).toBe("scripted");
    const nameless = { ...new ScriptedAgent(), name: "" } as unknown as ScriptedAgent;
    await expect(resolveAgent(nameless, { options: {} })).rejects.toMatchObject({ code: "bad-agent-module" });
  });
});
