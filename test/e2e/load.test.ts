/** Many calls from one process: what they measure, budgets that decide, and the search for the most. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bridge, serve, simulate } from "./bridge.js";
import { voice, wav } from "./sound.js";

const ms = expect.any(Number);
let server: Bridge;
let said: string;
beforeAll(async () => {
  server = await serve(["--agent", "echo", "--agent-option", "pause=200", "--max-calls", "500"]);
  said = wav(voice(300, 700), 24000);
});

describe.concurrent("budgets", () => {
  it("that hold end with 0, and stand in the summary with what was measured", async () => {
    const budgets = ["--budget", "first-audio.p95=5s,failed=0%", "--budget", "gaps.max=2s"];
    const load = simulate([
      "--url",
      server.url,
      "--wav",
      said,
      "--calls",
      "6",
      "--concurrency",
      "3",
      ...budgets,
    ]);
    const code = await load.exit;
    const summary = load.documents.at(-1);
    expect(summary).toMatchObject({
      calls: 6,
      ok: 6,
      turns: 6,
      budgets: [
        { name: "first-audio.p95", unit: "ms", limit: 5000, measured: ms, ok: true },
        { name: "failed", unit: "%", limit: 0, measured: 0, ok: true },
        { name: "gaps.max", unit: "ms", limit: 2000, measured: ms, ok: true },
      ],
    });
    // A computer that was too busy meets no budget.
    expect(code).toBe(summary?.trustworthy ? 0 : 1);
    expect(load.stderr).toBe("");
  });

  it("that are missed, or were never measured, end with 1 and say which", async () => {
    const budgets = ["--budget", "first-audio.p50=1ms,greeting.p95=1s,sender-lateness.max=1m"];
    const load = new Bridge(["simulate", "--url", server.url, "--wav", said, ...budgets]);
    expect(await load.exit).toBe(1);
    expect(load.stdout).toMatch(/^✗ first-audio\.p50 \d+ ms > 1 ms$/m);
    expect(load.stdout).toMatch(/^✗ greeting\.p95 ≤ 1\.0 s: it was never measured$/m);
    expect(load.stdout).toMatch(/^✓ sender-lateness\.max .* ≤ 1 min 00 s$/m);
  });

  it("on failed calls decide about them", async () => {
    const calls = ["--url", "ws://127.0.0.1:1/none", "--calls", "2"];
    const load = simulate([...calls, "--budget", "failed=100%"]);
    // Where no call could begin there is nothing to judge.
    expect(await load.exit).toBe(3);
  });

  it("that are misspelled are called wrongly", async () => {
    const load = simulate(["--budget", "first-audoi.p95=1s"]);
    expect(await load.exit).toBe(2);
    expect(load.documents[0]).toMatchObject({
      type: "error",
      code: "bad-flag",
      fix: "Did you mean first-audio.p95=1s?",
    });
  });
});

describe.concurrent("--ramp", () => {
  it("tells every step, and the most calls that held", async () => {
    const calls = ["--url", server.url, "--wav", said, "--concurrency", "2"];
    const load = simulate([...calls, "--ramp", "--budget", "first-audio.p50=5s"]);
    const code = await load.exit;
    const steps = load.all("ramp-step");
    const { ramp } = load.documents.at(-1) as unknown as { ramp: { calls: number; cores: number } };
    expect(steps[0]).toMatchObject({
      calls: 2,
      ok: expect.any(Boolean),
      firstAudioMs: { p95: ms },
      budgets: [{ name: "first-audio.p50", limit: 5000, measured: ms, ok: true }],
      trustworthy: expect.any(Boolean),
    });
    const held = steps.filter(({ ok }) => ok).map(({ calls }) => Number(calls));
    expect(ramp).toMatchObject({ calls: Math.max(0, ...held), callsPerCore: ms, steps: steps.length });
    expect(code).toBe(ramp.calls > 0 ? 0 : 1);
    expect(load.all("call-started")).toEqual([]);
  }, 60_000);

  it("keeps what it found when it is interrupted", async () => {
    const load = simulate(["--url", server.url, "--wav", said, "--ramp", "--budget", "failed=100%"]);
    await load.first("ramp-step");
    load.signal("SIGINT");
    expect(await load.exit).toBe(130);
    const [step] = load.all("ramp-step");
    expect(load.documents.at(-1)).toMatchObject({
      type: "summary",
      ramp: { calls: step.ok ? step.calls : 0, limitedBy: "interrupted" },
    });
  }, 60_000);
});

describe("a hundred calls at once", () => {
  const programs: ChildProcess[] = [];
  afterAll(() => {
    for (const program of programs) program.kill();
  });

  /** A part of the bench in a process of its own, once it is ready. */
  async function start(name: string, ...args: string[]): Promise<{ program: ChildProcess; url: string }> {
    const program = fork(fileURLToPath(new URL(`../../bench/${name}`, import.meta.url)), args);
    programs.push(program);
    const [{ url }] = (await once(program, "message")) as [{ url: string }];
    return { program, url };
  }

  async function ask<T>(program: ChildProcess, question: string): Promise<T> {
    program.send(question);
    return (await once(program, "message"))[0] as T;
  }

  it("measure an agent that answers after 700 ms truly, as far as this computer lets them", async () => {
    const { program: agent, url } = await start("punctual-agent.js", "700");
    const { program: idle } = await start("idle.js");
    const calls = ["--calls", "100", "--concurrency", "100", "--rate", "50/s", "--hang-up-after", "4s"];
    const load = simulate(["--url", url, "--wav", wav(voice(500, 2000), 24000), ...calls]);
    await load.exit;
    const idleLateness = (await ask<{ ms: number }[]>(idle, "lateness")).map(({ ms }) => ms);
    const agentLateness = await ask<number[]>(agent, "lateness");
    const summary = load.documents.at(-1) as unknown as {
      turns: number;
      firstAudioMs: { p50: number; p95: number };
      senderLatenessMs: { p99: number };
    };
    expect(summary.turns).toBe(100);
    // The bench has the strict number, 700 ± 15 ms. Beside other tests, what bare timers lose here is allowed on top: of the
    // caller, of the agent and of the computer.
    const slack = 15 + 4 * Math.max(p99(idleLateness), p99(agentLateness), summary.senderLatenessMs.p99);
    expect(summary.firstAudioMs.p50).toBeGreaterThan(690);
    expect(summary.firstAudioMs.p50).toBeLessThan(700 + slack);
    expect(summary.firstAudioMs.p95).toBeLessThan(700 + slack);
  }, 60_000);
});

function p99(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? 0;
}
