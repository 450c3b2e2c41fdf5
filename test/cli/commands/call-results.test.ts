import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CallResults } from "../../../src/cli/commands/call-results.js";
import { BridgeError } from "../../../src/errors.js";
import type { Reporter } from "../../../src/report/reporter.js";
import type { RunResult } from "../../../src/report/results/result.js";
import { Histogram } from "../../../src/simulate/histogram.js";
import type { CallResult } from "../../../src/simulate/place-call.js";
import { Quality } from "../../../src/simulate/quality.js";
import type { Verdict } from "../../../src/simulate/scenario/verdict.js";
import { type LoadSummary, Tally } from "../../../src/simulate/tally.js";
import { FakeIo } from "../fake-io.js";

let cwd: string;
let io: FakeIo;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "smartpbx-call-results-"));
  io = new FakeIo({}, cwd);
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const SETTINGS = { json: false, quiet: false, noColor: true } as const;
const SUMMARY: LoadSummary = new Tally().summary(5000);

async function opened(settings: object = {}): Promise<CallResults> {
  const reporter = [{ name: "list" }, { name: "json", file: "run.json" }] as const;
  const results = await CallResults.open({ ...SETTINGS, reporter, ...settings }, io);
  if (!results) throw new Error("no reporters");
  return results;
}

const written = () =>
  JSON.parse(readFileSync(join(cwd, "run.json"), "utf8")) as RunResult & { readonly ok: boolean };

function call(fields: Partial<CallResult> = {}): CallResult {
  const summary = {
    durationMs: 4000,
    turns: 1,
    firstAudioMs: [712.345],
    framesIn: 0,
    framesOut: 0,
    droppedMs: 0,
    talkOverMs: 0,
    bargeIns: 0,
  };
  const rest = { senderLateness: new Histogram(), quality: new Quality().sums, complaints: {}, missingMs: 0 };
  return {
    callId: "call-1",
    ok: true,
    reason: "hung-up",
    detail: "",
    closeCode: 1000,
    summary,
    ...rest,
    ...fields,
  };
}

const verdict = (fields: Partial<Verdict> = {}): Verdict => ({
  step: 1,
  expect: "speaks within 2 s",
  ok: true,
  measured: 712,
  limit: 2000,
  unit: "ms",
  reason: "",
  ...fields,
});

/** What is said to people and programs beside the results. */
function said() {
  const lines: string[] = [];
  const reporter = { step: (type: string) => lines.push(type), recorded: () => lines.push("recorded") };
  return { lines, reporter: reporter as unknown as Reporter };
}

it("is not there when no reporter is asked for", async () => {
  expect(await CallResults.open({ ...SETTINGS, reporter: [] }, io)).toBeUndefined();
});

it("a plain call is checked for how it came out", async () => {
  const results = await opened();
  io.clock.advance(4000);
  results.placed({ name: "call" }, call());
  results.placed(
    { name: "call" },
    call({ ok: false, reason: "agent-silent", detail: "the agent said nothing" }),
  );
  await results.end(SUMMARY);
  expect(written().results).toEqual([
    {
      name: "call",
      startedAt: "2026-01-01T00:00:00.000Z",
      durationMs: 4000,
      ok: true,
      callId: "call-1",
      firstAudioMs: [712.3],
      checks: [{ expect: "the call goes well", ok: true, measured: "hung-up", limit: null, reason: "" }],
    },
    expect.objectContaining({
      ok: false,
      checks: [
        {
          expect: "the call goes well",
          ok: false,
          measured: "agent-silent",
          limit: null,
          reason: "the agent said nothing",
        },
      ],
    }),
  ]);
});

