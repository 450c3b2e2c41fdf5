/** What `serve` and `record` have in common: answer calls, report them, save them, and stop in two steps. */
import { LiveFindings } from "../../analysis/live-findings.js";
import { type ServerSettings, startServer } from "../../bridge/server.js";
import { Counts } from "../../monitoring/counts.js";
import { watchEventLoop } from "../../monitoring/watch-process.js";
import type { Reporter } from "../../report/reporter.js";
import { isForeground } from "../ui/foreground.js";
import { type Io, isInteractive } from "../ui/io.js";
import { makeReporter, type ReportSettings } from "../ui/reporter.js";
import type { Answerer } from "./agent.js";
import type { Live } from "./live.js";
import { PhoneSwitch } from "./phone-switch.js";
import { PublicAddress } from "./public-address.js";
import { CallRecorders } from "./recorders.js";
import { RecordingSwitch } from "./recording-switch.js";
import type { ServedInspector } from "./serve-inspect.js";
import type { ServedPhone } from "./serve-phone.js";
import { type AnsweringSettings, listeningInfo, serverSettings } from "./server-settings.js";
import { tracesOf } from "./traces.js";
import { untilStopped } from "./until-stopped.js";
import type { Uploads } from "./uploads.js";

/** Answers calls until it is stopped. @returns the exit code. */
export async function answerCalls(
  settings: AnsweringSettings,
  answerer: Answerer,
  recordings: { readonly directory: string | undefined; readonly source: "serve" | "record" },
  io: Io,
): Promise<number> {
  const live = await liveOn(settings, io);
  try {
    return await answer(settings, answerer, recordings, live, live?.io ?? io);
  } finally {
    live?.close();
  }
}

/** The live view, where a person sits at a terminal. */
export async function liveOn(settings: ReportSettings, io: Io): Promise<Live | undefined> {
  if (!isInteractive(io, settings) || !isForeground()) return undefined;
  const { Live } = await import("./live.js");
  return Live.open(settings, io);
}

async function answer(
  settings: AnsweringSettings,
  answerer: Answerer,
  recordings: { readonly directory: string | undefined; readonly source: "serve" | "record" },
  live: Live | undefined,
  io: Io,
): Promise<number> {
  const { agent } = answerer;
  const reporter = await makeReporter(live?.report ?? settings, io);
  const outside = new PublicAddress(settings, reporter, io);
  const uploads = await uploadsOf(settings, recordings.directory, reporter, io);
  const recorders = await RecordingSwitch.open(recordings.directory, (directory) =>
    CallRecorders.open({
      directory,
      source: recordings.source,
      agent: agent.name,
      showPersonal: settings.showPersonal,
      noAudio: settings.noAudio,
      clock: io.clock,
      reporter,
      onRecorded: (folder) => uploads?.add(folder),
    }),
  );
  const phone = new PhoneSwitch((told) => servedPhone(settings, agent.name, told, io), reporter);
  if (settings.phone) await phone.turnOn();
  const inspector = settings.inspect
    ? await servedInspector(settings, agent.name, () => recorders.folder, reporter, io)
    : undefined;
  const traces = await tracesOf(agent.name, (code, message) => reporter.warning(code, message), io);
  const findings = new LiveFindings();
  const observe: ServerSettings["observe"] = ({ hangUp }) => [
    findings.during(reporter.call()),
    ...recorders.record(),
    ...phone.overhear(),
    ...(live ? [live.watch(hangUp)] : []),
    ...(inspector?.observe({ hangUp }) ?? []),
    ...(traces ? [traces.call()] : []),
  ];
  const own = serverSettings(settings, answerer, observe, io);
  const counts = new Counts();
  const server = await startServer({
    ...own,
    counts,
    beside: phone.beside,
    publicUrl: () => outside.url,
    warn: (code, message) => reporter.warning(code, message),
  });
  const eventLoop = watchEventLoop(counts, io.clock);
  const exitCode = await untilStopped(
    {
      server,
      outside,
      uploads,
      async announce(metricsUrl) {
        reporter.listening(listeningInfo(settings, server.url, agent.name, outside.url, metricsUrl));
        phone.announce(server);
        await inspector?.announce(server);
        outside.watch();
        const hasPhone = settings.phone !== undefined;
        live?.beginServing(recorders, { server, auth: settings.auth, phone: hasPhone ? phone : undefined });
      },
      end() {
        eventLoop.stop();
        return Promise.all([recorders.close(), inspector?.close(), traces?.flush(io.clock)]);
      },
    },
    settings,
    io,
  );
  live?.close();
  live?.summary();
  return exitCode;
}

export async function uploadsOf(
  settings: AnsweringSettings,
  directory: string | undefined,
  reporter: Reporter,
  io: Io,
): Promise<Uploads | undefined> {
  const { upload } = settings;
  if (!upload || directory === undefined) return undefined;
  const { openUploads } = await import("./uploads.js");
  return openUploads({ ...settings, upload }, directory, reporter, io);
}

async function servedPhone(
  { host, auth, tls }: AnsweringSettings,
  agent: string,
  reporter: Pick<Reporter, "phone" | "warning">,
  io: Io,
): Promise<ServedPhone> {
  const { phoneOn } = await import("./serve-phone.js");
  return phoneOn({ host, auth, tls, agent }, reporter, io);
}

async function servedInspector(
  { auth, port, showPersonal }: AnsweringSettings,
  agent: string,
  recordings: () => string | undefined,
  reporter: Reporter,
  io: Io,
): Promise<ServedInspector> {
  const { inspectorOn } = await import("./serve-inspect.js");
  return inspectorOn({ auth, agent, recordings, showPersonal, port }, reporter, io);
}
