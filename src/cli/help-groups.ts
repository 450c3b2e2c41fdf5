/** Under which heading `--help` shows a setting. */
import type { SettingKey } from "../config/setting.js";

const GROUPS: Readonly<Record<string, readonly SettingKey[]>> = {
  Network: [
    "port",
    "host",
    "path",
    "authHeader",
    "phone",
    "inspect",
    "publicUrl",
    "tunnel",
    "tlsCert",
    "tlsKey",
    "allowAddress",
    "trustedProxy",
    "allowAccount",
    "metrics",
    "ping",
  ],
  Agent: ["agent", "agentOption", "agentHeader", "agentTimeout"],
  Endpoint: ["url", "provider", "header"],
  "What is saved": [
    "record",
    "recordings",
    "noAudio",
    "upload",
    "uploadEndpoint",
    "uploadDelete",
    "out",
    "html",
    "vcon",
    "har",
    "sides",
    "redacted",
  ],
  Limits: [
    "workers",
    "maxCalls",
    "addressCalls",
    "addressRate",
    "startTimeout",
    "idleTimeout",
    "maxDuration",
    "maxMessage",
    "maxQueued",
    "drain",
  ],
  Sound: ["lead", "preRoll", "opusFraming", "audio"],
};

/** Keys in their order, by heading; those that belong nowhere come first, under none. */
export function grouped(
  keys: readonly SettingKey[],
): readonly (readonly [heading: string, keys: SettingKey[]])[] {
  const headings = ["", ...Object.keys(GROUPS)];
  const headingOf = (key: SettingKey) => headings.find((heading) => GROUPS[heading]?.includes(key)) ?? "";
  return headings
    .map((heading) => [heading, keys.filter((key) => headingOf(key) === heading)] as const)
    .filter(([, members]) => members.length > 0);
}
