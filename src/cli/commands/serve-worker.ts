/** A worker of `serve --workers`: answers calls as `serve` does, and leaves to the primary what is told, counted and limited. */
import { LiveFindings } from "../../analysis/live-findings.js";
import { type ServerSettings, startServer } from "../../bridge/server.js";
import { Counts, ofOneProcess } from "../../monitoring/counts.js";
import { takeProcess, watchEventLoop } from "../../monitoring/watch-process.js";
import type { Reporter } from "../../report/reporter.js";
import { Link } from "../../workers/link.js";
import { EXIT_BUG } from "../exit-codes.js";
import type { Io } from "../ui/io.js";
import { agentOf, openAgent } from "./agent.js";
import { CallRecorders } from "./recorders.js";
import type { ServeSettings } from "./serve.js";
import { serverSettings } from "./server-settings.js";
import { tracesOf } from "./traces.js";

/** Answers calls until the primary ends it. @returns the exit code, which only the primary sees. */
export async function serveAsWorker(settings: ServeSettings, io: Io): Promise<number> {
  const link = new Link();
  // What would end a server ends one worker: the primary is told by its going.
  process.removeAllListeners("uncaughtException").on("uncaughtException", (error) => {
    io.stderr.write(`${error?.stack ?? error}\n`);
    process.exit(EXIT_BUG);
  });
  try {
    return await answer(settings, link, io);
  } catch (error) {
    await link.failed(error);
    return EXIT_BUG;
  }
}

async function answer(settings: ServeSettings, link: Link, io: Io): Promise<number> {
  const { port, probes } = await link.hello();
  const answerer = await (probes ? openAgent : agentOf)(settings, io);
  const { agent } = answerer;
  const { record: directory, showPersonal, noAudio } = settings;
  const reporter = tellingReporter(link);
  const recorders =
    directory === undefined
      ? undefined
      : await CallRecorders.open({
          directory,
          source: "serve",
          agent: agent.name,
          showPersonal,
          noAudio,
          clock: io.clock,
          reporter,
        });
  const traces = await tracesOf(agent.name, reporter.warning, io);
  const findings = new LiveFindings();
  const observe: ServerSettings["observe"] = () => [
    findings.during(link.call()),
    ...(recorders ? [recorders.record()] : []),
    ...(traces ? [traces.call()] : []),
  ];
  const counts = new Counts();
  const server = await startServer({
    ...serverSettings({ ...settings, port }, answerer, observe, io),
    counts,
    together: link,
    publicUrl: () => link.publicUrl,
    warn: reporter.warning,
  });
  const eventLoop = watchEventLoop(counts, io.clock);
  const counted = () => {
    takeProcess(counts);
    return ofOneProcess(counts.snapshot());
  };
  const closing = new Promise<void>((resolve) => {
    link.listen({
      drain: () => void server.drain().then(() => link.tell({ type: "idle" })),
      cut: () => server.cut(),
      close: resolve,
      counts: counted,
    });
  });
  // What dies must not take with it all that it has counted.
  const telling = setInterval(() => link.tell({ type: "counts", counts: counted() }), COUNTS_EVERY_MS);
  link.tell({ type: "up", port: server.port, url: server.url, agent: agent.name });
  await closing;
  clearInterval(telling);
  eventLoop.stop();
  await server.close();
  await Promise.all([recorders?.close(), traces?.flush(io.clock)]);
  await link.leave(counted());
  return 0;
}

const COUNTS_EVERY_MS = 1000;

function tellingReporter(link: Link): Pick<Reporter, "warning" | "recorded"> {
  return {
    warning: (code, message) => link.tell({ type: "warning", code, message }),
    recorded: (callId, folder) => link.tell({ type: "recorded", callId, folder }),
  };
}
