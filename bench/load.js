/** Added latency and memory of `serve`, beside a bare relay in the same run. */
import { percentile } from "../dist/call/metrics.js";
import { start } from "./child.js";
import { converting, passThrough, relay } from "./servers.js";
import { printTable } from "./table.js";

const SECONDS = Number(process.env.BENCH_LOAD_SECONDS ?? 6);
/** Relay and `serve` take turns, so that both get their share of a computer's good and bad moments; medians count. */
const ROUNDS = 3;
const FLOOR = "bare relay";
/** Targets at 50 calls: added p99 in ms, memory in KB a call. */
const TARGETS = { "pass-through": [3, 150], "μ-law ⇄ pcm16 24 kHz": [3, 150] };

export async function load() {
  const agents = await start("./echo-agents.js");
  const phones = await start("./phones.js");
  const systems = {
    [FLOOR]: () => relay(agents),
    "pass-through": () => passThrough(agents),
    "μ-law ⇄ pcm16 24 kHz": () => converting(agents),
  };
  const rows = [];
  for (const calls of [1, 50, 200]) {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const results = {};
      for (const [name, open] of Object.entries(systems)) {
        const system = await open();
        results[name] = await measure(system, phones, agents, calls);
        await system.stop();
      }
      rounds.push(results);
    }
    rows.push(...Object.keys(systems).map((name) => row(name, calls, rounds)));
  }
  await agents.stop();
  await phones.stop();
  const columns = ["calls", "", "caller → agent p50, ms", "p99", "added p99", "KB a call"];
  printTable("Load: how late audio reaches the agent; medians of rounds in turns", columns, rows);
}

async function measure(system, phones, agents, calls) {
  // What the first calls bring with them, compiled code above all, is not a cost of every call.
  await phones.ask({ type: "dial", url: system.url, count: 20 });
  await phones.ask({ type: "measure", ms: 3000 });
  await phones.ask({ type: "hang-up" });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const idle = await system.usage();
  await phones.ask({ type: "dial", url: system.url, count: calls });
  await phones.ask({ type: "measure", ms: 2000 });
  await agents.ask("marks");
  const { marks } = await phones.ask({ type: "measure", ms: SECONDS * 1000 });
  const after = await system.usage();
  const arrived = (await agents.ask("marks")).marks;
  await phones.ask({ type: "hang-up" });
  const delays = delaysOf(marks, arrived);
  return {
    kbPerCall: (after.heapBytes - idle.heapBytes) / calls / 1024,
    p50: percentile(delays, 50),
    p99: percentile(delays, 99),
  };
}

/** Pairs each mark with the next arrival of the same call. */
export function delaysOf(sent, arrived) {
  const arrivals = new Map();
  for (const [call, at] of arrived) {
    const times = arrivals.get(call);
    if (times) times.push(at);
    else arrivals.set(call, [at]);
  }
  return sent.flatMap(([call, at]) => {
    const next = arrivals.get(call)?.find((time) => time >= at);
    return next === undefined ? [] : [next - at];
  });
}

function row(name, calls, rounds) {
  const median = (value) => percentile(rounds.map(value), 50);
  const of = (results) => results[name];
  const addedP99 = median((results) => of(results).p99 - results[FLOOR].p99);
  const kb = median((results) => of(results).kbPerCall);
  const [delayTarget, kbTarget] = (calls === 50 && TARGETS[name]) || [Infinity, Infinity];
  const shown = (value, digits, target = Infinity) =>
    `${value.toFixed(digits)}${target < Infinity ? ` (≤ ${target})` : ""}`;
  return {
    ok: addedP99 <= delayTarget && kb <= kbTarget,
    cells: [
      String(calls),
      name,
      shown(
        median((results) => of(results).p50),
        2,
      ),
      shown(
        median((results) => of(results).p99),
        2,
      ),
      shown(addedP99, 2, delayTarget),
      shown(kb, 0, kbTarget),
    ],
  };
}
