/** `record`: stands between SmartPBX and an endpoint, and saves every call. */
import { resolveAgent } from "../../agents/index.js";
import { HANG_UP_ONLY } from "../../agents/tools.js";
import type { Environment } from "../../config/headers.js";
import type { Resolution } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import { BridgeError } from "../../errors.js";
import type { Io } from "../ui/io.js";
import { type Auth, readAuth, readTls, type Tls } from "./access.js";
import { answerCalls } from "./answering.js";

export interface RecordSettings extends Values<"record"> {
  /** The endpoint that answers the calls. */
  readonly upstream: string;
  readonly auth: Auth | undefined;
  readonly tls: Tls | undefined;
}

/** @throws BridgeError `bad-flag` without an upstream, `missing-token` */
export function readSettings({ values }: Resolution<"record">, env: Environment): RecordSettings {
  if (values.upstream === undefined)
    throw new BridgeError("bad-flag", "record needs the address of the endpoint that answers the calls", {
      fix: "smartpbx-bridge record wss://HOST/media-stream",
    });
  return {
    ...values,
    upstream: values.upstream,
    auth: readAuth(values.authHeader, env),
    tls: readTls(values.tlsCert, values.tlsKey),
  };
}

/** Passes calls through until it is stopped. Audio is not held here: the endpoint behind paces its own. */
export async function run(settings: RecordSettings, io: Io): Promise<number> {
  const agent = await resolveAgent(`smartpbx:${settings.upstream}`, {
    options: {},
    headers: settings.header,
  });
  const passing = { ...settings, leadMs: 0, preRollMs: 0, maxQueuedMs: 0, opusFraming: "auto" } as const;
  const answerer = { agent, tools: HANG_UP_ONLY };
  return answerCalls(passing, answerer, { directory: settings.recordings, source: "record" }, io);
}
