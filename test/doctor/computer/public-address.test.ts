import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { describe, expect, it } from "vitest";
import { certificateOf } from "../../../src/doctor/computer/certificate.js";
import { checkPublicAddress, type Outside } from "../../../src/doctor/computer/public-address.js";
import { BridgeError } from "../../../src/errors.js";
import { freePort } from "../../agents/free-port.js";
import { EXPIRED, KEY, SELF_SIGNED } from "./certificates.js";

const HEALTHY: Outside = {
  addressesOf: async () => ["203.0.113.7"],
  certificateOf: async () => ({ daysLeft: 60 }),
  healthFault: async () => undefined,
  upgradeFault: async () => undefined,
};

const address = {
  publicUrl: "wss://pbx.example.com",
  path: "/media-stream",
  headers: { "X-Api-Key": "hunter22" },
  signal: new AbortController().signal,
};

const check = (broken: Partial<Outside>) => checkPublicAddress(address, { ...HEALTHY, ...broken });
const codes = async (broken: Partial<Outside>) => (await check(broken)).findings.map(({ code }) => code);

describe("the public address", () => {
  it("is not configured", async () => {
    const checked = await checkPublicAddress({ ...address, publicUrl: undefined });
    expect(checked).toMatchObject({ isSkipped: true, value: "none is configured" });
    expect(checked.hint).toContain("--tunnel");
  });

  it("is reached, at the path of the media socket, with the token", async () => {
    const asked: unknown[] = [];
    const { value, findings, hint } = await check({
      healthFault: async (url) => void asked.push(url),
      upgradeFault: async (url, headers) => void asked.push(url, headers),
    });
    expect({ findings, hint }).toEqual({ findings: [], hint: undefined });
    expect(value).toBe(
      "wss://pbx.example.com/media-stream, certificate good for 60 days, /health answers, WebSocket opens",
    );
    expect(asked).toEqual([
      "https://pbx.example.com/health",
      "wss://pbx.example.com/media-stream",
      { "X-Api-Key": "hunter22" },
    ]);
  });

  it("is reached, and is near", async () => {
    expect((await check({ addressesOf: async () => ["192.168.1.4"] })).hint).toContain("from outside");
  });

  it("has one fault at a time, and says it once", async () => {
    const refused = new BridgeError("endpoint-refused", "It answers HTTP 400.", { fix: "Check the path." });
    expect(await codes({ addressesOf: async () => [] })).toEqual(["public-unknown-host"]);
    expect(
      await codes({
        certificateOf: async () => ({ fault: "CERT_HAS_EXPIRED" }),
        healthFault: async () => "no",
      }),
    ).toEqual(["public-certificate"]);
    expect(await codes({ certificateOf: async () => ({ daysLeft: 3 }) })).toEqual([
      "public-certificate-ends",
    ]);
    expect(
      await codes({ healthFault: async () => "it answers HTTP 502", upgradeFault: async () => refused }),
    ).toEqual(["public-unreachable"]);
    expect(await codes({ upgradeFault: async () => refused })).toEqual(["public-no-websocket"]);
  });

  it("has nobody behind it", async () => {
    expect(await codes({ certificateOf: async () => ({ noConnection: "ECONNREFUSED" }) })).toEqual([
      "public-unreachable",
    ]);
  });

  it("is a name that nobody knows, asked of the real resolver", async () => {
    const checked = await checkPublicAddress({ ...address, publicUrl: "wss://no-such-host.invalid" });
    expect(checked.findings).toMatchObject([{ code: "public-unknown-host" }]);
  });

  it("is a server with a certificate of its own, asked over a real socket", async () => {
    await withServer(SELF_SIGNED, async (port) => {
      const checked = await checkPublicAddress({ ...address, publicUrl: `wss://localhost:${port}` });
      expect(checked.findings).toMatchObject([{ code: "public-certificate" }]);
      expect(checked.findings[0]?.seen).toContain("signed by itself");
      expect(checked.measured?.certificateDaysLeft).toBeGreaterThan(30_000);
      expect(JSON.stringify(checked)).not.toContain("hunter22");
    });
  });
});

describe("a certificate", () => {
  it("is over", async () => {
    await withServer(EXPIRED, async (port) => {
      expect((await certificateOf("localhost", port)).daysLeft).toBeLessThan(-2000);
    });
  });

  it("is not there", async () => {
    expect(await certificateOf("127.0.0.1", await freePort())).toEqual({ noConnection: "ECONNREFUSED" });
  });
});

async function withServer(cert: string, act: (port: number) => Promise<void>): Promise<void> {
  const server = createServer({ key: KEY, cert }, (socket) => socket.on("error", () => {}).end());
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  await act((server.address() as AddressInfo).port).finally(() => server.close());
}
