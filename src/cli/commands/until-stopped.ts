/** A server from when it listens until it has stopped, with what stands beside it: metrics, public address, uploads. */
import type { MetricsServer } from "../../bridge/metrics-server.js";
import type { BridgeServer } from "../../bridge/server.js";
import type { Overview } from "../../bridge/together.js";
import type { Io } from "../ui/io.js";
import type { PublicAddress } from "./public-address.js";
import type { AnsweringSettings } from "./server-settings.js";
import { stopped } from "./server-stop.js";
import type { Uploads } from "./uploads.js";

export interface Listening {
  readonly server: BridgeServer;
  readonly outside: PublicAddress;
  readonly uploads: Uploads | undefined;
  /** Tells where the server is reached, once that is known. Not called when it is stopped before. */
  announce(metricsUrl: string | undefined): void | Promise<void>;
  /** Ends what follows the calls, when the last of them is over and before the last upload. */
  end?(): Promise<unknown>;
}

/**
 * Resolves when all is closed. @returns the exit code.
 * @throws BridgeError when it cannot have its metrics or its public address; then all is closed too
 */
export async function untilStopped(
  listening: Listening,
  settings: Pick<AnsweringSettings, "metrics" | "drainMs">,
  io: Io,
): Promise<number> {
  const { server, outside, uploads } = listening;
  uploads?.begin();
  // Whoever reads that we listen may stop us at once.
  const stopping = stopped(server, settings.drainMs, io);
  const abandon = async (error: unknown) => {
    await server.close();
    await listening.end?.();
    await uploads?.close();
    throw error;
  };
  const metrics = await metricsOf(settings, server.overview).catch(abandon);
  const isOpen = await outside.open(server, stopping).catch(async (error) => {
    await metrics?.close();
    return abandon(error);
  });
  if (isOpen) await listening.announce(metrics?.url);
  const stop = await stopping;
  await Promise.all([outside.close(), metrics?.close()]);
  await listening.end?.();
  await uploads?.close();
  return stop.serverExitCode();
}

/** @throws BridgeError when it cannot listen there. */
async function metricsOf(
  { metrics }: Pick<AnsweringSettings, "metrics">,
  overview: Overview,
): Promise<MetricsServer | undefined> {
  if (!metrics) return undefined;
  const { startMetricsServer } = await import("../../bridge/metrics-server.js");
  return startMetricsServer(overview, metrics);
}
