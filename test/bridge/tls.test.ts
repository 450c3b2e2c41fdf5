/** TLS served by ourselves, with real certificates on real sockets. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type SecureVersion, type TLSSocket } from "node:tls";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createServer, renewing } from "../../src/bridge/tls.js";
import { ManualClock } from "../../src/clock.js";
import { BridgeError } from "../../src/errors.js";
import { type Made, makeCertificate } from "./certificate.js";

const MINUTE_MS = 60_000;
let folder: string;
let first: Made;
let files: { certFile: string; keyFile: string };
let close: () => Promise<unknown> = async () => {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "smartpbx-tls-"));
  files = { certFile: join(folder, "fullchain.pem"), keyFile: join(folder, "privkey.pem") };
  first = makeCertificate();
  save(first);
});
afterEach(async () => {
  await close();
  close = async () => {};
  rmSync(folder, { recursive: true });
});

function save({ cert, key }: Partial<Made>): void {
  if (cert !== undefined) writeFileSync(files.certFile, cert);
  if (key !== undefined) writeFileSync(files.keyFile, key);
}

async function listening(clock = new ManualClock()) {
  const told: string[] = [];
  const server = createServer(files);
  const renewal = renewing(server, files, clock, ({ message }) => told.push(message));
  const sockets = new Set<TLSSocket>();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  close = () => {
    renewal.cancel();
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  };
  /** Trusts this certificate only, as a PBX trusts its authorities. */
  const dial = (trusted: Made, versions: { minVersion?: SecureVersion; maxVersion?: SecureVersion } = {}) =>
    new Promise<TLSSocket>((resolve, reject) => {
      const ciphers = "DEFAULT@SECLEVEL=0";
      const options = { host: "127.0.0.1", port, ca: trusted.cert, servername: "localhost", ciphers };
      const socket = connect({ ...options, ...versions }, () => resolve(socket));
      sockets.add(socket);
      socket.once("error", reject);
    });
  return { dial, clock, told };
}

it("answers whoever trusts the certificate, with TLS 1.2 and 1.3", async () => {
  const { dial } = await listening();
  expect((await dial(first)).getProtocol()).toBe("TLSv1.3");
  expect((await dial(first, { maxVersion: "TLSv1.2" })).getProtocol()).toBe("TLSv1.2");
  await expect(dial(makeCertificate())).rejects.toThrow(/certificate|self.signed/i);
});

it.each(["TLSv1", "TLSv1.1"] as const)("answers nobody with %s", async (version) => {
  const { dial } = await listening();
  await expect(dial(first, { minVersion: version, maxVersion: version })).rejects.toThrow(
    expect.objectContaining({ code: expect.stringMatching(/ALERT_PROTOCOL_VERSION|ECONNRESET/) }),
  );
});

it("takes a renewed certificate within a minute; connections that are open stay", async () => {
  const { dial, clock, told } = await listening();
  const before = await dial(first);
  const second = makeCertificate();
  save(second);
  await dial(first);
  clock.advance(MINUTE_MS);
  await dial(second);
  await expect(dial(first)).rejects.toThrow();
  expect([before.destroyed, told]).toEqual([false, []]);
});

it("keeps the one it has while only half of the new one is there, and says so once", async () => {
  const { dial, clock, told } = await listening();
  const second = makeCertificate();
  save({ cert: second.cert });
  clock.advance(3 * MINUTE_MS);
  expect(told).toEqual(["the TLS certificate and key cannot be used together"]);
  await dial(first);
  save({ key: second.key });
  clock.advance(MINUTE_MS);
  await dial(second);
  rmSync(files.keyFile);
  clock.advance(MINUTE_MS);
  expect(told.slice(1)).toEqual([`cannot read ${files.keyFile}`]);
  await dial(second);
});

it.each([
  ["a file that is not there", () => rmSync(files.certFile), "cannot-read"],
  ["a key of another certificate", () => save({ key: makeCertificate().key }), "bad-flag"],
  ["no PEM at all", () => save({ cert: "hello" }), "bad-flag"],
])("refuses to start with %s", (_, spoil, code) => {
  spoil();
  expect(() => createServer(files)).toThrow(BridgeError);
  expect(() => createServer(files)).toThrow(expect.objectContaining({ code }));
});
