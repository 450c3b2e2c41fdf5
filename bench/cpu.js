/** Processor time of a call, beside relays: long-lived processes that take turns, each alone on its core while it is measured. */
import { setTimeout as after } from "node:timers/promises";
import { percentile } from "../dist/call/metrics.js";
import { pin, start } from "./child.js";
import { converting, passThrough, relay } from "./servers.js";
import { printTable } from "./table.js";

const SECONDS = Number(process.env.BENCH_CPU_SECONDS ?? 4);
/** The first one is not counted: compiled code and filled tables are no cost of every call. */
const ROUNDS = 5;
const CALLS = 50;
const SETTLE_MS = 3000;
const RELAY = "relay of bytes";
/** What to reach, in relays of bytes. */
const REACH = { "pass-through": 1.05, "μ-law ⇄ pcm16 24 kHz": 1.5 };

export async function cpu() {
  const [agents, phones] = [await start("./echo-agents.js"), await start("./phones.js")];
  for (const { pid } of [agents, phones]) pin(pid, 1);
  const groups = {
    g711_ulaw: {
      [RELAY]: await relay(agents),
      "relay that rebuilds JSON": await relay(agents, "json"),
      "pass-through": await passThrough(agents),
      "μ-law ⇄ pcm16 24 kHz": await converting(agents),
    },
    opus: { [`${RELAY}, of Opus`]: await relay(agents), "Opus ⇄ pcm16 24 kHz": await converting(agents) },
  };
  const rows = [];
  for (const [encoding, systems] of Object.entries(groups)) {
    const us = Object.fromEntries(Object.keys(systems).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, system] of Object.entries(systems)) {
        if (round === 0) pin(system.pid, 0);
        const used = await measure(system, phones, encoding);
        if (round > 0) us[name].push(used);
      }
    }
    const [relays] = Object.values(us);
    rows.push(...Object.entries(us).map(([name, all]) => row(name, all, relays)));
    for (const system of Object.values(systems)) await system.stop();
  }
  await Promise.all([agents.stop(), phones.stop()]);
  printTable(
    `Processor time for one call and 20 ms, both directions, at ${CALLS} calls; medians of ${ROUNDS - 1} rounds in turns`,
    ["", "µs", "× relay of bytes", "reach"],
    rows,
  );
}

/** µs for one call and 20 ms. */
async function measure(system, phones, encoding) {
  await phones.ask({ type: "dial", url: system.url, count: CALLS, apartMs: 10, encoding });
  await after(SETTLE_MS);
  const [began, before] = [performance.now(), await system.ask("cpu")];
  await after(SECONDS * 1000);
  const [ended, used] = [performance.now(), await system.ask("cpu")];
  await phones.ask({ type: "hang-up" });
  return (used.cpuUs - before.cpuUs) / ((CALLS * (ended - began)) / 20);
}

function row(name, us, relays) {
  const ratio = percentile(
    us.map((one, round) => one / relays[round]),
    50,
  );
  const reach = REACH[name];
  return {
    ok: !reach || ratio <= reach,
    cells: [name, percentile(us, 50).toFixed(0), ratio.toFixed(2), reach ? `≤ ${reach}` : ""],
  };
}
