/** The settings of `serve` and `record` as the server that answers takes them, and what is told of it when it listens. */
import { PORTAL_FORMATS } from "../../audio/format.js";
import type { OpusFraming } from "../../audio/opus-framing.js";
import type { DoorSettings } from "../../bridge/door.js";
import type { ServerSettings } from "../../bridge/server.js";
import type { Bucket } from "../../config/bucket.js";
import type { ListenAddress } from "../../config/listen-address.js";
import type { ListeningInfo } from "../../report/reporter.js";
import type { Io } from "../ui/io.js";
import type { ReportSettings } from "../ui/reporter.js";
import type { Auth, Tls } from "./access.js";
import type { Answerer } from "./agent.js";

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
  /** Where Prometheus asks. */
  readonly metrics: ListenAddress | undefined;
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

/** The settings of the server that answers. */
export function serverSettings(
  settings: AnsweringSettings,
  { agent, tools }: Answerer,
  observe: ServerSettings["observe"],
  io: Io,
): ServerSettings {
  return {
    ...doorSettings(settings),
    host: settings.host,
    port: settings.port,
    tls: settings.tls,
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

/** Who comes in. */
export function doorSettings(settings: AnsweringSettings): DoorSettings {
  return {
    path: settings.path,
    auth: settings.auth,
    maxCalls: settings.maxCalls,
    allowAddresses: settings.allowAddress,
    trustedProxies: settings.trustedProxy,
    addressCalls: settings.addressCalls,
    addressRatePerS: settings.addressRatePerSecond,
  };
}

/** What is told when the server answers calls, with what the portal needs to know. */
export function listeningInfo(
  { host, path, auth }: AnsweringSettings,
  url: string,
  agent: string,
  publicUrl: string | undefined,
  metricsUrl: string | undefined,
): ListeningInfo {
  const media = [PORTAL_FORMATS.g711_ulaw, PORTAL_FORMATS.pcm16, PORTAL_FORMATS.opus];
  return { url, agent, metricsUrl, portal: { media, host, path, authHeader: auth?.header, publicUrl } };
}
