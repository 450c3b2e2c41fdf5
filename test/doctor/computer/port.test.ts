import { once } from "node:events";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { realClock } from "../../../src/clock.js";
import { checkPort } from "../../../src/doctor/computer/port.js";
import { listeningInodes, portHolder } from "../../../src/doctor/computer/port-holder.js";
import { ownEndpoint } from "../../../src/testing/own-endpoint.js";
import { freePort } from "../../agents/free-port.js";
import { KEY, SELF_SIGNED } from "./certificates.js";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function taken(): Promise<number> {
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

describe("the port", () => {
  it("is free, and is left free", async () => {
    const port = await freePort();
    for (let k = 0; k < 2; k++)
      expect(await checkPort({ host: "127.0.0.1", port })).toMatchObject({
        value: `127.0.0.1:${port} is free`,
        findings: [],
      });
  });

  it("is any free one", async () => {
    expect(await checkPort({ host: "127.0.0.1", port: 0 })).toMatchObject({ isSkipped: true, findings: [] });
  });

  it("is taken, by whom, and which one may be free", async () => {
    const port = await taken();
    const { findings, measured } = await checkPort({ host: "127.0.0.1", port });
    expect(findings).toMatchObject([{ code: "port-in-use", severity: "error" }]);
    expect(findings[0]?.fix).toContain(`--port ${port < 65_535 ? port + 1 : port - 1}`);
    if (process.platform === "linux") {
      expect(measured).toMatchObject({ processId: process.pid });
      expect(findings[0]?.fix).toContain(`kill ${process.pid}`);
    }
  });

  it("is held by a smartpbx-bridge that runs meanwhile, which is fine", async () => {
    const own = await ownEndpoint({ agent: "echo" }, () => [], realClock);
    const port = Number(new URL(own.url).port);
    const { value, findings } = await checkPort({ host: "127.0.0.1", port });
    await own.close();
    expect(findings).toEqual([]);
    expect(value).toContain("smartpbx-bridge answers");
  });

  it("is held by one with a certificate, for whatever name", async () => {
    const server = createHttpsServer({ key: KEY, cert: SELF_SIGNED }, (_, response) =>
      response.end(JSON.stringify({ version: 1, status: "ok", calls: 1 })),
    ).listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await checkPort({ host: "127.0.0.1", port })).toMatchObject({
      value: `smartpbx-bridge answers at 127.0.0.1:${port} already, with 1 call`,
      findings: [],
    });
  });

  it("is at an address that this computer does not have", async () => {
    const { findings } = await checkPort({ host: "192.0.2.1", port: 8080 });
    expect(findings).toMatchObject([{ code: "cannot-listen" }]);
    expect(findings[0]?.seen).toContain("192.0.2.1 is no address of this computer");
  });
});

describe("who holds a port", () => {
  it("is nobody where nobody listens", async () => {
    expect(await portHolder(await freePort())).toBeUndefined();
  });

  it("is read from the kernel's table: listening sockets of this port alone", () => {
    const line = (local: string, state: string, inode: string) =>
      `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0 100 0 0 10 0`;
    const text = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
      line("0100007F:1F90", "0A", "111"),
      line("0100007F:1F90", "01", "222"),
      line("0100007F:1F91", "0A", "333"),
      "",
    ].join("\n");
    expect(listeningInodes(text, 8080)).toEqual(["111"]);
    expect(listeningInodes("", 8080)).toEqual([]);
  });
});
