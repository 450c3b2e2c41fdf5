import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, it } from "vitest";
import { ManualClock } from "../../src/clock.js";
import { healthFault, healthUrl, watchHealth } from "../../src/tunnel/reach.js";

const answers: Record<string, [number, string]> = {
  "/health": [200, '{"version":1,"status":"ok","calls":0}'],
  "/draining": [503, '{"version":1,"status":"draining","calls":2}'],
  "/page": [200, "<html>"],
  "/null": [200, "null"],
  "/gone": [530, "error code: 1033"],
};
const server = createServer(({ url = "" }, response) => {
  const [status, body] = answers[url] ?? [404, ""];
  response.writeHead(status).end(body);
});
const base = await new Promise<string>((resolve) =>
  server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
);
afterAll(() => server.close());

it("finds /health beside the media socket, behind a proxy's prefix too", () => {
  expect(healthUrl("wss://h/media-stream", "/media-stream")).toBe("https://h/health");
  expect(healthUrl("wss://h:8443/ai/media-stream?key=1", "/media-stream")).toBe("https://h:8443/ai/health");
  expect(healthUrl("wss://h/elsewhere", "/media-stream")).toBe("https://h/health");
});

it("knows our own answer from others", async () => {
  expect(await healthFault(`${base}/health`)).toBeUndefined();
  expect(await healthFault(`${base}/draining`)).toBeUndefined();
  expect(await healthFault(`${base}/page`)).toBe("something else answers there");
  expect(await healthFault(`${base}/null`)).toBe("something else answers there");
  expect(await healthFault(`${base}/gone`)).toBe("it answers HTTP 530");
  expect(await healthFault("http://127.0.0.1:1/health")).toMatch(/ECONNREFUSED|bad port/);
  expect(await healthFault("https://no-such-host.invalid/health")).toMatch(/ENOTFOUND|EAI_AGAIN/);
});

/** Lets promises that wait for nothing come to their end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

it("asks again for a while, and tells once", async () => {
  const clock = new ManualClock();
  const told: (string | undefined)[] = [];
  let asked = 0;
  const never = () => Promise.reject(new Error(`try ${++asked}`));
  watchHealth("https://h/health", clock, (fault) => told.push(fault), never);
  for (let second = 0; second < 60; second++) {
    clock.advance(1000);
    await settled();
  }
  expect({ asked, told }).toEqual({ asked: 4, told: ["try 4"] });
});

it("is content with the first answer, and can be stopped", async () => {
  const clock = new ManualClock();
  const told: (string | undefined)[] = [];
  let asked = 0;
  const late = () =>
    ++asked < 2
      ? Promise.reject(new Error("not yet"))
      : Promise.resolve(new Response(answers["/health"]![1]));
  watchHealth("https://h/health", clock, (fault) => told.push(fault), late);
  const stop = watchHealth(
    "https://h/health",
    clock,
    () => told.push("stopped, and told all the same"),
    late,
  );
  stop();
  for (let second = 0; second < 60; second++) {
    clock.advance(1000);
    await settled();
    await settled();
  }
  expect({ asked, told }).toEqual({ asked: 2, told: [undefined] });
});
