import { expect, it, vi } from "vitest";
import { ManualClock, realClock } from "../../src/clock.js";
import { TUNNEL_NAMES } from "../../src/tunnel/program.js";
import {
  ADDRESS_TIMEOUT_MS,
  checkInstalled,
  openTunnel,
  type TunnelSettings,
} from "../../src/tunnel/tunnel.js";
import { ADDRESSES, FakeProgram, type Mode } from "./fake-programs.js";

function open(name: keyof typeof ADDRESSES, mode: Mode, more: Partial<TunnelSettings> = {}) {
  const fake = new FakeProgram(name, mode);
  const settings = { target: "http://127.0.0.1:8080", clock: realClock, onAsk: () => {}, onMoved: () => {} };
  const tunnel = openTunnel(name, { ...settings, env: { ...fake.env, SMARTPBX_TOKEN: "s3cret" }, ...more });
  return { fake, tunnel };
}

it.for(
  TUNNEL_NAMES.flatMap((name) =>
    (["works", "ragged", "wrapped", "deaf"] as const).map((mode) => [name, mode] as const),
  ),
)("%s that %s: its address is read, and nothing is left of it", async ([name, mode]) => {
  const { fake, tunnel } = open(name, mode);
  expect(await tunnel.address).toBe(ADDRESSES[name]);
  expect(fake.alive).toHaveLength(mode === "wrapped" ? 2 : 1);
  expect(fake.started.args.join(" ")).toContain("http://127.0.0.1:8080");
  expect(fake.started.token).toBeUndefined();
  await tunnel.stop();
  await fake.gone(0);
  await expect(tunnel.ended).resolves.toMatch(/^ended by SIG(TERM|KILL)|^exit code/);
});

it.for([
  ["cloudflared", "dial tcp: lookup api.trycloudflare.com: no such host", /reaches the internet/],
  [
    "ngrok",
    "authentication failed: The authtoken you specified does not look like",
    /ngrok config add-authtoken/,
  ],
  ["tailscale", "Access denied: serve config denied", /sudo tailscale set --operator/],
] as const)("%s that ends at once: why, and what to do", async ([name, why, fix]) => {
  const { fake, tunnel } = open(name, "refused");
  const error = await tunnel.address.catch((error) => error);
  expect(error).toMatchObject({ code: "tunnel-failed", exitCode: 3, fix: expect.stringMatching(fix) });
  expect(error.message).toContain(`${name} ended before it said a public address (exit code 1): `);
  expect(error.message).toContain(why);
  expect(error.message + error.fix).not.toContain("s3cret");
  await fake.gone(0);
});

it("a program that says no address is ended after a time, with its last words", async () => {
  const clock = new ManualClock();
  const { fake, tunnel } = open("cloudflared", "silent", { clock });
  const outcome = tunnel.address.catch((error) => error);
  await vi.waitFor(() => expect(fake.alive).toHaveLength(1), 10_000);
  clock.advance(ADDRESS_TIMEOUT_MS);
  const error = await outcome;
  expect(error).toMatchObject({ code: "tunnel-failed" });
  expect(error.message).toMatch(/^cloudflared has said no public address within 30 s/);
  expect(error.fix).toMatch(/^See what it says: cloudflared tunnel .*--url http:\/\/127\.0\.0\.1:8080$/);
  await fake.gone(0);
});

it.for([
  ["cloudflared", 'Connection terminated error="there are no connections available" connIndex=0'],
  ["ngrok", "session closed by the administrator"],
  ["tailscale", "error: tailscaled is not running"],
] as const)("%s that dies later: its last words", async ([name, words]) => {
  const { fake, tunnel } = open(name, "dies");
  await tunnel.address;
  fake.signal("SIGUSR2");
  expect(await tunnel.ended).toBe(`exit code 3: ${words}`);
});

it("a program that is not there cannot be started, and the way to install it is said", async () => {
  expect(() => checkInstalled("ngrok", { PATH: "" }, "darwin")).toThrow(
    expect.objectContaining({ code: "no-tunnel", fix: "Install it: brew install ngrok" }),
  );
  for (const name of TUNNEL_NAMES) {
    expect(() => checkInstalled(name, { PATH: "" }, "win32")).toThrow(
      expect.objectContaining({ fix: expect.stringContaining("winget install") }),
    );
    expect(() => checkInstalled(name, { PATH: "" }, "linux")).toThrow(
      expect.objectContaining({ fix: expect.stringMatching(/curl/) }),
    );
    expect(() => checkInstalled(name, new FakeProgram(name, "works").env)).not.toThrow();
  }
  const settings = { target: "http://127.0.0.1:1", clock: realClock, onAsk: () => {}, onMoved: () => {} };
  const tunnel = openTunnel("ngrok", { ...settings, env: { PATH: "/nonexistent" } });
  await expect(tunnel.address).rejects.toMatchObject({ code: "tunnel-failed" });
  await tunnel.stop();
});
