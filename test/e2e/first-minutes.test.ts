/** The first minutes of somebody new: an empty folder, the package from its tarball, and no network after that. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { parse } from "yaml";
import { freePort } from "../agents/free-port.js";
import { folder } from "./bridge.js";
import { packed } from "./packed.js";

const run = promisify(execFile);
const QUIET = ["--no-audit", "--no-fund", "--loglevel=error", "--omit=optional"];
const { PATH = "", HOME = "" } = process.env;
/** Nobody answers there: whoever asks the network fails. */
const NOWHERE = "http://127.0.0.1:9/";
const env = {
  PATH,
  HOME,
  npm_config_registry: NOWHERE,
  npm_config_offline: "true",
  npm_config_update_notifier: "false",
};

/** Far more than any step takes: one that hangs is named. */
const STEP_MS = 60_000;

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

it("npm i, init --yes, serve, simulate, inspect, then the scenario and the CI job that init wrote", async () => {
  const { tarball } = await packed();
  const cwd = folder();
  const began = performance.now();
  const shell = async (line: string) => {
    const running = run("bash", ["-e", "-o", "pipefail", "-c", line], { cwd, env, timeout: STEP_MS });
    running.child.stdin?.end();
    const { stdout, stderr } = await running;
    return stdout + stderr;
  };

  await install(cwd, tarball);
  const installedMs = performance.now() - began;
  const port = await freePort();
  const initialized = await shell(`npx smartpbx-bridge init --yes --port ${port}`);
  const [serve, simulate, inspect] = initialized
    .split("Next:\n")[1]
    .trim()
    .split("\n")
    .map((line) => line.trim());
  // What is there needs nothing that was not installed, and an editor finds the types and the schema.
  expect(readFileSync(join(cwd, "smartpbx.config.mjs"), "utf8")).toContain('from "smartpbx-bridge"');
  const scenario = readFileSync(join(cwd, "scenarios/first-call.yaml"), "utf8");
  const schema = /\$schema=(.*)/.exec(scenario)?.[1] ?? "";
  expect(existsSync(join(cwd, "scenarios", schema))).toBe(true);

  // The commands that init says.
  const server = await answering(serve, cwd);
  const simulated = await shell(`${simulate} --hang-up-after 4s`);
  expect(simulated).toContain("1 ok");
  const calls = readdirSync(join(cwd, "recordings"));
  expect(calls).toHaveLength(1);
  const inspected = await shell(inspect.replace("CALL", calls[0]));
  expect(inspected).toContain("No problems found.");
  server.kill("SIGINT");
  expect(await inTime(server.ended, "the end of serve")).toBe(0);
  const pathMs = performance.now() - began;

  const workflow = parse(readFileSync(join(cwd, ".github/workflows/calls.yml"), "utf8"));
  const lines: string[] = workflow.jobs.calls.steps.flatMap(({ run: line }: { run?: string }) => line ?? []);
  expect(lines[0]).toBe("npm ci");
  const [byHand] = await Promise.all([
    shell("npx smartpbx-bridge simulate scenarios/first-call.yaml"),
    shell(lines.slice(1).join("\n")),
  ]);
  expect(byHand).toMatch(/^✓ first call/m);
  expect(readFileSync(join(cwd, "calls.xml"), "utf8")).toMatch(/<testsuite name="first call".*failures="0"/);

  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  console.log(`The first minutes took ${seconds(pathMs)}, ${seconds(installedMs)} of them npm install.`);
  expect(pathMs).toBeLessThan(5 * 60_000);
}, 300_000);

/** From npm's own cache, which has what this project was installed from; where it was emptied, from the network. */
async function install(cwd: string, tarball: string): Promise<void> {
  const npm = (how: string) => run("npm", ["install", ...QUIET, how, tarball], { cwd, timeout: STEP_MS });
  await npm("--offline").catch(() => npm("--prefer-offline"));
}

/** Runs a server's command line until it says that it is ready. */
async function answering(line: string, cwd: string) {
  // What npx would start, without npx before it: that would end by ^C itself, whatever we make of it.
  const [program, ...args] = line.replace(/^npx /, "node_modules/.bin/").split(" ");
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const ended = new Promise<number>((resolve) => {
    child.once("close", (code) => resolve(code ?? -1));
  });
  const ready = new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on("line", (text) => {
      if (text.includes("Calls:")) resolve();
    });
    void ended.then((code) => reject(new Error(`it ended with ${code}`)));
  });
  await inTime(ready, "serve");
  return { ended, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}

async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited for ${what} in vain`)), STEP_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
