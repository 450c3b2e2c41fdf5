/** What `serve` and `record` have in common: answer calls, report them, save them, and stop in two steps. */
import { LiveFindings } from "../../analysis/live-findings.js";
import { PORTAL_FORMATS } from "../../audio/format.js";
import type { OpusFraming } from "../../audio/opus-framing.js";
import { type BridgeServer, type ServerSettings, startServer } from "../../bridge/server.js";
import type { Bucket } from "../../config/bucket.js";
import type { Reporter } from "../../report/reporter.js";
import { isForeground } from "../ui/foreground.js";
import { type Io, isInteractive } from "../ui/io.js";
import { makeReporter, type ReportSettings } from "../ui/reporter.js";
import { TwoStepStop } from "../ui/stop.js";
import type { Auth, Tls } from "./access.js";
import type { Answerer } from "./agent.js";
import type { Live } from "./live.js";
import { PhoneSwitch } from "./phone-switch.js";
import { PublicAddress } from "./public-address.js";
import { CallRecorders } from "./recorders.js";
import { RecordingSwitch } from "./recording-switch.js";
import type { ServedInspector } from "./serve-inspect.js";
import type { ServedPhone } from "./serve-phone.js";
import type { Uploads } from "./uploads.js";

export interface AnsweringSettings extends ReportSettings {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly auth: Auth | undefined;
  readonly tls: Tls | undefined;
  readonly maxCalls: number;
  readonly allowAddress: readonly string[];
  readonly trustedProxy: readonly string[];
  readonly allowAccount: readonly string[];
  readonly addressCalls: number | undefined;
  readonly addressRatePerSecond: number | undefined;
  readonly drainMs: number;
  readonly startTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxDurationMs: number;
  readonly maxMessageBytes: number;
  readonly maxQueuedMs: number;
  readonly leadMs: number;
  readonly preRollMs: number;
  readonly pingMs: number;
  readonly opusFraming: OpusFraming | "auto";
  /** Serves a browser phone beside the media socket. */
  readonly phone?: boolean;
  readonly publicUrl: string | undefined;
  readonly tunnel: "cloudflared" | "ngrok" | "tailscale" | undefined;
  /** Serves the inspector, on this computer only. */
  readonly inspect?: boolean;
  /** Recordings without sound. */
  readonly noAudio: boolean;
  readonly upload: Bucket | undefined;
  readonly uploadEndpoint: string | undefined;
  readonly uploadDelete: boolean;
}

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
    ? await servedInspector(settings, agent.name, recordings.directory, reporter, io)
    : undefined;
  const findings = new LiveFindings();
  const observe: ServerSettings["observe"] = ({ hangUp }) => [
    findings.during(reporter.call()),
    ...recorders.record(),
    ...phone.overhear(),
    ...(live ? [live.watch(hangUp)] : []),
    ...(inspector?.observe({ hangUp }) ?? []),
  ];
  const own = serverSettings(settings, answerer, observe, io);
  const server = await startServer({
    ...own,
    beside: phone.beside,
    publicUrl: () => outside.url,
    warn: (code, message) => reporter.warning(code, message),
  });
  uploads?.begin();
  // Whoever reads that we listen may stop us at once.
  const stopping = stopped(server, settings.drainMs, io);
  const isOpen = await outside.open(server, stopping).catch(async (error) => {
    await Promise.all([server.close(), recorders.close()]);
    await uploads?.close();
    throw error;
  });
  if (isOpen) {
    reporter.listening({
      url: server.url,
      agent: agent.name,
      portal: {
        media: [PORTAL_FORMATS.g711_ulaw, PORTAL_FORMATS.pcm16, PORTAL_FORMATS.opus],
        host: settings.host,
        path: settings.path,
        authHeader: settings.auth?.header,
        publicUrl: outside.url,
      },
    });
    phone.announce(server);
    await inspector?.announce(server);
    outside.watch();
    const hasPhone = settings.phone !== undefined;
    live?.beginServing(recorders, { server, auth: settings.auth, phone: hasPhone ? phone : undefined });
  }
  const stop = await stopping;
  await outside.close();
  await Promise.all([recorders.close(), inspector?.close()]);
  await uploads?.close();
  live?.close();
  live?.summary();
  return stop.serverExitCode();
}

async function uploadsOf(
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
  recordings: string | undefined,
  reporter: Reporter,
  io: Io,
): Promise<ServedInspector> {
  const { inspectorOn } = await import("./serve-inspect.js");
  return inspectorOn({ auth, agent, recordings, showPersonal, port }, reporter, io);
}

/** Resolves when a signal has come and every call has ended, in its own time or cut. */
function stopped(server: BridgeServer, drainMs: number, io: Io): Promise<TwoStepStop> {
  return new Promise((resolve) => {
    const stop: TwoStepStop = new TwoStepStop(io, {
      calls: () => server.calls,
      drainMs,
      finish: () => void finish(),
      cut: () => server.cut(),
    });
    async function finish(): Promise<void> {
      const timer = io.clock.setTimer(() => stop.cut(), drainMs);
      await server.drain();
      timer.cancel();
      await server.close();
      stop.release();
      resolve(stop);
    }
  });
}

/** The settings of the server that answers. */
export function serverSettings(
  settings: AnsweringSettings,
  { agent, tools }: Answerer,
  observe: ServerSettings["observe"],
  io: Io,
): ServerSettings {
  return {
    host: settings.host,
    port: settings.port,
    path: settings.path,
    tls: settings.tls,
    auth: settings.auth,
    maxCalls: settings.maxCalls,
    allowAddresses: settings.allowAddress,
    trustedProxies: settings.trustedProxy,
    addressCalls: settings.addressCalls,
    addressRatePerS: settings.addressRatePerSecond,
    maxMessageBytes: settings.maxMessageBytes,
    pingMs: settings.pingMs,
    agent,
    tools,
    observe,
    clock: io.clock,
    call: {
      leadMs: settings.leadMs,
      preRollMs: settings.preRollMs,
      maxQueuedMs: settings.maxQueuedMs,
      startTimeoutMs: settings.startTimeoutMs,
      idleTimeoutMs: settings.idleTimeoutMs,
      maxDurationMs: settings.maxDurationMs,
      accounts: settings.allowAccount.length > 0 ? new Set(settings.allowAccount) : undefined,
      opusFraming: settings.opusFraming === "auto" ? undefined : settings.opusFraming,
    },
  };
}
