/** Secrets and numbers are planted wherever a command can meet them; then everything that was said, shown or written is searched. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Bridge, folder, type RunOptions, serve } from "./bridge.js";
import { http } from "./phone.js";

const SECRET = "planted-secret-7f3a";
const SECOND = "second-planted-9c1e";
const CALLER = "+94771234512";
const CALLEE = "+94112345678";
const PLANTED = new RegExp(`${SECRET}|${SECOND}|94\\s?77\\s?123|771234512|94\\s?112\\s?345|112345678`);
const FILE = 0o600;
const FOLDER = 0o700;

/** Where nobody has set a umask, whoever forgets a mode writes for all the world. */
function careless(): string {
  const path = join(folder(), "umask.cjs");
  writeFileSync(path, 'if (require("node:worker_threads").isMainThread) process.umask(0);\n');
  return `--require ${path}`;
}

const env = {
  SMARTPBX_TOKEN: `${SECRET}\n${SECOND}`,
  KEY: SECRET,
  ...{ OPENAI_API_KEY: SECRET, SMARTPBX_MCP_KEY: SECRET, NGROK_AUTHTOKEN: SECRET },
  ...{ AWS_ACCESS_KEY_ID: SECOND, AWS_SECRET_ACCESS_KEY: SECRET, AWS_REGION: "eu-central-1" },
};

interface Written {
  readonly path: string;
  readonly mode: number;
  readonly isFolder: boolean;
  readonly text: string;
}

/** Everything below a folder. */
function written(below: string): Written[] {
  return readdirSync(below, { recursive: true, encoding: "utf8" }).map((path) => {
    const stat = statSync(join(below, path));
    const isFolder = stat.isDirectory();
    const text = isFolder ? "" : readFileSync(join(below, path), "latin1");
    return { path, mode: stat.mode & 0o777, isFolder, text };
  });
}

function expectClean(text: string, where: string): void {
  const found = PLANTED.exec(text);
  expect(found && `${where}: …${text.slice(Math.max(0, found.index - 80), found.index)}`).toBeNull();
}

async function ran(args: readonly string[], options: RunOptions, codes = [0]): Promise<Bridge> {
  const bridge = new Bridge(args, options);
  expect(codes, `${args[0]}: ${bridge.output}`).toContain(await bridge.exit);
  expectClean(bridge.output, args.join(" ").replaceAll(SECRET, "SECRET"));
  return bridge;
}

/** What the inspector tells a page until it has listed saved calls, and the report of one of them. */
async function inspected(link: string): Promise<string> {
  const { origin, host, hash } = new URL(link);
  const opened = await fetch(`${origin}/session`, {
    method: "POST",
    headers: { origin },
    body: hash.slice(1),
  });
  const { key } = (await opened.json()) as { key: string };
  const page = new WebSocket(`ws://${host}/calls`, ["smartpbx-inspector", key], { headers: { origin } });
  let told = "";
  const id = await new Promise<string>((resolve, reject) => {
    page.on("error", reject);
    page.on("message", (data) => {
      told += `${data}\n`;
      const message = JSON.parse(String(data));
      if (message.type === "saved" && message.calls.length > 0) resolve(message.calls[0].id);
    });
  });
  page.close();
  const report = await http(origin, `/saved/${id}/report.html`, { headers: { origin } });
  expect(report.status).toBe(200);
  return told + report.body;
}

