/** How many calls one core carries: the most at which audio still reaches the agent in time, beside relays in the same run. */
import { percentile } from "../dist/call/metrics.js";
import { pin, start } from "./child.js";
import { delaysOf } from "./load.js";
import { converting, passThrough, relay } from "./servers.js";
import { printTable } from "./table.js";

const SECONDS = Number(process.env.BENCH_CAPACITY_SECONDS ?? 4);
const ROUNDS = Number(process.env.BENCH_CAPACITY_ROUNDS ?? 2);
/** A call is carried as long as p99 of the delay from caller to agent is below this. */
const LIMIT_MS = 20;
const STEP = 20;
const APART_MS = 5;
const SETTLE_MS = 4000;
const MOST = 700;
const BYTES = "relay of bytes";
const JSON_RELAY = "relay that rebuilds JSON";
/** What to reach: which relay's calls, and how many times as many. */
const REACH = { "pass-through": [BYTES, 0.9], "μ-law ⇄ pcm16 24 kHz": [JSON_RELAY, 0.9] };
const ADDED_MS = 2;

export async function capacity() {
  const agents = await start("./echo-agents.js");
  const phones = await start("./phones.js");
  const systems = {
    [BYTES]: () => relay(agents),
    [JSON_RELAY]: () => relay(agents, "json"),
    "vendor's example": () => relay(agents, "example"),
    "pass-through": () => passThrough(agents),
    "μ-law ⇄ pcm16 24 kHz": () => converting(agents),
  };
  // The measured process has one core to itself, callers and agents have the other: each message costs both as much.
  for (const { pid } of [agents, phones]) pin(pid, 1);
  const measureAt = async (name, calls) => {
    const system = await systems[name]();
    pin(system.pid, 0);
    const delays = await delaysAt(system, phones, agents, calls);
    await system.stop();
    return percentile(delays, 99) ?? Infinity;
  };
  const most = {};
  for (let round = 0; round < ROUNDS; round++) {
    const found = await search(Object.keys(systems), measureAt);
    for (const name of Object.keys(systems)) most[name] = Math.max(most[name] ?? 0, found[name].carried);
  }
  const rows = [];
  for (const name of Object.keys(systems)) {
    const half = Math.max(1, Math.round(most[name] / 2));
    const added = [];
    for (let round = 0; round < ROUNDS; round++)
      added.push((await measureAt(name, half)) - (await measureAt(BYTES, half)));
    rows.push(row(name, most, half, percentile(added, 50)));
  }
  await agents.stop();
  await phones.stop();
  printTable(
    `Capacity: calls at once in one process on one core, at p99 < ${LIMIT_MS} ms from caller to agent`,
    ["", "calls", "× relay of bytes", "reach", "added p99 at half of it, ms"],
    rows,
  );
}

/**
 * Narrows down the most calls of each system, in steps, all in turns: a bad minute of the computer is then one for all of them. A
 * load that failed is tried once more.
 */
async function search(names, p99At) {
  const found = Object.fromEntries(names.map((name) => [name, { carried: 0, failed: MOST + STEP }]));
  const isOpen = (name) => found[name].failed - found[name].carried > STEP;
  while (names.some(isOpen)) {
    for (const name of names.filter(isOpen)) {
      const { carried, failed } = found[name];
      const calls = Math.round((carried + failed) / 2 / STEP) * STEP;
      const isCarried = (await p99At(name, calls)) < LIMIT_MS || (await p99At(name, calls)) < LIMIT_MS;
      found[name][isCarried ? "carried" : "failed"] = calls;
      console.error(`${name}: ${calls} calls ${isCarried ? "are carried" : "are too many"}`);
    }
  }
  return found;
}

async function delaysAt(system, phones, agents, calls) {
  // What the first calls bring with them, compiled code above all, is not a cost of every call.
  await phones.ask({ type: "dial", url: system.url, count: 20 });
  await phones.ask({ type: "measure", ms: 2000 });
  await phones.ask({ type: "hang-up" });
  // A server that is full has been filling up.
  await phones.ask({ type: "dial", url: system.url, count: calls, apartMs: APART_MS });
  await phones.ask({ type: "measure", ms: SETTLE_MS });
  await agents.ask("marks");
  const { marks } = await phones.ask({ type: "measure", ms: SECONDS * 1000 });
  const arrived = (await agents.ask("marks")).marks;
  await phones.ask({ type: "hang-up" });
  const delays = delaysOf(marks, arrived);
  // A mark that never arrived is the longest delay of all.
  return [...delays, ...Array(Math.max(0, marks.length - delays.length)).fill(Infinity)];
}

function row(name, most, half, added) {
  const [relay, share] = REACH[name] ?? [];
  const ok = relay && most[name] >= share * most[relay] && added <= ADDED_MS;
  return {
    ok: relay ? ok : true,
    cells: [
      name,
      String(most[name]),
      (most[name] / most[BYTES]).toFixed(2),
      relay ? `≥ ${Math.round(share * most[relay])}, ${share} × ${relay}` : "",
      name === BYTES ? "" : `${added.toFixed(1)} at ${half}${relay ? ` (≤ ${ADDED_MS})` : ""}`,
    ],
  };
}
