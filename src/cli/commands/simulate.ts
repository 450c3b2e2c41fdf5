/** `simulate`: calls an endpoint as SmartPBX would. */
import type { Environment } from "../../config/headers.js";
import { readProvider } from "../../config/provider.js";
import { outranks, type Resolution } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import type { Io } from "../ui/io.js";

export interface Endpoint {
  readonly url: string;
  /** Secrets. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SimulateSettings extends Values<"simulate"> {
  /** Whom to call. Without it, the command starts `agent` itself and calls that. */
  readonly endpoint: Endpoint | undefined;
}

/**
 * A provider file gives address, format and headers, as far as they do not come from a stronger source.
 * @throws BridgeError `bad-provider-file`, `cannot-read`
 */
export async function readSettings(
  resolution: Resolution<"simulate">,
  env: Environment,
): Promise<SimulateSettings> {
  const { values, sources } = resolution;
  if (values.provider === undefined) {
    const endpoint = values.url === undefined ? undefined : { url: values.url, headers: values.header };
    return { ...values, endpoint };
  }
  const provider = await readProvider(values.provider, env);
  const isStronger = (key: "url" | "format" | "header") =>
    sources[key] !== "default" && !outranks(sources, "provider", key);
  return {
    ...values,
    format: isStronger("format") ? values.format : provider.format,
    endpoint: {
      url: isStronger("url") ? values.url! : provider.url,
      headers: isStronger("header") ? mergeHeaders(provider.headers, values.header) : provider.headers,
    },
  };
}

/** The second's headers, and those of the first that it does not name, in whatever case. */
function mergeHeaders(first: Endpoint["headers"], second: Endpoint["headers"]): Endpoint["headers"] {
  const named = new Set(Object.keys(second).map((name) => name.toLowerCase()));
  return {
    ...Object.fromEntries(Object.entries(first).filter(([name]) => !named.has(name.toLowerCase()))),
    ...second,
  };
}

export async function run(_settings: SimulateSettings, _io: Io): Promise<number> {
  throw new Error("not wired");
}
