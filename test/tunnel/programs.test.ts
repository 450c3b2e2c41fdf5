/** What each program's output means, line by line. */
import { describe, expect, it } from "vitest";
import { cloudflared } from "../../src/tunnel/cloudflared.js";
import { ngrok } from "../../src/tunnel/ngrok.js";
import type { Said, TunnelProgram } from "../../src/tunnel/program.js";
import { tailscale } from "../../src/tunnel/tailscale.js";

function said(program: TunnelProgram, text: string): Said[] {
  const read = program.reader();
  return text
    .split("\n")
    .map(read)
    .filter((said) => Object.keys(said).length > 0);
}

describe("cloudflared", () => {
  it("is asked for a quick tunnel, whatever its config file says", () => {
    const args = cloudflared.args("http://127.0.0.1:8080");
    expect(args.slice(-2)).toEqual(["--url", "http://127.0.0.1:8080"]);
    expect(args).toContain("--no-autoupdate");
    expect(args).not.toContain("--no-tls-verify");
    expect(cloudflared.args("https://127.0.0.1:8080")).toContain("--no-tls-verify");
  });

  it("has no address in its greeting and its failures", () => {
    expect(
      said(
        cloudflared,
        `2026-11-11T19:57:55Z INF Thank you for trying Cloudflare Tunnel (https://www.cloudflare.com/website-terms/)
failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": context deadline exceeded
2026-11-11T19:57:58Z INF |  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |`,
      ),
    ).toEqual([]);
  });

  it("complains of errors only, without the time", () => {
    expect(cloudflared.complaint("2026-08-05T16:03:14Z ERR Connection terminated connIndex=1")).toBe(
      "Connection terminated connIndex=1",
    );
    expect(cloudflared.complaint("2026-08-05T16:03:14Z INF Registered tunnel connection")).toBeUndefined();
    expect(
      cloudflared.complaint("2026-08-05T16:03:14Z ERR Configuration file /dev/null was empty"),
    ).toBeUndefined();
    expect(cloudflared.fix("status_code 429 Too Many Requests")).toContain("wait");
  });
});

describe("ngrok", () => {
  it("has an address for https only, in the lines of both versions", () => {
    expect(
      said(
        ngrok,
        `{"lvl":"info","msg":"started tunnel","url":"http://ab12.ngrok.io","addr":"http://localhost:80"}
{"t":"2026-09-12T20:25:17+0200","lvl":"info","msg":"started tunnel","obj":"tunnels","addr":{"Scheme":"http"},"url":"https://94b1.ngrok-free.app"}
{"lvl":"info","msg":"join connections","url":"https://other.example"}
{"lvl":"info","msg":"started tunnel","url":"tcp://0.tcp.ngrok.io:1"}
{"broken
null`,
      ),
    ).toEqual([{ address: "https://94b1.ngrok-free.app" }]);
  });

  it("complains with its reason, or else with its message", () => {
    expect(ngrok.complaint('{"lvl":"eror","msg":"failed","err":"session limit\\nERR_NGROK_108"}')).toBe(
      "session limit",
    );
    expect(ngrok.complaint('{"lvl":"crit","msg":"command failed","err":"<nil>"}')).toBe("command failed");
    expect(ngrok.complaint('{"lvl":"info","msg":"ok","err":"<nil>"}')).toBeUndefined();
    expect(ngrok.complaint("ERROR:  unknown flag: --log-format")).toBe("unknown flag: --log-format");
    expect(ngrok.complaint("ERROR:  ERR_NGROK_4018")).toBeUndefined();
    expect(ngrok.fix("… ERR_NGROK_4018 …")).toContain("add-authtoken");
  });
});

describe("tailscale", () => {
  it("is told that our certificate is our own", () => {
    expect(tailscale.args("http://127.0.0.1:1")).toEqual(["funnel", "http://127.0.0.1:1"]);
    expect(tailscale.args("https://127.0.0.1:1")).toEqual(["funnel", "https+insecure://127.0.0.1:1"]);
  });

  it("has an address on the internet only, with its port", () => {
    expect(
      said(
        tailscale,
        "Available within your tailnet:\n\nhttps://host.tailnet.ts.net/\n|-- proxy http://127.0.0.1:1",
      ),
    ).toEqual([]);
    expect(
      said(tailscale, "Available on the internet:\n\nhttps://host.tailnet.ts.net:8443/\n|-- proxy x"),
    ).toEqual([{ address: "https://host.tailnet.ts.net:8443" }]);
  });

  it("asks the user to allow Funnel", () => {
    const text =
      "\nFunnel is not enabled on your tailnet.\nTo enable, visit:\n\n         https://login.tailscale.com/f/funnel?node=nhX\n";
    expect(said(tailscale, text)).toEqual([{ asks: "https://login.tailscale.com/f/funnel?node=nhX" }]);
    expect(tailscale.fix(text)).toContain("allow Funnel there");
    expect(tailscale.complaint("Funnel is not enabled on your tailnet.")).toBeDefined();
  });
});
