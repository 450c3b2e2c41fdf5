/** `serve`: answers SmartPBX calls with an agent. */
import { resolveAgent } from "../../agents/index.js";
import type { Environment } from "../../config/headers.js";
import type { Resolution } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import type { Io } from "../ui/io.js";
import { type Auth, readAuth, readTls, type Tls } from "./access.js";
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
  const agent = await resolveAgent(settings.agent, {
    options: settings.agentOption,
    headers: settings.agentHeader,
    agentTimeoutMs: settings.agentTimeoutMs,
  });
  return answerCalls(settings, agent, { directory: settings.record, source: "serve" }, io);
}
