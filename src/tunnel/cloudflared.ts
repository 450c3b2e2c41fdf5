/** cloudflared's quick tunnels: no account, a new address at every start. */
import { devNull } from "node:os";
import type { TunnelProgram } from "./program.js";

/**
 * The address stands in a box on stderr (cloudflared, `cmd/cloudflared/tunnel/quick_tunnel.go`, in this form since 2021):
 *
 *     2022-11-11T19:57:58Z INF |  https://four-dashed-word-url.trycloudflare.com  |
 *
 * Failures name `https://api.trycloudflare.com/tunnel`, which is no tunnel.
 */
const ADDRESS = /\|\s+(https:\/\/[a-z0-9.-]+)\s+\|/i;

const STAMP = /^\d{4}-\d\d-\d\dT[\d:.]+Z?\s+(?:INF|WRN|ERR|FTL|DBG)\s+/;

export const cloudflared: TunnelProgram = {
  name: "cloudflared",
  args: (target) => [
    "tunnel",
    // An update in mid-call would end the call, and the address with it.
    "--no-autoupdate",
    // A config file of the user's own tunnel would answer in place of the quick one; an empty file is allowed.
    ...(process.platform === "win32" ? [] : ["--config", devNull]),
    ...(target.startsWith("https:") ? ["--no-tls-verify"] : []),
    "--url",
    target,
  ],
  reader: () => (line) => {
    const address = ADDRESS.exec(line)?.[1];
    return address === undefined ? {} : { address };
  },
  complaint(line) {
    if (/Configuration file .* was empty/.test(line)) return undefined;
    const isComplaint = / (?:ERR|FTL) /.test(line) || /^(?!\d).*(?:failed|error|cannot|unable)/i.test(line);
    return isComplaint ? line.replace(STAMP, "") : undefined;
  },
  fix(words) {
    if (/429|too many requests/i.test(words))
      return "Cloudflare gives each address few quick tunnels: wait some minutes, or use --tunnel ngrok.";
    if (/no such host|dial tcp|timeout|deadline exceeded|connection refused/i.test(words))
      return "Check that this computer reaches the internet: curl -I https://api.trycloudflare.com";
    return undefined;
  },
  install: {
    darwin: "brew install cloudflared",
    win32: "winget install --id Cloudflare.cloudflared",
    linux:
      'curl -fsSLO "https://github.com/cloudflare/cloudflared/releases/latest/download/cloudflared-linux-$(dpkg --print-architecture).deb" && sudo dpkg -i cloudflared-linux-*.deb',
  },
};
