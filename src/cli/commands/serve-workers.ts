/** `serve --workers`: several processes answer calls on one port; this one lets callers in, tells what happens, and counts. */
import { availableParallelism } from "node:os";
import { countCalls } from "../../monitoring/count-calls.js";
import { Counts } from "../../monitoring/counts.js";
import { serverMetrics } from "../../monitoring/server-metrics.js";
import { clusterFork } from "../../workers/fork.js";
import { Gate } from "../../workers/gate.js";
import { ReportedCalls } from "../../workers/reported-calls.js";
import { Workers } from "../../workers/workers.js";
import type { Io } from "../ui/io.js";
import { makeReporter } from "../ui/reporter.js";
import { uploadsOf } from "./answering.js";
import { PublicAddress } from "./public-address.js";
import type { ServeSettings } from "./serve.js";
import { doorSettings, listeningInfo } from "./server-settings.js";
import { untilStopped } from "./until-stopped.js";

/** Longer than this, whoever waits is told what for. */
const SILENT_MS = 300;

export async function serveWithWorkers(settings: ServeSettings, io: Io): Promise<number> {
  const count = settings.workers === "auto" ? availableParallelism() : (settings.workers ?? 1);
  const { clock } = io;
  const reporter = await makeReporter(settings, io);
  const outside = new PublicAddress(settings, reporter, io);
  const uploads = await uploadsOf(settings, settings.record, reporter, io);
  const counts = new Counts();
  const counter = countCalls(counts);
  const gate = new Gate(doorSettings(settings), clock, (cause) =>
    counts.add("smartpbx_bridge_refused_total", 1, cause),
  );
  const waiting = clock.setTimer(() => {
    if (!settings.quiet) io.stderr.write(`Starting ${count === 1 ? "a worker" : `${count} workers`} …\n`);
  }, SILENT_MS);
  const workers: Workers = await Workers.start({
    count,
    port: settings.port,
    fork: clusterFork(process.argv.slice(2), {
      stdout: (text) => io.stdout.write(text),
      stderr: (text) => io.stderr.write(text),
    }),
    gate,
    follow: () => new ReportedCalls(() => [counter, reporter.call()], clock),
    recorded: (callId, folder) => {
      reporter.recorded(callId, folder);
      uploads?.add(folder);
    },
    warn: (code, message) => reporter.warning(code, message),
    died: () => counts.add("smartpbx_bridge_worker_deaths_total"),
    metrics: (state, ofWorkers) =>
      serverMetrics(counts, { ...state, maxCalls: settings.maxCalls }, ofWorkers),
    clock,
  }).finally(() => waiting.cancel());
  const announce = (metricsUrl: string | undefined) => {
    if (outside.url !== undefined) workers.reachedAt(outside.url);
    reporter.listening(listeningInfo(settings, workers.url, workers.agent, outside.url, metricsUrl));
    outside.watch();
  };
  return untilStopped({ server: workers, outside, uploads, announce }, settings, io);
}
