/** tailscale's Funnel: a steady address for a computer that is in a tailnet, on ports 443, 8443 and 10000. */
import type { TunnelProgram } from "./program.js";

/**
 * In the foreground it says on stdout (tailscale, `cmd/tailscale/cli/serve_v2.go`, since version 1.52), and ends Funnel when it ends:
 *
 *     Available on the internet:
 *
 *     https://host.tailnet.ts.net/
 *     |-- proxy http://127.0.0.1:8080
 *
 *     Press Ctrl+C to exit.
 *
 * Where Funnel is not allowed yet it shows an address at login.tailscale.com and waits. `Available within your tailnet:`
 * would be an address that SmartPBX cannot reach.
 */
export const tailscale: TunnelProgram = {
  name: "tailscale",
  // Our own certificate is not one that it could check.
  args: (target) => ["funnel", target.replace(/^https:/, "https+insecure:")],
  reader() {
    let isPublic = false;
    return (line) => {
      if (/^Available /.test(line)) isPublic = /on the internet/.test(line);
      const url = /^\s*(https:\/\/\S+)/.exec(line)?.[1];
      if (url === undefined) return {};
      if (/^https:\/\/login\.tailscale\.com\//.test(url)) return { asks: url };
      const address = /^https:\/\/[a-z0-9.-]+(?::\d+)?/i.exec(url)?.[0];
      return isPublic && address !== undefined ? { address } : {};
    };
  },
  complaint: (line) =>
    /error|denied|fail|unable|refused|already|not enabled|not allowed|not running|not logged|logged out|invalid|usage/i.test(
      line,
    )
      ? line.trim()
      : undefined,
  fix(words) {
    if (/access denied/i.test(words)) return "Once: sudo tailscale set --operator=$USER";
    if (/login\.tailscale\.com/.test(words))
      return "Open the address above, allow Funnel there, and start again.";
    if (/already exists/i.test(words)) return "Something else is served there: tailscale funnel reset";
    if (/not running|failed to connect to local|logged out|not logged/i.test(words))
      return "sudo tailscale up";
    if (/not enabled|not allowed|funnel not available|must be enabled/i.test(words))
      return "Allow Funnel for this computer: https://tailscale.com/kb/1223/funnel";
    return undefined;
  },
  install: {
    darwin: "brew install tailscale",
    win32: "winget install --id Tailscale.Tailscale",
    linux: "curl -fsSL https://tailscale.com/install.sh | sh && sudo tailscale up",
  },
};
