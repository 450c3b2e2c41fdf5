/** Speed: processor time, added latency and memory of `serve`, beside a bare relay in the same run. */
import { start } from "./child.js";

const SECONDS = Number(process.env.BENCH_SECONDS ?? 8);

export async function load() {
  const agents = await start("./echo-agents.js");
  const phones = await start("./phones.js");
  const systems = [
    ["bare relay (floor)", () => start("./relay.js", [`${agents.url}/smartpbx`])],
    ["pass-through", () => start("./serve.js", ["--agent", `smartpbx:${agents.url}/smartpbx`])],
    ["μ-law ⇄ pcm16 24 kHz", () => start("./serve.js", ["--agent", `websocket:${agents.url}/pcm`, "--agent-option", "rate=24000"])],
  ];
  const rows = [];
  for (const calls of [1, 50, 200]) {
    for (const [name, open] of systems) {
      const system = await open();
      rows.push({ name, calls, ...(await measure(system, phones, calls)) });
      await system.stop();
    }
  }
  await agents.stop();
  await phones.stop();
  print(rows);
}

async function measure(system, phones, calls) {
  // What the first call brings with it (code, codecs) is not a cost of every call.
  await phones.ask({ type: "dial", url: system.url, count: 5 });
  await phones.ask({ type: "measure", ms: 1500 });
  await phones.ask({ type: "hang-up" });
  await pause(300);
  const idle = await system.usage();
  await phones.ask({ type: "dial", url: system.url, count: calls });
  await phones.ask({ type: "measure", ms: 2000 });
  const before = await system.usage();
  const result = await phones.ask({ type: "measure", ms: SECONDS * 1000 });
  const after = await system.usage();
  await phones.ask({ type: "hang-up" });
  return {
    cpuUs: (after.cpuUs - before.cpuUs) / calls / (SECONDS * 50),
    kbPerCall: (after.heapBytes - idle.heapBytes) / calls / 1024,
    rssPerCall: (after.rssBytes - idle.rssBytes) / calls / 1024,
    ...result,
  };
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function print(rows) {
  console.log("\nSpeed: processor time per call and 20 ms (both directions), beside a bare ws relay in the same run");
  console.log("calls  what                    cpu µs   × relay   delay p50   p99 ms   added p99   callers' lateness p99   KB/call (rss)");
  for (const row of rows) {
    const floor = rows.find((other) => other.calls === row.calls && other.name.startsWith("bare"));
    const cells = [
      String(row.calls).padStart(5),
      row.name.padEnd(22),
      row.cpuUs.toFixed(0).padStart(7),
      (row.cpuUs / floor.cpuUs).toFixed(2).padStart(9),
      row.delays.p50?.toFixed(2).padStart(11),
      row.delays.p99?.toFixed(2).padStart(8),
      (row.delays.p99 - floor.delays.p99).toFixed(2).padStart(11),
      row.lateness.p99.toFixed(2).padStart(23),
      `${row.kbPerCall.toFixed(0)} (${row.rssPerCall.toFixed(0)})`.padStart(15),
    ];
    console.log(cells.join("  "));
  }
}
