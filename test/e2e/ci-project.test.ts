/** The example project as its user has it: the package from its tarball, and CI that runs what the workflow says. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { freePort } from "../agents/free-port.js";
import { folder } from "./bridge.js";
import { packed, ROOT } from "./packed.js";

const run = promisify(execFile);
const EXAMPLE = join(ROOT, "examples/ci-project");

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
}

const workflow = parse(readFileSync(join(EXAMPLE, ".github/workflows/calls.yml"), "utf8")) as {
  readonly on: readonly string[];
  readonly jobs: Readonly<Record<string, { readonly "runs-on": string; readonly steps: readonly Step[] }>>;
};
const { steps } = workflow.jobs.calls;

/** Those of docs/testing.md are tests of this project too. */
const examples = [...readFileSync(join(ROOT, "docs/testing.md"), "utf8").matchAll(/```js\n(.*?)```/gs)].map(
  ([, text]) => text,
);

/** The project, and the same with an agent that takes half a second longer. */
let project: string;
let slow: string;

/** It installs a package and starts a dozen processes. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

beforeAll(async () => {
  const { tarball } = await packed();
  project = join(folder(), "ci-project");
  cpSync(EXAMPLE, project, { recursive: true, filter: (path) => !path.includes("node_modules") });
  const file = join(project, "package.json");
  const json = JSON.parse(readFileSync(file, "utf8"));
  json.devDependencies = { "smartpbx-bridge": `file:${tarball}` };
  writeFileSync(file, JSON.stringify(json));
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error", "--omit=optional"];
  await run("npm", ["install", ...quiet], { cwd: project });
  // Vitest is large and the same: it is lent.
  symlinkSync(join(ROOT, "node_modules/vitest"), join(project, "node_modules/vitest"));
  symlinkSync("../vitest/vitest.mjs", join(project, "node_modules/.bin/vitest"));
  slow = join(folder(), "ci-project");
  cpSync(project, slow, { recursive: true, verbatimSymlinks: true });
  examples.forEach((text, k) => {
    writeFileSync(join(project, `tests/docs-${k}.test.js`), text);
  });
  const agent = readFileSync(join(slow, "agent.js"), "utf8");
  writeFileSync(join(slow, "agent.js"), agent.replace("REPLY_AFTER_MS = 500", "REPLY_AFTER_MS = 1000"));
}, 120_000);

/** What a runner does: the steps' lines one after the other, until one fails. */
async function runner(cwd: string, wanted: (step: Step) => boolean) {
  const port = await freePort();
  const lines = steps.filter((step) => step.run && wanted(step)).map(({ run: line = "" }) => line);
  const script = lines.join("\n").replaceAll("8080", String(port));
  const { PATH = "", HOME = "" } = process.env;
  const env = {
    ...{ PATH, HOME, PORT: String(port), CI: "true", GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: cwd },
    GITHUB_STEP_SUMMARY: join(cwd, "summary.md"),
  };
  // Its own process group: what a step leaves running ends with the runner.
  const child = spawn("bash", ["-e", "-o", "pipefail", "-c", script], {
    cwd,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const closed = once(child, "close");
  const [code] = await once(child, "exit");
  try {
    process.kill(-(child.pid as number), "SIGTERM");
  } catch {
    // Nothing was left running.
  }
  await closed;
  return { code, stdout, stderr };
}

const named = (name: string) => (step: Step) => step.name === name;
const replays = (step: Step) => named("Start the agent")(step) || named("Replay the recorded calls")(step);

it("has a workflow that installs, tests and replays, and keeps what came of it", () => {
  expect(workflow.on).toEqual(["push", "pull_request"]);
  expect(workflow.jobs.calls["runs-on"]).toBe("ubuntu-latest");
  for (const step of steps) expect(Object.keys(step)).toContain(step.run === undefined ? "uses" : "run");
  expect(steps.flatMap(({ run: line }) => line?.trim().split("\n").at(-1) ?? [])).toEqual([
    "npm ci",
    expect.stringMatching(/^npx vitest run .*junit/),
    expect.stringContaining("until grep -q Answering"),
    expect.stringMatching(
      /^npx smartpbx-bridge replay calls --url .* --reporter list,github,junit:replays.xml$/,
    ),
  ]);
});

it("passes where the agent is well, and says so in every report", async () => {
  const { code, stdout, stderr } = await runner(project, ({ run: line }) => line !== "npm ci");
  expect(code, stdout + stderr).toBe(0);
  expect(examples).toHaveLength(3);
  expect(stdout).toMatch(/Tests .*7 passed/);
  expect(stdout).toMatch(/^✓ hello /m);
  expect(readFileSync(join(project, "tests.xml"), "utf8")).toContain('tests="7" failures="0"');
  expect(readFileSync(join(project, "replays.xml"), "utf8")).toMatch(/<testsuite name="hello".*failures="0"/);
  expect(readFileSync(join(project, "summary.md"), "utf8")).toContain("hello");
  expect(existsSync(join(project, "replayed"))).toBe(true);
});

it("fails where replies come half a second later, and the first line says so", async () => {
  const [replayed, tested] = await Promise.all([runner(slow, replays), runner(slow, named("Tests"))]);
  expect(replayed.code, replayed.stdout + replayed.stderr).toBe(1);
  expect(replayed.stdout.split("\n")[0]).toMatch(
    /^✗ hello {2}reply 1 came 1,[0-2]\d\d ms after the caller, [4-7]\d\d ms later than accepted/,
  );
  expect(replayed.stdout).toMatch(/^::error .*reply 1 came/m);
  expect(readFileSync(join(slow, "replays.xml"), "utf8")).toMatch(/failures="[1-9]/);
  expect(tested.code).toBe(1);
  expect(tested.stdout + tested.stderr).toMatch(
    /toReplyWithin\(\): a reply came too late: 1\.?\d* s|speaks within 1 s/,
  );
  expect(tested.stdout + tested.stderr).toMatch(/toMeetExpectations\(\): reply 1 came 1,/);
});
