/** Proxy variables, which the WebSocket to an agent or an endpoint does not follow. */
import { type Checked, fine } from "../checked.js";

const NAMES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "WSS_PROXY", "WS_PROXY"] as const;

/** @param unreachable something that should have been reached was not: then the proxy is the first thing to look at. */
export function checkProxies(
  env: Readonly<Record<string, string | undefined>>,
  { unreachable = false }: { readonly unreachable?: boolean } = {},
): Checked {
  // Only the names: a proxy's address often holds a password.
  const found = [...NAMES, ...NAMES.map((name) => name.toLowerCase())].filter((name) => env[name]);
  if (found.length === 0) return fine("proxies", "proxies", "no proxy is set in the environment");
  const names = found.join(", ");
  const value = `${names} set, and not followed`;
  if (!unreachable)
    return fine("proxies", "proxies", value, {
      measured: { variables: found },
      hint: "Calls and agents are reached directly, whatever these say. Nothing is wrong while they can be reached.",
    });
  return {
    name: "proxies",
    what: "proxies",
    value,
    measured: { variables: found },
    findings: [
      {
        code: "proxy-ignored",
        severity: "warning",
        seen: `${names} names a proxy, WebSockets from here go directly, and something could not be reached.`,
        why: "Behind a firewall that lets only the proxy out, no agent outside can be reached.",
        fix: "Let this computer reach the agent's host directly, or run the bridge where it can.",
      },
    ],
  };
}
