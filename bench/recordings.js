/** Recordings: how long an hour's call takes to open and understand, beside a JSON parser over the same lines. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { percentile } from "../dist/call/metrics.js";
import { recordLongCall } from "./long-call.js";
import { printTable } from "./table.js";

const MINUTES = Number(process.env.BENCH_RECORDING_MINUTES ?? 60);
const RUNS = 5;
const OPEN_MS = 1000;
const MOST_MB = 200;
const READER = fileURLToPath(new URL("./read-recording.js", import.meta.url));

export async function recordings() {
  const directory = await mkdtemp(join(tmpdir(), "bench-recordings-"));
  try {
    const startedAt = performance.now();
    const folder = await recordLongCall(directory, MINUTES);
    const wroteMs = performance.now() - startedAt;
    const { size } = await stat(join(folder, "events.jsonl"));
    console.log(
      `\nA call of ${MINUTES} minutes, written in ${(wroteMs / 1000).toFixed(1)} s: ${(size / 1e6).toFixed(0)} MB of events.jsonl`,
    );
    const runs = { analyse: [], parse: [] };
    // In turns, so that both meet the same moments of a busy computer.
    for (let run = 0; run < RUNS; run++)
      for (const how of Object.keys(runs)) runs[how].push(await read(how, folder));
    console.log(runs.analyse[0].found);
    const median = (how, what) =>
      percentile(
        runs[how].map((run) => run[what]),
        50,
      );
    const row = (name, what, digits, target, isGood) => {
      const [ours, parser] = [median("analyse", what), median("parse", what)];
      const cells = [name, ours.toFixed(digits), parser.toFixed(digits), (ours / parser).toFixed(2), target];
      return { cells, ok: isGood(ours) };
    };
    printTable(
      `Recordings: medians of ${RUNS} runs, in turns, each a process of its own`,
      ["", "opened and understood", "JSON.parse and every byte", "ratio", "target"],
      [
        row("from the process's start, ms", "ms", 0, `≤ ${OPEN_MS}`, (ms) => ms <= OPEN_MS),
        row("memory at its most, MB", "rssMb", 0, `≤ ${MOST_MB}`, (mb) => mb <= MOST_MB),
      ],
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function read(how, folder) {
  const child = fork(READER, [how, folder]);
  const [result] = await once(child, "message");
  await once(child, "exit");
  return result;
}
