/** `--reporter` with real processes: several reports of one run, and the exit code as without them. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Bridge, folder } from "./bridge.js";

/** Echo answers after 700 ms of quiet, which is too late for the first of these. */
const HASTY = `name: hasty
turns:
  - say: { clip: hello }
    expect: { speaks-within: 200ms }
  - hang-up: true
expect: { ended-by: caller }
`;
/** A call that is over soon. */
const SHORT = ["--silence", "--hang-up-after", "200ms"];

interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly recording?: string;
  readonly checks: readonly { readonly expect: string; readonly ok: boolean; readonly reason: string }[];
}

const read = (cwd: string, file: string) => readFileSync(join(cwd, file), "utf8");
const results = (cwd: string, file: string) => JSON.parse(read(cwd, file)).results as Result[];

describe.concurrent("simulate --reporter", { timeout: 60_000 }, () => {
  it("reports two scenarios three ways at once, and fails as without", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "hasty.yaml"), HASTY);
    const scenarios = ["hang-up-mid-speech", "hasty.yaml", "--concurrency", "2", "--record", "calls"];
    const reporters = ["--reporter", "list,json:run.json", "--reporter", "junit:run.xml"];
    const bridge = new Bridge(["simulate", ...scenarios, ...reporters, "--budget", "failed=0%"], { cwd });
    expect(await bridge.exit, bridge.output).toBe(1);

    const lines = bridge.stdout.split("\n");
    expect(lines).toContainEqual(
      expect.stringMatching(/^✓ hang-up-mid-speech {2}[\d.]+ s {2}first audio [\d.]+ m?s$/),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^✗ hasty {2}the agent (?:said nothing in|spoke after) [\d.]+ m?s {2}[\d.]+ s\b/),
    );
    expect(bridge.stdout).toMatch(
      /\n1\) hasty\n {3}✗ step 1 {2}speaks within 200 ms\n {5}the agent (?:said nothing in|spoke after) [\d.]+ m?s\n {5}.*limit 200 ms\n {3}✓ ended by caller\n {3}asked for by hasty\.yaml\n {3}recorded in (calls\/\S+)\n {3}look closer: npx smartpbx-bridge inspect \1 --open\n/,
    );
    expect(bridge.stdout).toMatch(/\n✗ 2 failed {2}✓ 1 ok {2}\d checks {2}[\d.]+ s\n$/);

    const found = results(cwd, "run.json");
    expect(found.map(({ name, ok }) => [name, ok]).sort()).toEqual([
      ["budgets", false],
      ["hang-up-mid-speech", true],
      ["hasty", false],
    ]);
    const recordings = found.flatMap(({ recording = [] }) => recording);
    expect(recordings.sort()).toEqual(
      readdirSync(join(cwd, "calls"))
        .map((name) => join("calls", name))
        .sort(),
    );
    expect(read(cwd, "run.xml")).toMatch(
      /<testcase name="step 1 speaks within 200 ms".*>\n +<failure type="(?:not-measured|expectation-failed)"/,
    );
  });

  it("with --json leaves stdout to documents, and takes reporters from the environment", async () => {
    const cwd = folder();
    const env = { SMARTPBX_REPORTER: "list\njsonl:run.jsonl", GITHUB_STEP_SUMMARY: join(cwd, "summary.md") };
    const bridge = new Bridge(["simulate", "--json", ...SHORT, "--calls", "2"], { cwd, env });
    expect(await bridge.exit, bridge.output).toBe(0);
    const documents = bridge.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(documents.at(-1)).toMatchObject({ type: "summary", calls: 2, ok: 2 });
    expect(bridge.stderr).toMatch(/^✓ call, run 1 .*\n✓ call, run 2 .*\n\n✓ 2 ok {2}2 checks {2}\S+ m?s\n$/);
    const lines = read(cwd, "run.jsonl")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual(["result", "result", "summary"]);
    // That one was not asked for.
    expect(readdirSync(cwd)).toEqual(["run.jsonl"]);
  });

  it("takes reporters from the config file, and says nothing to people when only files are asked for", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "smartpbx.config.json"), '{"reporter":["html:run.html","json:run.json"]}');
    const bridge = new Bridge(["simulate", "--quiet", ...SHORT], { cwd });
    expect(await bridge.exit, bridge.output).toBe(0);
    expect(bridge.stdout).not.toContain("✓");
    expect(results(cwd, "run.json")).toMatchObject([
      { name: "call", ok: true, checks: [{ expect: "the call goes well", ok: true }] },
    ]);
    expect(read(cwd, "run.html")).toContain("✓ all ok");
  });

  it("tells GitHub what failed, in the repository's files and the job's summary", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "hasty.yaml"), HASTY);
    const env = {
      GITHUB_ACTIONS: "true",
      GITHUB_WORKSPACE: cwd,
      GITHUB_STEP_SUMMARY: join(cwd, "summary.md"),
    };
    const bridge = new Bridge(["simulate", "hasty.yaml", "--reporter", "github"], { cwd, env });
    expect(await bridge.exit, bridge.output).toBe(1);
    expect(bridge.stdout).toMatch(
      /^::error file=hasty\.yaml,title=hasty::the agent (?:said nothing in|spoke after) [\d.]+ m?s%0A✗ step 1/m,
    );
    expect(read(cwd, "summary.md")).toContain("| ❌ | hasty |");
  });

  it("is written also when nobody could be called", async () => {
    const cwd = folder();
    const args = ["simulate", "--url", "ws://127.0.0.1:1/none", "--reporter", "list,junit:run.xml"];
    const bridge = new Bridge(args, { cwd });
    expect(await bridge.exit, bridge.output).toBe(3);
    expect(bridge.stdout).toMatch(
      /^✗ call {2}ws:\/\/127\.0\.0\.1:1\/none could not be reached: nothing listens there\./,
    );
    expect(read(cwd, "run.xml")).toContain('message="ws://127.0.0.1:1/none could not be reached');
  });

  it("is refused before any call when it could not be written", async () => {
    const cwd = folder();
    const bridge = new Bridge(["simulate", ...SHORT, "--reporter", "junit:out/run.xml"], { cwd });
    expect(await bridge.exit).toBe(3);
    expect(bridge.stdout).toBe("");
    expect(bridge.stderr).toMatch(
      /^error: out\/run\.xml cannot be written: there is no folder .*\/out\nfix: Make it first: mkdir -p out\n$/,
    );
  });
});
