/** What to paste into the four fields of a provider record in the SmartPBX portal, with hints for what is missing. */
import type { MediaFormat } from "../audio/format.js";
import type { PortalInfo } from "./reporter.js";
import type { Style } from "./style.js";

const LOOPBACK = /^(127\.|localhost$|::1$)/;

export function portalLines(
  { media, host, path, authHeader, publicUrl }: PortalInfo,
  style: Style,
): string[] {
  const [first, ...others] = media.map(
    ({ encoding, sampleRate }: MediaFormat) => `${encoding} ${sampleRate}`,
  );
  const fields = [
    ["name", "smartpbx-bridge"],
    ["media", `${first}${others.length ? style.dim(`  or ${others.join(", ")}`) : ""}`],
    ["websocket_url", style.accent(publicUrl ?? `wss://YOUR-PUBLIC-HOST${path}`)],
    [
      "websocket_headers",
      authHeader ? `${authHeader}: ${style.dim("the value of SMARTPBX_TOKEN")}` : style.dim("none"),
    ],
  ];
  return [
    ...(publicUrl === undefined && LOOPBACK.test(host)
      ? [
          factLine(
            "Network",
            `${style.dim("use")} --host 0.0.0.0 ${style.dim("to expose, or")} --tunnel cloudflared`,
            style,
          ),
        ]
      : []),
    "",
    `Paste into the portal ${style.dim("(Configuration → # Numbers → AI Providers → + Add)")}`,
    ...fields.map(([name, value]) => `  ${name!.padEnd(17)}  ${value}`),
    `${style.dim("then choose it: Configuration → # Numbers → Phone Numbers → the DID → Used by")}`,
    // What is public has a warning of its own, which quiet runs and programs see too.
    ...(authHeader || publicUrl !== undefined
      ? []
      : [
          "",
          style.warn("Anyone who finds this address can talk to your agent."),
          "Set SMARTPBX_TOKEN and add --auth-header X-Api-Key.",
        ]),
  ];
}

/** `➜  Calls:   ws://…` */
export function factLine(name: string, value: string, style: Style): string {
  return `  ${style.good("➜")}  ${style.bold(`${name}:`.padEnd(8))} ${value}`;
}
