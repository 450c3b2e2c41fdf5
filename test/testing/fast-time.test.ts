/** Time moves on when the far end has received everything, and not before. */
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { ManualClock } from "../../src/clock.js";
import { passTime } from "../../src/testing/fast-time.js";

let server: WebSocketServer;
afterEach(() => {
  for (const socket of server.clients) socket.terminate();
  server.close();
});

async function connect(): Promise<{ near: WebSocket; far: WebSocket }> {
  server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const near = new WebSocket(`ws://127.0.0.1:${port}`);
  const [[far]] = await Promise.all([once(server, "connection"), once(near, "open")]);
  return { near, far };
}

it("every timer finds the answers to what was sent before it", async () => {
  const { near, far } = await connect();
  const clock = new ManualClock();
  const log: string[] = [];
  far.on("message", (data) => far.send(`answer to ${data}`));
  near.on("message", (data) => log.push(`${clock.now()} ${data}`));
  for (const at of [5, 30, 31]) clock.setTimer(() => near.send(`${at}`), at);
  await passTime(clock, near, { until: () => clock.now() >= 40 });
  expect(log).toEqual(["5 answer to 5", "30 answer to 30", "31 answer to 31"]);
  expect(clock.now()).toBe(51);
});

it("stands still while the agent is not ready, and ends with the socket", async () => {
  const { near, far } = await connect();
  const clock = new ManualClock();
  let isReady = false;
  let looks = 0;
  const passing = passTime(clock, near, {
    until: () => ++looks > 100,
    isReady: () => isReady,
  });
  far.once("ping", () => {
    expect(clock.now()).toBe(0);
    isReady = true;
    far.close(1000);
  });
  await passing;
  expect(near.readyState).toBe(near.CLOSED);
  expect(looks).toBeLessThan(100);
});
