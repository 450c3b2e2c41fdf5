/** Who comes in, at real servers: tokens, addresses, accounts, limits, and TLS that the server ends itself. */
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeCertificate } from "../bridge/certificate.js";
import { type Bridge, folder, serve, simulate } from "./bridge.js";
import { http, Phone, upgrade } from "./phone.js";

const MEDIA = "/media-stream";

async function refusals({ url }: Bridge): Promise<Record<string, number>> {
  const { body } = await http(url, "/metrics");
  const lines = body.matchAll(/^smartpbx_bridge_refused_total\{cause="([a-z-]+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, cause, n]) => [cause, Number(n)]).filter(([, n]) => n !== 0));
}

describe.concurrent("serve", { timeout: 60_000 }, () => {
  it("takes the old token and the new one while they are changed", async () => {
    const env = { SMARTPBX_TOKEN: "old-token\nnew-token" };
    const server = await serve(["--auth-header", "X-Api-Key"], { env });
    const status = async (token: string) => (await upgrade(server.url, MEDIA, { "X-Api-Key": token })).status;
    expect(await Promise.all(["old-token", "new-token", "other", ""].map(status))).toEqual([
      101, 101, 401, 401,
    ]);
    expect(await refusals(server)).toEqual({ "wrong-token": 2 });
    expect(server.output).not.toMatch(/old-token|new-token/);
  });

  it("takes calls from the addresses in a list only, by the word of a proxy that it trusts", async () => {
    const args = ["--allow-address", "203.0.113.0/24,2001:db8::/32", "--trusted-proxy", "127.0.0.1"];
    const server = await serve(args);
    const status = async (forwarded?: string) =>
      (await upgrade(server.url, MEDIA, forwarded === undefined ? {} : { "X-Forwarded-For": forwarded }))
        .status;
    const right = ["203.0.113.9", "1.2.3.4, 203.0.113.9", "2001:db8::1", "[2001:db8::1]:443"];
    expect(await Promise.all(right.map(status))).toEqual([101, 101, 101, 101]);
    const wrong = ["198.51.100.1", "203.0.113.9, 198.51.100.1", "who knows", undefined];
    expect(await Promise.all(wrong.map(status))).toEqual([403, 403, 403, 403]);
    expect(await refusals(server)).toEqual({ "wrong-address": 4 });
    expect(server.all("warning")).toMatchObject([
      { code: "wrong-address", message: expect.not.stringContaining("198.51") },
    ]);
    const behind = await serve(["--allow-address", "203.0.113.0/24"]);
    expect((await upgrade(behind.url, MEDIA, { "X-Forwarded-For": "203.0.113.9" })).status).toBe(403);
    expect((await behind.first("warning")).message).toContain("--trusted-proxy");
  });

  it("ends calls of other accounts, tells them no more than that, and says here whose it was", async () => {
    const recordings = folder();
    const server = await serve([
      ...["--allow-account", "account-1", "--record", recordings],
      ...["--agent-option", "mode=instant"],
    ]);
    const stranger = await Phone.call(server.url, { accountId: "account-2" });
    expect(await stranger.closed).toEqual({ code: 1008, reason: "not allowed" });
    expect(await server.first("call-ended")).toMatchObject({
      reason: "wrong-account",
      detail: 'the account "account-2" is not allowed',
      fix: expect.stringContaining("--allow-account"),
    });
    const phone = await Phone.call(server.url);
    await phone.echoed();
    await phone.hangUp();
    await server.until(() => server.all("call-ended").length === 2, "the end of the call");
    expect(await refusals(server)).toEqual({ "wrong-account": 1 });
    // Of the call that was refused nothing is kept.
    expect(await server.stop()).toBe(0);
    expect(server.all("recorded")).toHaveLength(1);
  });

  it("takes so many calls at a time from one address, and so many new ones a second", async () => {
    const server = await serve(["--address-calls", "2"]);
    const phones = [await Phone.dial(server.url), await Phone.dial(server.url)];
    const answer = await upgrade(server.url, MEDIA);
    expect(answer).toMatchObject({ status: 429, headers: { "retry-after": "5" } });
    await phones[0]!.hangUp();
    await server.first("call-ended");
    await Phone.dial(server.url);
    expect(await refusals(server)).toEqual({ "address-full": 1 });
    const slow = await serve(["--address-rate", "0.001/s"]);
    expect((await upgrade(slow.url, MEDIA)).status).toBe(101);
    expect(await upgrade(slow.url, MEDIA)).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
    expect(await refusals(slow)).toEqual({ "address-too-fast": 1 });
  });

  it("speaks TLS itself, to callers that check its certificate", async () => {
    const place = folder();
    const [certFile, keyFile] = [join(place, "cert.pem"), join(place, "key.pem")];
    const { cert, key } = makeCertificate();
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key, { mode: 0o600 });
    const server = await serve(["--tls-cert", certFile, "--tls-key", keyFile]);
    expect(server.url).toMatch(/^wss:/);
    const call = ["--url", server.url, "--hang-up-after", "300ms"];
    const trusting = simulate(call, { env: { NODE_EXTRA_CA_CERTS: certFile } });
    expect(await trusting.exit, trusting.output).toBe(0);
    const doubting = simulate(call);
    expect(await doubting.exit).toBe(3);
    expect(doubting.output).toContain("certificate");
    expect(server.all("call-started")).toHaveLength(1);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  });
});
