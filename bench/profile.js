/** Where the processor time of a call goes: the bare relay, pass-through and transcoding, by kind of code. */
import { start } from "./child.js";
import { converting, passThrough, relay } from "./servers.js";
import { printTable } from "./table.js";

const CALLS = 50;
const SECONDS = Number(process.env.BENCH_PROFILE_SECONDS ?? 6);
const ROUNDS = 3;
const KINDS = ["socket writes", "ws and node", "garbage collection", "relay", "bridge", "filters"];
const execArgv = ["--import", new URL("./sample-stacks.js", import.meta.url).href];

export async function profile() {
  const agents = await start("./echo-agents.js");
  const phones = await start("./phones.js");
  const systems = {
    "bare relay": () => relay(agents, "bytes", { execArgv }),
    "pass-through": () => passThrough(agents, { execArgv }),
    "μ-law ⇄ pcm16 24 kHz": () => converting(agents, { execArgv }),
  };
  const sums = Object.fromEntries(Object.keys(systems).map((name) => [name, {}]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, open] of Object.entries(systems)) {
      const system = await open();
      for (const [kind, us] of Object.entries(await measure(system, phones))) {
        sums[name][kind] = (sums[name][kind] ?? 0) + us / ROUNDS;
      }
      await system.stop();
    }
  }
  await agents.stop();
  await phones.stop();
  printTable(
    `Profile: µs of processor time for one call and 20 ms, both directions, at ${CALLS} calls`,
    ["", ...KINDS, "sockets read, loop", "in all"],
    Object.entries(sums).map(([name, us]) => row(name, us)),
  );
}

/** µs of each kind for one call and 20 ms, and "cpu" for the whole process. */
async function measure(system, phones) {
  await phones.ask({ type: "dial", url: system.url, count: CALLS });
  await phones.ask({ type: "measure", ms: 4000 });
  await system.ask("sample");
  const before = await system.usage();
  await phones.ask({ type: "measure", ms: SECONDS * 1000 });
  const after = await system.usage();
  const us = await system.ask("samples");
  await phones.ask({ type: "hang-up" });
  const pairs = CALLS * (SECONDS + 0.3) * 50;
  const perPair = Object.entries({ ...us, cpu: after.cpuUs - before.cpuUs }).map(([kind, all]) => [
    kind,
    all / pairs,
  ]);
  return Object.fromEntries(perPair);
}

/** What no sample shows is spent outside of JavaScript: reading from sockets and waiting for them. */
function row(name, us) {
  const sampled = KINDS.reduce((sum, kind) => sum + (us[kind] ?? 0), 0);
  const cells = [...KINDS.map((kind) => us[kind] ?? 0), Math.max(0, us.cpu - sampled), us.cpu];
  return { cells: [name, ...cells.map((value) => value.toFixed(1))] };
}