it("a scenario's expectations are the checks, failures first; a call that broke off is one more", async () => {
  const results = await opened();
  const failed = verdict({ step: 2, ok: false, measured: null, reason: "the agent said nothing in 2 s" });
  results.verdicts("call-1", [verdict(), failed]);
  results.placed({ name: "hours", file: "hours.yaml" }, call({ ok: false, reason: "expectation-failed" }));
  results.verdicts("call-1", [verdict()]);
  results.placed(
    { name: "hours", file: "hours.yaml" },
    call({ ok: false, reason: "agent-failed", detail: "1011" }),
  );
  await results.end(SUMMARY);
  const checks = written().results.map((result) => result.checks.map(({ expect, ok }) => [expect, ok]));
  expect(checks).toEqual([
    [
      ["speaks within 2 s", false],
      ["speaks within 2 s", true],
    ],
    [
      ["the call goes well", false],
      ["speaks within 2 s", true],
    ],
  ]);
  expect(io.stdout.lines[0]).toBe("✗ hours  the agent said nothing in 2 s  4.0 s  first audio 712 ms");
});

it("a result waits for its recording, whichever comes first", async () => {
  const results = await opened({ record: "calls" });
  const { lines, reporter } = said();
  const around = results.around(reporter);
  results.placed({ name: "a" }, call({ callId: "a" }));
  expect(io.stdout.text).toBe("");
  around.recorded("a", "calls/a");
  around.recorded("b", "calls/b");
  results.placed({ name: "b" }, call({ callId: "b" }));
  results.placed({ name: "lost" }, call({ callId: "lost" }));
  await results.end(SUMMARY);
  expect(written().results.map(({ name, recording }) => [name, recording])).toEqual([
    ["a", "calls/a"],
    ["b", "calls/b"],
    ["lost", undefined],
  ]);
  expect(lines).toEqual(["recorded", "recorded"]);
});

it("a call that could not begin says why and what to do", async () => {
  const results = await opened();
  const error = new BridgeError("endpoint-unreachable", "ws://x could not be reached.", { fix: "Start it." });
  results.placed({ name: "call", repeat: 2 }, error);
  await results.end(SUMMARY);
  expect(io.stdout.lines[0]).toBe("✗ call, run 2  ws://x could not be reached. Start it.  0 ms");
});

it("budgets are a result of the run; none counts as met when the numbers cannot be believed", async () => {
  const results = await opened();
  const budgets = [
    { name: "failed", unit: "%", limit: 1, measured: 0, ok: true },
    { name: "first-audio.p95", unit: "ms", limit: 900, measured: 1200, ok: false },
    {
      name: "greeting.max",
      unit: "ms",
      limit: 900,
      measured: null,
      ok: false,
      reason: "it was never measured",
    },
  ] as const;
  await results.end({ ...SUMMARY, budgets, trustworthy: false, untrustworthyBecause: "it was late" });
  const [result] = written().results;
  expect(result).toMatchObject({ name: "budgets", durationMs: 5000, ok: false });
  expect(result?.checks.map(({ expect, ok, reason }) => [expect, ok, reason])).toEqual([
    ["this computer keeps up", false, "These numbers are not trustworthy: it was late."],
    ["first-audio.p95 at most 900 ms", false, "first-audio.p95 1.2 s > 900 ms"],
    ["greeting.max at most 900 ms", false, "greeting.max ≤ 900 ms: it was never measured"],
    ["failed at most 1 %", true, ""],
  ]);
});

it("a ramp is one result", async () => {
  const results = await opened();
  await results.end({ ...SUMMARY, budgets: [], ramp: { calls: 0, limitedBy: "budgets" } });
  expect(written().results).toMatchObject([{ name: "ramp", ok: false }]);
});

it("what the list shows is not said twice, but to programs", async () => {
  const { lines, reporter } = said();
  (await opened()).around(reporter).step("scenario", {}, "");
  expect(lines).toEqual([]);
  (await opened({ json: true })).around(reporter).step("scenario", {}, "");
  (await opened()).around(reporter).step("ramp-step", {}, "");
  expect(lines).toEqual(["scenario", "ramp-step"]);
});
