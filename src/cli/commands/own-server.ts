/** The server that `serve` would start, on a free port of this computer only: for a caller in the same process. */
import type { OpusFraming } from "../../audio/opus-framing.js";
import type { ServerSettings } from "../../bridge/server.js";
import { resolve } from "../../config/resolve.js";
import type { Io } from "../ui/io.js";
import type { Answerer } from "./agent.js";
import { serverSettings } from "./server-settings.js";

export function ownServer(
  settings: { readonly maxCalls: number; readonly opusFraming: OpusFraming | "auto" },
  answerer: Answerer,
  observe: ServerSettings["observe"],
  io: Io,
): ServerSettings {
  const { values } = resolve("serve", { flags: {}, env: {}, file: undefined });
  const { maxCalls, opusFraming } = settings;
  const own = { ...values, port: 0, maxCalls, opusFraming, auth: undefined, tls: undefined };
  return serverSettings(own, answerer, observe, io);
}
