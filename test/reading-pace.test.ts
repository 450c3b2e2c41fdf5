import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { ReadingPace } from "../src/reading-pace.js";

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function pair(): Promise<[near: WebSocket, far: WebSocket]> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  open.push(server);
  await once(server, "listening");
  const arrived = once(server, "connection");
  const far = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  open.push(far);
  await once(far, "open");
  const [near] = (await arrived) as [WebSocket];
  return [near, far];
}

test("a flood is read no faster than is allowed, and all of it in the end", async () => {
  const [near, far] = await pair();
  const pace = new ReadingPace(near, { messagesPerS: 2000, bytesPerS: 1e9, burstMs: 50 });
  const began = performance.now();
  let count = 0;
  const all = new Promise<void>((resolve) => {
    near.on("message", (data: Buffer) => {
      pace.read(data.length);
      if (++count === 2000) resolve();
    });
  });
  for (let k = 0; k < 2000; k++) far.send("x".repeat(500));
  await all;
  // 64 KB that were read already are not held back.
  expect(performance.now() - began).toBeGreaterThan(700);
});

test("what keeps to the pace is never held up, and the end is seen", async () => {
  const [near, far] = await pair();
  const pace = new ReadingPace(near, { messagesPerS: 1000, bytesPerS: 1e6, burstMs: 1000 });
  let wasPaused = false;
  near.on("message", (data: Buffer) => {
    pace.read(data.length);
    wasPaused ||= near.isPaused;
  });
  for (let k = 0; k < 100; k++) far.send("x");
  far.close(1000);
  expect(await once(near, "close")).toEqual([1000, expect.anything()]);
  expect(wasPaused).toBe(false);
});