describe.concurrent("nothing planted comes up again", { timeout: 90_000 }, () => {
  it("in what a server, its callers and their tools say and write; and that is written for its owner alone", async () => {
    const cwd = folder();
    const options = { cwd, env: { ...env, NODE_OPTIONS: careless() } };
    const server = await serve(
      [...["--verbose", "--auth-header", "X-Api-Key", "--record", "server", "--inspect"], "--phone"],
      options,
    );
    const url = `${server.url}?key=${SECRET}`;
    const known = ["--url", url, "--header", "X-Api-Key: $KEY"];
    const calling = ["--caller", CALLER, "--callee", CALLEE, "--dtmf", "7@100ms", "--hang-up-after", "400ms"];
    const reports = "list,json:run.json,jsonl:run.jsonl,junit:run.xml,html:run.html";
    const saving = ["--record", "caller", "--out", "out.wav", "--reporter", reports];
    await ran(["simulate", ...known, ...calling, ...saving, "--verbose"], options);
    await server.first("recorded");

    const call = join("caller", readdirSync(join(cwd, "caller"))[0]!);
    const exports = ["--html", "call.html", "--vcon", "call.vcon", "--har", "call.har", "--sides", "sides"];
    const inspector = server.documents.find(({ type }) => type === "inspector")!;
    const told = await Promise.all([
      ...["/metrics", "/health", "/ready", "/"].map(async (path) => (await http(server.url, path)).body),
      inspected(String(inspector.url)),
      ran(["inspect", call, "--verbose"], options),
      ran(["inspect", call, "--json", ...exports], options),
      ran(["redact", call, "-o", "redacted"], options),
      ran(["replay", call, ...known, "--accept", "--reporter", "list,json:replay.json"], options, [0, 1]),
    ]);
    for (const text of told) if (typeof text === "string") expectClean(text, "a page");
    expect(await server.stop()).toBe(0);
    expectClean(server.output, "serve");

    const files = written(cwd);
    for (const { path, text } of files) expectClean(`${path}\n${text}`, path);
    // Results are for whoever runs the tests, with what everybody may see of a call.
    const kept = files.filter(({ path }) => !/^(run|replay)\.[a-z]+$/.test(path));
    const open = kept.filter(({ mode, isFolder }) => mode !== (isFolder ? FOLDER : FILE));
    expect(open.map(({ path, mode }) => `${path} ${mode.toString(8)}`)).toEqual([]);
    const names = kept.map(({ path }) => path);
    expect(names).toEqual(expect.arrayContaining(["out.wav", "call.html", "call.vcon", "call.har", "sides"]));
    expect(names.filter((path) => path.endsWith("call.json"))).toHaveLength(4);
  });

  it("in what doctor says of settings, an agent and an endpoint that it cannot reach", async () => {
    const options = { cwd: folder(), env };
    const agent = ["--agent", `adk:ws://127.0.0.1:1/ws?token=${SECRET}`, "--agent-header", "X-Key: $KEY"];
    const report = ["--reporter", "list,json:doctor.json,html:doctor.html"];
    await Promise.all([
      ran(["doctor", ...agent, "--verbose", ...report], options, [1]),
      ran(
        ["doctor", ...agent, "--json", "--header", "X-Api-Key: $KEY"],
        { ...options, cwd: folder() },
        [1, 2],
      ),
      ran(["doctor", `ws://127.0.0.1:1/?key=${SECRET}`, "--header", "X-Api-Key: $KEY"], options, [1, 3]),
    ]);
    for (const { path, text } of written(options.cwd)) expectClean(text, path);
  });

  it("in the files of a new project, but for .env, which is its owner's", async () => {
    const cwd = folder();
    const agent = `adk:ws://127.0.0.1:8000/ws?token=${SECRET}`;
    const options = { cwd, env: { NODE_OPTIONS: careless() } };
    const init = await ran(["init", "--yes", "--agent", agent, "--auth-header", "X-Api-Key"], options);
    const files = written(cwd);
    const secrets = files.find(({ path }) => path === ".env")!;
    expect(secrets.mode).toBe(FILE);
    expect(secrets.text).toContain(SECRET);
    const token = /^SMARTPBX_TOKEN=([0-9a-f]{64})$/m.exec(secrets.text)![1]!;
    const others = files.filter((file) => file !== secrets);
    expect(others.map(({ path }) => path)).toContain(".env.example");
    for (const { path, text } of [...others, { path: "init", text: init.output }]) {
      expectClean(text, path);
      expect(text.includes(token), path).toBe(false);
    }
  });

  it("in the last words of a tunnel that repeats its token, and no other secret is handed to it", async () => {
    const programs = folder();
    const ngrok = `#!/bin/sh\nenv | grep -c '${SECOND}' >&2\necho "ERROR: Your authtoken: $NGROK_AUTHTOKEN" >&2\nexit 1\n`;
    writeFileSync(join(programs, "ngrok"), ngrok);
    chmodSync(join(programs, "ngrok"), 0o755);
    const PATH = `${programs}${delimiter}${process.env.PATH}`;
    const options = { env: { SMARTPBX_TOKEN: env.SMARTPBX_TOKEN, NGROK_AUTHTOKEN: SECRET, PATH } };
    for (const flags of [["--json"], ["--verbose"]]) {
      const args = ["serve", "--port", "0", "--auth-header", "X-Api-Key", "--tunnel", "ngrok", ...flags];
      const { output } = await ran(args, options, [3]);
      expect(output).toMatch(/ngrok ended/);
    }
  });

  it("in what an upload that cannot succeed says", async () => {
    const cwd = folder();
    mkdirSync(join(cwd, "calls"));
    const to = ["--upload", "s3://calls", "--upload-endpoint", "http://127.0.0.1:1"];
    const server = await serve(["--record", "calls", "--verbose", ...to], { cwd, env });
    await ran(["simulate", "--url", server.url, "--caller", CALLER, "--hang-up-after", "200ms"], {
      cwd,
      env,
    });
    await server.first("recorded");
    await server.first("warning");
    // It would wait for the upload a while.
    await server.kill();
    expectClean(server.output, "serve");
    for (const { path, text } of written(cwd)) expectClean(text, path);
  });
});
