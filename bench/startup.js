/** Start: how long until a command shows its help, and until `serve` listens, beside a bare `node` in the same run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { percentile } from "../dist/call/metrics.js";
import { commands } from "../dist/cli/commands/index.js";
import { printTable } from "./table.js";

const RUNS = 15;
const CLI = fileURLToPath(new URL("../bin/smartpbx-bridge.js", import.meta.url));
const HELP_MS = 150;
const LISTENING_MS = 300;

export async function startup() {
  const programs = {
    node: () => untilExit(["-e", "0"]),
    "--help": () => untilExit([CLI, "--help"]),
    ...Object.fromEntries(names().map((name) => [`${name} --help`, () => untilExit([CLI, name, "--help"])])),
    serve: () => untilListening([CLI, "serve", "--port", "0"]),
  };
  const medians = await measure(programs);
  const { node, serve, ...help } = medians;
  printTable(
    `Start: medians of ${RUNS} runs, in turns`,
    ["", "ms", "bare node", "over node", "target"],
    [
      ...Object.entries(help).map(([name, ms]) =>
        row(name, ms, node, `≤ ${HELP_MS} over node`, ms - node <= HELP_MS),
      ),
      row("serve, until it says that it listens", serve, node, `≤ ${LISTENING_MS}`, serve <= LISTENING_MS),
    ],
  );
}

function names() {
  return commands.map(({ name }) => name);
}

/** In turns, so that all meet the same moments of a busy computer. */
async function measure(programs) {
  const times = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let run = 0; run < RUNS; run++) {
    for (const [name, program] of Object.entries(programs)) {
      const startedAt = performance.now();
      times[name].push((await program()) - startedAt);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, percentile(values, 50)]));
}

async function untilExit(args) {
  await once(spawn(process.execPath, args, { stdio: "ignore" }), "exit");
  return performance.now();
}

async function untilListening(args) {
  const serve = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  let listeningAt;
  for await (const line of createInterface(serve.stdout)) {
    if (/wss?:\/\//.test(line)) {
      listeningAt = performance.now();
      break;
    }
  }
  serve.kill("SIGKILL");
  await once(serve, "exit");
  return listeningAt;
}

function row(name, ms, node, target, ok) {
  return { cells: [name, ms.toFixed(0), node.toFixed(0), (ms - node).toFixed(0), target], ok };
}
