import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSettings, run } from "../../../src/cli/commands/init.js";
import { runCommandLine } from "../../../src/cli/main.js";
import { Interrupted } from "../../../src/cli/ui/interrupted.js";
import type { KeyInput } from "../../../src/cli/ui/keys.js";
import type { Questions } from "../../../src/cli/ui/questions.js";
import { type Flags, resolve } from "../../../src/config/resolve.js";
import { FakeIo, FakeScreen } from "../fake-io.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "smartpbx-init-"));
});
afterEach(() => rm(folder, { recursive: true }));

const textOf = (path: string) => readFileSync(join(folder, path), "utf8");

/** The text of every file, by its path. */
function filesOf(place: string): Record<string, string> {
  const entries = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => [
      join(parentPath, name),
      readFileSync(join(parentPath, name), "utf8"),
    ]),
  );
}

/** A terminal at which nobody types: the answers come from `Answering`. */
class TtyIo extends FakeIo {
  override readonly stdout = new FakeScreen(true);
  readonly stdin = {} as KeyInput;
}

/** Takes the default of every question but those that are answered here, and keeps what was asked. */
class Answering implements Questions {
  readonly asked: string[] = [];
  readonly faults: (string | undefined)[] = [];

  constructor(readonly answers: Readonly<Record<string, unknown>> = {}) {}

  async choose<T>(message: string, _choices: readonly unknown[], first: T): Promise<T> {
    return this.#answer(message, first);
  }

  async write(
    message: string,
    standard: string,
    check: (text: string) => Promise<string | undefined>,
  ): Promise<string> {
    const text = this.#answer(message, standard);
    this.faults.push(await check(text));
    return text;
  }

  async confirm(message: string, standard: boolean): Promise<boolean> {
    return this.#answer(message, standard);
  }

  #answer<T>(message: string, standard: T): T {
    this.asked.push(message);
    const key = Object.keys(this.answers).find((part) => message.includes(part));
    if (key === undefined) return standard;
    if (this.answers[key] === "^C") throw new Interrupted("SIGINT");
    return this.answers[key] as T;
  }
}

async function init(flags: Flags, questions?: Answering, env = {}) {
  const io = questions ? new TtyIo(env, folder) : new FakeIo(env, folder);
  const code = await run(readSettings(resolve("init", { flags, env })), io, questions);
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}

