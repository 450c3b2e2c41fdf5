/** Callers: how well `simulate` keeps its own times with many calls, and how truly it measures an agent whose delay is known. */
import { spawnSync } from "node:child_process";
import { percentile } from "../dist/call/metrics.js";
import { start } from "./child.js";
import { printTable } from "./table.js";

const SECONDS = Number(process.env.BENCH_CALLERS_SECONDS ?? 20);
const CALLS = 200;
const LATENESS_MS = 5;
const TRUE_CALLS = 100;
const DELAY_MS = 700;
const TOLERANCE_MS = 15;
const BEGIN_MS = 2000;

export async function callers() {
  const rows = [await senderRow(), await measureRow()];
  printTable("Callers: simulate itself", ["", "measured", "beside it", "target"], rows);
}

/** The callers have one core, echoing agents and the floor have the others. */
async function senderRow() {
  const agents = await start("./echo-agents.js");
  const { summary, machine } = await load({
    url: `${agents.url}/smartpbx`,
    says: { voicedMs: 600, silentMs: 1400, times: 1 },
    calls: CALLS,
    ratePerS: (CALLS * 1000) / BEGIN_MS,
    hangUpAfterMs: SECONDS * 1000,
  });
  await agents.stop();
  const { p50, p99, max } = summary.senderLatenessMs;
  return {
    cells: [
      `${CALLS} μ-law calls at a time from ${hasTaskset() ? "one core" : "one process"}: how late frames leave, p99, ms`,
      `${p99.toFixed(1)}${summary.ok === CALLS ? "" : `, ${summary.failed} calls failed`}`,
      `p50 ${p50.toFixed(1)}, max ${max.toFixed(0)}, ${floor(machine)}`,
      `≤ ${LATENESS_MS}`,
    ],
    ok: summary.ok === CALLS && p99 <= LATENESS_MS,
  };
}

async function measureRow() {
  const agent = await start("./punctual-agent.js", [String(DELAY_MS)]);
  const times = Math.max(2, Math.floor(SECONDS / 4));
  const { summary, machine } = await load({
    url: agent.url,
    says: { voicedMs: 500, silentMs: 2000, times },
    calls: TRUE_CALLS,
    ratePerS: (TRUE_CALLS * 1000) / BEGIN_MS,
    hangUpAfterMs: 2500 * times,
  });
  const agentLate = await agent.ask("lateness");
  await agent.stop();
  const { p50, p95, max } = summary.firstAudioMs;
  return {
    cells: [
      `${TRUE_CALLS} calls at a time to an agent that answers after ${DELAY_MS} ms: first-audio latency, p95, ms`,
      `${p95.toFixed(1)}${summary.turns === TRUE_CALLS * times ? "" : `, ${summary.turns} turns of ${TRUE_CALLS * times}`}`,
      `p50 ${p50.toFixed(1)}, max ${max.toFixed(0)}, the agent's own lateness p95 ${percentile(agentLate, 95).toFixed(1)}, ${floor(machine)}`,
      `${DELAY_MS} ± ${TOLERANCE_MS}`,
    ],
    ok: summary.turns === TRUE_CALLS * times && Math.abs(p95 - DELAY_MS) <= TOLERANCE_MS,
  };
}

/** @returns the summary, and how late the timers of a process with nothing to do were in the same time. */
async function load(options) {
  const callers = await start("./load-process.js", [JSON.stringify(options)]);
  if (hasTaskset()) spawnSync("taskset", ["-a", "-cp", "0", String(callers.pid)]);
  const idle = await start("./idle.js");
  const summary = await callers.ask("run");
  const machine = (await idle.ask("lateness")).map(({ ms }) => ms);
  await Promise.all([callers.stop(), idle.stop()]);
  return { summary, machine };
}

function floor(machine) {
  return `an empty timer p95 ${percentile(machine, 95).toFixed(1)} p99 ${percentile(machine, 99).toFixed(1)}`;
}

function hasTaskset() {
  return spawnSync("taskset", ["--version"]).status === 0;
}
