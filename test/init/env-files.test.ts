import { parseEnv } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agentFacts } from "../../src/init/agent-facts.js";
import type { Answers } from "../../src/init/answers.js";
import { envExample, envText, ignoreText } from "../../src/init/env-files.js";

const answers: Answers = {
  agent: "echo",
  format: "pcm16",
  record: undefined,
  port: 8080,
  authHeader: undefined,
  ci: "none",
};

describe(".env.example", () => {
  it("names what is needed, and holds no value", async () => {
    const text = envExample({ ...answers, authHeader: "X-Key" }, await agentFacts("openai"));
    expect(parseEnv(text)).toEqual({ OPENAI_API_KEY: "", SMARTPBX_TOKEN: "" });
    const secret = await agentFacts("websocket:wss://h.example.com/?key=hush-hush");
    expect(parseEnv(envExample(answers, secret))).toEqual({ SMARTPBX_AGENT: "" });
    expect(envExample(answers, secret)).not.toContain("hush");
  });

  it("has what is optional as a comment", async () => {
    const text = envExample(answers, await agentFacts("pipecat:ws://127.0.0.1:7860/ws-client"));
    expect(parseEnv(text)).toEqual({});
    expect(text).toContain("# PIPECAT_TOKEN=");
    expect(text).toContain("# SMARTPBX_TOKEN=");
  });
});

describe(".env", () => {
  it("keeps what is there, and does not touch a value that is set", () => {
    expect(envText("", { SMARTPBX_TOKEN: "abc" })).toBe("SMARTPBX_TOKEN=abc\n");
    expect(envText("A=1", { SMARTPBX_TOKEN: "abc" })).toBe("A=1\nSMARTPBX_TOKEN=abc\n");
    expect(envText("SMARTPBX_TOKEN=mine", { SMARTPBX_TOKEN: "abc" })).toBe("SMARTPBX_TOKEN=mine");
  });

  it("is read as it was meant", () => {
    const value = fc
      .string({ unit: fc.constantFrom(..."ab019:/?&=#{}$ %@-_.'\"") })
      .filter((text) => text.trim() === text && text !== "");
    fc.assert(
      fc.property(value, (agent) => {
        expect(parseEnv(envText("", { SMARTPBX_AGENT: agent }))).toEqual({ SMARTPBX_AGENT: agent });
      }),
    );
  });
});

describe(".gitignore", () => {
  it.each([
    ["", "recordings/\n.env\n"],
    ["node_modules\n", "node_modules\nrecordings/\n.env\n"],
    ["node_modules", "node_modules\nrecordings/\n.env\n"],
    ["/recordings\n.env\n", "/recordings\n.env\n"],
    ["recordings/\r\n", "recordings/\r\n.env\n"],
  ])("%j becomes %j", (present, text) => {
    expect(ignoreText(present, ["recordings/", ".env"])).toBe(text);
    expect(ignoreText(text, ["recordings/", ".env"])).toBe(text);
  });
});