describe("without a terminal", () => {
  it("writes everything with --yes, and says what to type next", async () => {
    const { code, stdout } = await init({ yes: true });
    expect(code).toBe(0);
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual([
      ".env.example",
      ".github",
      ".github/workflows",
      ".github/workflows/calls.yml",
      ".gitignore",
      "scenarios",
      "scenarios/first-call.yaml",
      "smartpbx.config.mjs",
    ]);
    expect(stdout.split("Next:\n")[1]).toBe(
      [
        "  npx smartpbx-bridge serve\n",
        "  npx smartpbx-bridge simulate --url ws://127.0.0.1:8080/media-stream --record recordings\n",
        "  npx smartpbx-bridge inspect recordings/CALL\n",
      ].join(""),
    );
  });

  it("refuses to guess without --yes, and names the flags that are missing", async () => {
    await expect(init({ agent: "echo", ci: "none" })).rejects.toMatchObject({
      code: "bad-flag",
      exitCode: 2,
      fix: "Add --yes to take the defaults, and what differs as flags: --format g711_ulaw|pcm16|opus --record DIR --port N --auth-header NAME",
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("needs no --yes where every question is answered", async () => {
    const flags = {
      agent: "gemini",
      format: "opus",
      record: "calls",
      port: "0",
      authHeader: "X-Key",
      ci: "gitlab",
    };
    const { code, stdout } = await init(flags);
    expect(code).toBe(0);
    const config = textOf("smartpbx.config.mjs");
    for (const line of [
      'agent: "gemini"',
      'format: "opus"',
      'record: "calls"',
      "port: 0",
      'authHeader: "X-Key"',
    ])
      expect(config).toMatch(new RegExp(`^  ${line},$`, "m"));
    expect(textOf(".gitlab-ci.yml")).toContain("GEMINI_API_KEY");
    expect(textOf(".gitignore")).toBe("calls/\nrecordings/\n.env\n");
    const [, token] = /^SMARTPBX_TOKEN=([0-9a-f]{64})\n$/.exec(textOf(".env"))!;
    expect(stdout).toContain(".env has the token");
    for (const path of ["smartpbx.config.mjs", ".env.example", ".gitlab-ci.yml"])
      expect(textOf(path)).not.toContain(token);
    expect(stdout).not.toContain(token);
  });

  it("keeps what is there and says so; --force overwrites it", async () => {
    writeFileSync(join(folder, "smartpbx.config.mjs"), "mine");
    writeFileSync(join(folder, ".gitignore"), "node_modules");
    const { stdout } = await init({ yes: true, agent: "openai" });
    expect(textOf("smartpbx.config.mjs")).toBe("mine");
    expect(textOf(".gitignore")).toBe("node_modules\nrecordings/\n.env\n");
    expect(stdout).toMatch(/= smartpbx.config.mjs +kept as it was \(--force overwrites it\)/);
    const again = await init({ yes: true, agent: "openai", force: true, json: true });
    expect(textOf("smartpbx.config.mjs")).toContain('agent: "openai"');
    const { files, type } = JSON.parse(again.stdout);
    expect(type).toBe("init");
    expect(files.map(({ action }: { action: string }) => action)).toEqual([
      "overwritten",
      ...Array(4).fill("unchanged"),
    ]);
  });

  it("makes no second config file", async () => {
    writeFileSync(join(folder, "smartpbx.config.json"), "{}");
    const { stdout } = await init({ yes: true, force: true });
    expect(existsSync(join(folder, "smartpbx.config.mjs"))).toBe(false);
    expect(stdout).toContain("note: smartpbx.config.json is the config file here");
  });

  it("leaves a .gitlab-ci.yml of one's own alone", async () => {
    writeFileSync(join(folder, ".gitlab-ci.yml"), "build: {}\n");
    const { stdout } = await init({ yes: true, ci: "gitlab", force: true });
    expect(textOf(".gitlab-ci.yml")).toBe("build: {}\n");
    expect(textOf("calls.gitlab-ci.yml")).toContain("simulate scenarios/*.yaml");
    expect(stdout).toContain('include: "calls.gitlab-ci.yml"');
  });

  it("writes an address that holds a key into .env only", async () => {
    const agent = "websocket:wss://h.example.com/?token=hush-hush";
    const { stdout } = await init({ yes: true, agent });
    expect(textOf(".env")).toBe(`SMARTPBX_AGENT='${agent}'\n`);
    expect(stdout).toContain("holds a secret");
    for (const path of ["smartpbx.config.mjs", ".env.example", ".github/workflows/calls.yml"])
      expect(textOf(path) + stdout).not.toContain("hush");
    // Once more, and the secret stays what it was.
    await init({ yes: true, agent: "websocket:wss://h.example.com/?token=other" });
    expect(textOf(".env")).toContain("hush");
  });

  it("goes where it is told to, whatever config is where it is called", async () => {
    writeFileSync(join(folder, "smartpbx.config.mjs"), "throw new Error('broken');");
    const io = new FakeIo({}, folder);
    expect(await runCommandLine(["init", "my calls", "--yes"], io)).toBe(0);
    expect(textOf("my calls/smartpbx.config.mjs")).toContain("export default");
    expect(io.stdout.text).toContain("Next:\n  cd 'my calls'\n");
  });

  it("checks the agent before it writes", async () => {
    await expect(init({ yes: true, agent: "adk" })).rejects.toMatchObject({ code: "bad-flag" });
    await expect(init({ yes: true, agent: "ecko" })).rejects.toMatchObject({ code: "unknown-agent" });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("at a terminal", () => {
  it("asks everything, each time with the default of --yes", async () => {
    const questions = new Answering();
    expect((await init({}, questions)).code).toBe(0);
    expect(questions.asked).toHaveLength(6);
    const asked = filesOf(folder);
    await rm(folder, { recursive: true });
    await init({ yes: true });
    expect(filesOf(folder)).toEqual(asked);
  });

  it("asks only for what is not given", async () => {
    const questions = new Answering();
    await init({ agent: "echo", format: "pcm16", port: "9000", ci: "none" }, questions);
    expect(questions.asked).toEqual([
      "Save every call, to inspect and replay it?",
      "Let only callers in who send a secret header?",
    ]);
  });

  it("asks for an address where the kind needs one, and holds it to the kind's rules", async () => {
    const questions = new Answering({
      "Which agent": "adk",
      "At which address": "http://h/",
      "which port": "70000",
    });
    await expect(init({}, questions)).rejects.toThrow();
    expect(questions.faults).toEqual([
      expect.stringContaining("must begin with ws:// or wss://"),
      "70000 is not between 0 and 65535; as 65535",
    ]);
  });

  it.each([
    ["elevenlabs", "Which id", "agent-1", "elevenlabs:agent-1"],
    ["recording", "In which folder", "saved", "recording:saved"],
    ["./agent.mjs", "Where is it", "./mine.mjs", "./mine.mjs"],
  ])("%s", async (kind, question, answer, spec) => {
    await init({}, new Answering({ "Which agent": kind, [question]: answer }));
    expect(textOf("smartpbx.config.mjs")).toContain(`  agent: "${spec}",\n`);
  });

  it("asks before it overwrites", async () => {
    writeFileSync(join(folder, "smartpbx.config.mjs"), "mine");
    writeFileSync(join(folder, ".env.example"), "mine");
    await init({}, new Answering({ "smartpbx.config.mjs is there": true }));
    expect(textOf("smartpbx.config.mjs")).not.toBe("mine");
    expect(textOf(".env.example")).toBe("mine");
  });

  it("writes nothing after ^C", async () => {
    const { code, stderr } = await init({}, new Answering({ "which port": "^C" }));
    expect(code).toBe(130);
    expect(stderr).toBe("\nNothing was written.\n");
    expect(readdirSync(folder)).toEqual([]);
  });
});
