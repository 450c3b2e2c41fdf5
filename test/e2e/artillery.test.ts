/**
 * The real Artillery command line against a real `serve`. It is the user's own and big, so it is not among our dependencies:
 * `.ci/run` installs it beside the checkout's own packages. Only there are the calls tested; the engine's door is everywhere.
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { type Bridge, folder, serve } from "./bridge.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ARTILLERY = join(ROOT, ".ci/artillery/node_modules/artillery/bin/run");

interface Report {
  readonly aggregate: {
    readonly counters: Readonly<Record<string, number>>;
    readonly summaries: Readonly<Record<string, { readonly p95: number; readonly count: number }>>;
  };
}

let server: Bridge;
let project: string;
beforeAll(async () => {
  server = await serve(["--agent", "echo"]);
  // What `npm install` makes of examples/artillery/package.json.
  project = folder();
  mkdirSync(join(project, "node_modules"));
  symlinkSync(ROOT, join(project, "node_modules/smartpbx-bridge"));
  const engine = join(project, "node_modules/artillery-engine-smartpbx");
  cpSync(join(ROOT, "examples/artillery/engine"), engine, { recursive: true });
});

async function artillery(script: object): Promise<{ code: number; output: string; report: Report }> {
  const path = join(project, `${Math.random()}.json`);
  writeFileSync(path, JSON.stringify(script));
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [ARTILLERY, "run", "--output", `${path}.report`, path], {
    cwd: project,
    env: {
      PATH,
      HOME: project,
      NODE_PATH: join(project, "node_modules"),
      ARTILLERY_DISABLE_TELEMETRY: "true",
      // Not for the engine: the script decides.
      SMARTPBX_FORMAT: "opus",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  const code = await new Promise<number>((resolve) => child.once("close", resolve));
  if (!existsSync(`${path}.report`)) throw new Error(`Artillery left no report:\n${output}`);
  return { code, output, report: JSON.parse(readFileSync(`${path}.report`, "utf8")) };
}

const script = (flow: object[], config: object = {}) => ({
  config: {
    target: server.url,
    phases: [{ duration: 1, arrivalCount: 3 }],
    engines: { smartpbx: { tone: 440, hangUpAfter: "7s" } },
    ...config,
  },
  scenarios: [{ engine: "smartpbx", flow }],
});

it("gives Artillery, which is CommonJS, a class", () => {
  const Engine = createRequire(join(project, "load.yml"))("artillery-engine-smartpbx");
  const engine = new Engine({ config: { target: "ws://127.0.0.1:1/" } }, undefined, { template: String });
  expect(engine.createScenario({ flow: [] }, { emit: () => {} })).toBeTypeOf("function");
});

/** Artillery takes some ten seconds beside the calls. */
const DEADLINE_MS = 120_000;
const whereInstalled = existsSync(ARTILLERY) ? it.concurrent : () => {};

whereInstalled(
  "places calls, measures them into Artillery's metrics, and meets its budgets",
  async () => {
    const plugins = { ensure: { thresholds: [{ "smartpbx.first_audio.p95": 2000 }], maxErrorRate: 0 } };
    const flow = [{ call: { caller: "{{ number }}" } }];
    const config = { variables: { number: ["+12025550111"] }, plugins };
    const { code, output, report } = await artillery(script(flow, config));
    expect(code, output).toBe(0);
    const { counters, summaries } = report.aggregate;
    expect(counters).toMatchObject({
      "vusers.created": 3,
      "vusers.completed": 3,
      "vusers.failed": 0,
      "smartpbx.calls.ok": 3,
      "smartpbx.turns": 3,
    });
    // The echo agent answers after a pause of 700 ms. Artillery's histograms are coarse.
    expect(summaries["smartpbx.first_audio"].count).toBe(3);
    expect(summaries["smartpbx.first_audio"].p95).toBeGreaterThan(650);
    expect(summaries["smartpbx.first_audio"].p95).toBeLessThan(1500);
    for (const name of ["gaps", "late_percent", "talk_over", "dropped", "sender_lateness_p99"])
      expect(summaries[`smartpbx.${name}`]?.count, name).toBe(3);
    const started = server.all("call-started").filter(({ caller }) => String(caller).endsWith("11"));
    expect(started).toHaveLength(3);
    for (const { format } of started) expect(format).toMatchObject({ encoding: "g711_ulaw" });
  },
  DEADLINE_MS,
);

whereInstalled(
  "counts calls that fail by their reason, follows scenarios, and says what is wrong in a script",
  async () => {
    const nobody = script([{ call: {} }], { target: "ws://127.0.0.1:1/none" });
    const misspelt = script([{ call: { fromat: "opus" } }]);
    const scenario = script([{ call: { scenario: "greeting" } }], { engines: { smartpbx: {} } });
    const [refused, wrong, expected] = await Promise.all([nobody, misspelt, scenario].map(artillery));
    expect(refused.report.aggregate.counters).toMatchObject({
      "errors.endpoint-unreachable": 3,
      "smartpbx.calls.failed": 3,
      "vusers.failed": 3,
    });
    expect(wrong.report.aggregate.counters).toMatchObject({ "errors.bad-config": 3 });
    expect(wrong.output).toContain('unknown setting "fromat"');
    expect(wrong.output).toContain("Did you mean format?");
    // The echo agent does not greet, and the scenario expects a greeting.
    expect(expected.report.aggregate.counters).toMatchObject({ "smartpbx.calls.failed": 3 });
  },
  DEADLINE_MS,
);
