/** A public address, in real processes: from a tunnel program or given, on every way in and out. */
import { describe, expect, it } from "vitest";
import { ADDRESSES, FakeProgram } from "../tunnel/fake-programs.js";
import { Bridge, record, serve } from "./bridge.js";
import { http, Phone } from "./phone.js";

const streamOf = (body: string) => /<Stream url="([^"]*)"/.exec(body)?.[1];

async function tunnelled(name: keyof typeof ADDRESSES, ...[mode, ...args]: Parameters<typeof start>) {
  return start(mode, ...args, "--tunnel", name);
}

async function start(mode: ConstructorParameters<typeof FakeProgram>[1], ...args: string[]) {
  const fake = new FakeProgram(args.at(-1) as keyof typeof ADDRESSES, mode);
  const bridge = new Bridge(["serve", "--json", "--port", "0", ...args], { env: fake.env });
  return { fake, bridge };
}

describe.concurrent("a tunnel", () => {
  it.for(["cloudflared", "ngrok", "tailscale"] as const)(
    "by %s is what the portal and SbxML name, and ends with us",
    async (name) => {
      const { fake, bridge } = await tunnelled(name, "works");
      const listening = await bridge.first("listening");
      const publicUrl = `${ADDRESSES[name].replace("https", "wss")}/media-stream`;
      expect(listening).toMatchObject({ agent: "echo", publicUrl });
      expect(fake.started.args.join(" ")).toContain(new URL(bridge.url.replace("ws:", "http:")).origin);
      const asked = { method: "POST", headers: { Host: "evil.example", "X-Forwarded-Host": "evil.example" } };
      expect(streamOf((await http(bridge.url, "/", asked)).body)).toBe(publicUrl);
      await bridge.first("warning");
      expect(bridge.all("warning")[0]).toMatchObject({ code: "public-without-auth" });
      expect(await bridge.stop()).toBe(0);
      await fake.gone(0);
    },
  );

  it("stays up until the last call has ended, and goes when calls are cut", async () => {
    const { fake, bridge } = await tunnelled("cloudflared", "works");
    await bridge.first("listening");
    const phone = await Phone.call(bridge.url);
    await bridge.first("call-started");
    bridge.signal("SIGINT");
    await bridge.until(() => bridge.stderr.includes("Finishing 1 call"), "the drain");
    expect(fake.alive).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    bridge.signal("SIGINT");
    expect(await bridge.exit).toBe(130);
    await fake.gone(0);
    await phone.closed;
  });

  it.for(["works", "deaf", "wrapped"] as const)("that %s is gone after we were killed", async (mode) => {
    const { fake, bridge } = await tunnelled("ngrok", mode);
    await bridge.first("listening");
    expect(fake.alive.length).toBeGreaterThan(0);
    await bridge.kill();
    await fake.gone();
  });

  it("that is not wanted any more before it has an address ends at once", async () => {
    const { fake, bridge } = await tunnelled("cloudflared", "silent");
    await bridge.until(() => bridge.stderr.includes("Waiting for cloudflared's public address"), "the wait");
    bridge.signal("SIGINT");
    expect(await bridge.exit).toBe(0);
    expect(bridge.documents).toEqual([]);
    await fake.gone(0);
  });

  it("that cannot be had: 3, why, and what to do", async () => {
    const fake = new FakeProgram("ngrok", "refused");
    const bridge = new Bridge(["serve", "--port", "0", "--tunnel", "ngrok"], {
      env: { ...fake.env, SMARTPBX_RECORD: "calls" },
    });
    expect(await bridge.exit).toBe(3);
    expect(bridge.stdout).toBe("");
    expect(bridge.stderr).toMatch(
      /^error: ngrok ended before .*authentication failed: .*\nfix: .*add-authtoken/m,
    );
    expect(bridge.stderr).not.toContain("s3cret-token");
    await fake.gone(0);
  });

  it("whose program is not installed: 3, before anything is opened, with the command that installs it", async () => {
    const bridge = new Bridge(["serve", "--port", "0", "--tunnel", "tailscale"]);
    expect(await bridge.exit).toBe(3);
    expect(bridge.output).toMatch(
      /^error: tailscale is not installed, or not in PATH\nfix: Install it: \w+/m,
    );
  });

  it("that breaks in mid-run is told with its last words, and the server runs on", async () => {
    const { fake, bridge } = await tunnelled("ngrok", "dies");
    await bridge.first("listening");
    fake.signal("SIGUSR2");
    const ended = () => bridge.all("warning").find(({ code }) => code === "tunnel-ended");
    await bridge.until(() => ended() !== undefined, "the warning");
    expect(ended()!.message).toContain("ngrok has ended (exit code 3: session closed by the administrator)");
    expect(await http(bridge.url, "/health")).toMatchObject({ status: 200 });
    expect(await bridge.stop()).toBe(0);
  });

  it("leads to record too, whatever pieces its address comes in", async () => {
    const fake = new FakeProgram("cloudflared", "ragged");
    const bridge = await record("ws://127.0.0.1:1/media-stream", ["--tunnel", "cloudflared"], {
      env: fake.env,
    });
    expect(bridge.all("listening")[0]!.publicUrl).toBe(
      "wss://four-dashed-word-url.trycloudflare.com/media-stream",
    );
    expect(await bridge.stop()).toBe(0);
    await fake.gone(0);
  });
});

describe.concurrent("an address that is given", () => {
  it.for([
    ["https://pbx.example.com", "wss://pbx.example.com/media-stream"],
    ["wss://pbx.example.com:8443/ai/media?k=1", "wss://pbx.example.com:8443/ai/media?k=1"],
  ])("%s is what the portal and SbxML name", async ([given, publicUrl]) => {
    const bridge = await serve(["--public-url", given!, "--auth-header", "X-Api-Key"], {
      env: { SMARTPBX_TOKEN: "s3cret" },
    });
    expect(bridge.all("listening")[0]).toMatchObject({ publicUrl });
    const { body } = await http(bridge.url, "/", { method: "POST", headers: { Host: "other.example" } });
    expect(streamOf(body)).toBe(publicUrl);
    expect(await bridge.stop()).toBe(0);
    expect(bridge.all("warning")).toEqual([]);
  });

  it("shows in the banner, with a warning where anyone may call", async () => {
    const bridge = new Bridge(["serve", "--port", "0", "--public-url", "wss://pbx.example.com"]);
    await bridge.until(() => bridge.stdout.includes("Used by") && bridge.stderr !== "", "the banner");
    expect(bridge.stdout).toContain("websocket_url      wss://pbx.example.com/media-stream\n");
    expect(bridge.stderr).toContain("warning: Anyone who finds this address can talk to your agent.");
    expect(await bridge.stop()).toBe(0);
  });

  it.for([
    ["http://pbx.example.com", "--public-url wss://pbx.example.com"],
    ["pbx.example.com", "--public-url wss://pbx.example.com"],
  ])("%s is none: 2", async ([given, fix]) => {
    const bridge = new Bridge(["serve", "--public-url", given!]);
    expect(await bridge.exit).toBe(2);
    expect(bridge.stderr).toContain(fix);
  });

  it("and a tunnel are one too many: 2", async () => {
    const bridge = new Bridge(["serve", "--public-url", "wss://h", "--tunnel", "ngrok"]);
    expect(await bridge.exit).toBe(2);
    expect(bridge.stderr).toContain("cannot go with");
  });
});
