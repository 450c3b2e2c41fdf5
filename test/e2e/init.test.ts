/** `init` at a real terminal, and its config for every kind: type-checked, and read by the program itself. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { agentKinds } from "../../src/agents/index.js";
import { loadConfig } from "../../src/config/load.js";
import { resolve } from "../../src/config/resolve.js";
import { agentFacts } from "../../src/init/agent-facts.js";
import type { Answers } from "../../src/init/answers.js";
import { configText } from "../../src/init/config-file.js";
import { Bridge, folder } from "./bridge.js";
import { ROOT } from "./packed.js";
import { Terminal } from "./terminal.js";

const run = promisify(execFile);
const DOWN = "\x1b[B";

describe("at a terminal", () => {
  it("asks, holds the answers to the rules, and writes what was answered", async () => {
    const cwd = folder();
    const terminal = new Terminal(["init"], { cwd });
    await terminal.answer("Which agent answers the calls?", DOWN);
    await terminal.answer("a Google ADK agent", "\r");
    await terminal.answer("At which address?", "http://127.0.0.1/\r");
    await terminal.answer("must begin with ws:// or wss://", "\x15ws://127.0.0.1:8000/ws\r");
    await terminal.answer("Which audio", "\r");
    await terminal.answer("Save every call", "y\r");
    await terminal.answer("In which folder?", "\r");
    await terminal.answer("On which port", "9090\r");
    await terminal.answer("a secret header?", "y\r");
    await terminal.answer("Which header?", "X-Key\r");
    await terminal.answer("Which CI", `${DOWN}`);
    await terminal.answer("GitLab", "\r");
    expect(await terminal.exit).toBe(0);
    expect((await loadConfig(cwd))?.values).toEqual({
      ...{ agent: "adk:ws://127.0.0.1:8000/ws", host: "127.0.0.1", port: 9090, path: "/media-stream" },
      ...{ authHeader: "X-Key", record: "recordings", format: "g711_ulaw" },
    });
    expect(existsSync(join(cwd, ".gitlab-ci.yml"))).toBe(true);

    // Once more over the same files: asked for the one that would change.
    const again = new Terminal(
      ["init", "--agent", "echo", "--format", "pcm16", "--port", "1", "--ci", "none"],
      {
        cwd,
        columns: 40,
      },
    );
    await again.answer("Save every call", "\r");
    await again.answer("a secret", "\r");
    await again.answer("smartpbx.config.mjs is there already.", "y\r");
    await again.answer(".env.example is there already.", "\r");
    expect(await again.exit).toBe(0);
    expect(readFileSync(join(cwd, "smartpbx.config.mjs"), "utf8")).toContain('agent: "echo"');
  });

  it("writes nothing after ^C", async () => {
    const cwd = folder();
    const terminal = new Terminal(["init"], { cwd });
    await terminal.answer("Which agent answers the calls?", "\r");
    await terminal.answer("Which audio", "\x03");
    expect(await terminal.exit).toBe(130);
    expect(terminal.text).toContain("Nothing was written.");
    expect(readdirSync(cwd)).toEqual([]);
  });
});

it("reads .env where it is started", async () => {
  const cwd = folder();
  const init = new Bridge(["init", "--yes", "--port", "0", "--auth-header", "X-Key"], { cwd });
  expect(await init.exit).toBe(0);
  const serve = new Bridge(["serve", "--json"], { cwd });
  const { url } = await serve.first("listening");
  const call = (env: Record<string, string>) =>
    new Bridge(
      [
        "simulate",
        "--json",
        "--url",
        String(url),
        "--header",
        "X-Key: $SMARTPBX_TOKEN",
        "--silence",
        "--hang-up-after",
        "100ms",
      ],
      { cwd, env },
    ).exit;
  // What is set already wins.
  expect(await Promise.all([call({}), call({ SMARTPBX_TOKEN: "another" })])).toEqual([0, 3]);
  expect(await serve.stop()).toBe(0);
});

describe("the config of every kind", () => {
  let place: string;
  const specs: string[] = [];

  beforeAll(async () => {
    place = folder();
    mkdirSync(join(place, "node_modules/@types"), { recursive: true });
    symlinkSync(ROOT, join(place, "node_modules/smartpbx-bridge"));
    symlinkSync(join(ROOT, "node_modules/@types/node"), join(place, "node_modules/@types/node"));
    for (const { name, load } of agentKinds) specs.push((await load()).example ?? name);
    specs.push("./agent.mjs", "websocket:wss://h.example.com/?key=hush");
    const answers: Answers = {
      agent: "",
      format: "pcm16",
      record: undefined,
      port: 8080,
      authHeader: undefined,
      ci: "none",
    };
    for (const [k, agent] of specs.entries()) {
      const facts = await agentFacts(agent);
      for (const isInstalled of [true, false]) {
        const text = configText({ ...answers, agent }, facts, { isInstalled });
        const name = `${k}-${isInstalled ? "installed" : "alone"}`;
        writeFileSync(join(place, `${name}.mjs`), text);
        // The same with everything on that stands there as an example.
        writeFileSync(join(place, `${name}-all.mjs`), text.replace(/^ {2}\/\/ (\w+: .*,)$/gm, "  $1"));
      }
    }
  });

  it("is what the types say", async () => {
    const compilerOptions = {
      ...{ target: "es2022", lib: ["es2023"], module: "nodenext", types: ["node"], strict: true },
      ...{ allowJs: true, checkJs: true, skipLibCheck: true, noEmit: true },
    };
    writeFileSync(join(place, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.mjs"] }));
    // One that is wrong shows that the types are really looked at.
    const wrong = readFileSync(join(place, "0-alone.mjs"), "utf8").replace("8080", '"high"');
    writeFileSync(join(place, "wrong.mjs"), wrong);
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const { stdout } = await run(process.execPath, [tsc, "-p", "."], { cwd: place }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toMatch(/^wrong.mjs\(\d+,\d+\): error TS2322.*\n( .*\n)*$/);
  }, 60_000);

  it("is read without fault, examples and all", async () => {
    const files = readdirSync(place).filter((name) => /^\d.*\.mjs$/.test(name));
    expect(files).toHaveLength(specs.length * 4);
    for (const name of files) {
      const file = await loadConfig(place, name);
      const env = { AGENT_KEY: "k" };
      for (const command of ["serve", "simulate"] as const)
        expect(() => resolve(command, { flags: {}, env, file })).not.toThrow();
      const { values } = resolve("serve", { flags: {}, env, file });
      const spec = specs[Number.parseInt(name, 10)];
      if (!spec.includes("hush")) expect(values.agent).toBe(spec);
      expect(values.drainMs).toBe(30_000);
      if (name.endsWith("-all.mjs"))
        expect(values).toMatchObject({ authHeader: "X-Api-Key", record: "recordings" });
    }
    const all = await loadConfig(place, "4-installed-all.mjs");
    expect(Object.keys(all?.values ?? {})).toEqual(
      expect.arrayContaining(["agentOption", "authHeader", "drain", "record", "budget"]),
    );
  });
});
