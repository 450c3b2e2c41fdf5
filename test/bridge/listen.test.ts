import { createServer } from "node:http";
import { expect, it } from "vitest";
import { bracketed, listen, nearHost } from "../../src/bridge/listen.js";

const fixes = { inUse: "take another", refused: "name another" };

it("says which port was taken, and what its caller says to do about it", async () => {
  const first = createServer();
  const port = await listen(first, { host: "127.0.0.1", port: 0 }, fixes);
  await expect(listen(createServer(), { host: "127.0.0.1", port }, fixes)).rejects.toMatchObject({
    code: "port-in-use",
    message: `port ${port} on 127.0.0.1 is already in use`,
    fix: "take another",
  });
  first.close();
});

it("says that an address is not this computer's", async () => {
  await expect(listen(createServer(), { host: "192.0.2.1", port: 0 }, fixes)).rejects.toMatchObject({
    code: "cannot-listen",
    message: "cannot listen on 192.0.2.1 port 0 (EADDRNOTAVAIL)",
    fix: "name another",
  });
});

it.each([
  ["127.0.0.1", "127.0.0.1", "127.0.0.1"],
  ["localhost", "localhost", "localhost"],
  ["0.0.0.0", "0.0.0.0", "127.0.0.1"],
  ["::", "[::]", "127.0.0.1"],
  ["::1", "[::1]", "[::1]"],
])("%s is written as %s, and reached at %s", (host, written, near) => {
  expect([bracketed(host), nearHost(host)]).toEqual([written, near]);
});
