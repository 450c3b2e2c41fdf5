/** Processor time of a call, beside relays. All run at the same time on one core, so that what disturbs one disturbs all. */
import { percentile } from "../dist/call/metrics.js";
import { pin, start } from "./child.js";
import { printTable } from "./table.js";

const SECONDS = Number(process.env.BENCH_CPU_SECONDS ?? 6);
const ROUNDS = 3;
const CALLS = 40;
/** Compiled code and filled tables are no cost of every call. */
const WARM_MS = 10_000;
const RELAY = "relay of bytes";
/** What to reach, in relays of bytes. */
const REACH = { "pass-through": 1.05, "μ-law ⇄ pcm16 24 kHz": 1.5 };

export async function cpu() {
  const agents = await start("./echo-agents.js");
  pin(agents.pid, 1);
  const [whole, raw] = [`${agents.url}/smartpbx`, `${agents.url}/pcm/{callId}`];
  const relay = (...does) => start("./relay.js", [whole, ...does]);
  const pcm = () => start("./serve.js", ["--agent", `websocket:${raw}`, "--agent-option", "rate=24000"]);
  const rows = [
    ...(await sideBySide("g711_ulaw", {
      [RELAY]: () => relay(),
      "relay that rebuilds JSON": () => relay("json"),
      "pass-through": () => start("./serve.js", ["--agent", `smartpbx:${whole}`]),
      "μ-law ⇄ pcm16 24 kHz": pcm,
    })),
    ...(await sideBySide("opus", { [`${RELAY}, of Opus`]: () => relay(), "Opus ⇄ pcm16 24 kHz": pcm })),
  ];
  await agents.stop();
  printTable(
    `Processor time for one call and 20 ms, both directions: ${CALLS} calls each, side by side on one core`,
    ["", "µs", "× relay of bytes", "reach"],
    rows,
  );
}

async function sideBySide(encoding, systems) {
  const open = await Promise.all(
    Object.entries(systems).map(async ([name, begin]) => {
      const [system, phones] = [await begin(), await start("./phones.js")];
      pin(system.pid, 0);
      pin(phones.pid, 1);
      return { name, system, phones };
    }),
  );
  for (const { system, phones } of open)
    await phones.ask({ type: "dial", url: system.url, count: CALLS, apartMs: 10, encoding });
  await after(WARM_MS);
  const us = open.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const before = await Promise.all(open.map(({ system }) => system.ask("cpu")));
    await after(SECONDS * 1000);
    const used = await Promise.all(open.map(({ system }) => system.ask("cpu")));
    const frames = (CALLS * (performance.now() - began)) / 20;
    for (const [k, { cpuUs }] of used.entries()) us[k].push((cpuUs - before[k].cpuUs) / frames);
  }
  for (const { system, phones } of open) await Promise.all([system.stop(), phones.stop()]);
  return open.map(({ name }, k) => row(name, us[k], us[0]));
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

function after(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
