import { expect, test } from "vitest";
import { startMetricsServer } from "../../src/bridge/metrics-server.js";
import type { Overview } from "../../src/bridge/together.js";

const house = { isDraining: false, calls: 3 };
const overview: Overview = { house: async () => house, metrics: () => "x 1\n" };

test("metrics and probes are answered at an address of their own, and nothing else", async () => {
  const server = await startMetricsServer(overview, { host: "127.0.0.1", port: 0 });
  try {
    const get = async (path: string, init?: RequestInit) => {
      const answer = await fetch(new URL(path, server.url), init);
      return [answer.status, await answer.text()];
    };
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect(await get("/metrics")).toEqual([200, "x 1\n"]);
    expect(await get("/metrics?name[]=x")).toEqual([200, "x 1\n"]);
    expect(await get("/ready")).toEqual([200, '{"version":1,"status":"ready","calls":3}\n']);
    expect(await get("/live")).toEqual([200, '{"version":1,"status":"alive"}\n']);
    expect((await get("/metrics", { method: "POST" }))[0]).toBe(404);
    expect((await get("/"))[0]).toBe(404);
    house.isDraining = true;
    expect(await get("/ready")).toEqual([503, '{"version":1,"status":"draining","calls":3}\n']);
    expect((await get("/health"))[0]).toBe(503);
    expect((await get("/live"))[0]).toBe(200);
    const { port } = new URL(server.url);
    await expect(
      startMetricsServer(overview, { host: "127.0.0.1", port: Number(port) }),
    ).rejects.toMatchObject({
      code: "port-in-use",
      fix: expect.stringContaining(`--metrics ${Number(port) + 1}`),
    });
  } finally {
    await server.close();
  }
});

test("an address that is not this computer's is refused with one that is", async () => {
  await expect(startMetricsServer(overview, { host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
    code: "cannot-listen",
    fix: expect.stringContaining("127.0.0.1:9464"),
  });
});
