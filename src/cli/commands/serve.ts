/** `serve`: answers SmartPBX calls with an agent. */
import type { Environment } from "../../config/headers.js";
import type { Resolution } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import { isWorker } from "../../workers/marker.js";
import type { Io } from "../ui/io.js";
import { type Auth, readAuth, readTls, type Tls } from "./access.js";
import { openAgent } from "./agent.js";
import { answerCalls } from "./answering.js";

export interface ServeSettings extends Values<"serve"> {
  readonly auth: Auth | undefined;
  readonly tls: Tls | undefined;
}

/** @throws BridgeError `missing-token` */
export function readSettings({ values }: Resolution<"serve">, env: Environment): ServeSettings {
  return { ...values, auth: readAuth(values.authHeader, env), tls: readTls(values.tlsCert, values.tlsKey) };
}

/** Answers calls until it is stopped. */
export async function run(settings: ServeSettings, io: Io): Promise<number> {
  if (isWorker()) {
    const { serveAsWorker } = await import("./serve-worker.js");
    return serveAsWorker(settings, io);
  }
  if (settings.workers !== undefined) {
    const { serveWithWorkers } = await import("./serve-workers.js");
    return serveWithWorkers(settings, io);
  }
  const answerer = await openAgent(settings, io);
  return answerCalls(settings, answerer, { directory: settings.record, source: "serve" }, io);
}
