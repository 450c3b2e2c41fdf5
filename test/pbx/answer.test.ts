import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import { AnsweredCall } from "../../src/pbx/answer.js";
import type { Fault, PbxMessage } from "../../src/protocol/messages.js";
import { accept } from "../../src/websocket/accept.js";
import type { Connection } from "../../src/websocket/connection.js";

let server: Server;
let pbx: WebSocket;
let near: Connection;
let call: AnsweredCall;
let messages: (PbxMessage | Fault)[];
let congestedMs: number;
let closed: Promise<number>;

beforeEach(async () => {
  messages = [];
  congestedMs = 0;
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  await dial();
});
afterEach(() => {
  pbx.terminate();
  server.close();
});

async function dial(options?: ClientOptions): Promise<void> {
  closed = new Promise((resolve) => {
    server.once("upgrade", (request, socket, head) => {
      near = accept(request, socket, head, { maxMessageBytes: 4096 })!;
      call = new AnsweredCall(near, {
        message: (message) => messages.push(message),
        congested: (ms) => {
          congestedMs += ms;
        },
        closed: resolve,
      });
    });
  });
  pbx = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, options);
  pbx.on("error", () => {});
  if (pbx.readyState !== pbx.OPEN) await once(pbx, "open");
}

const INFO = { callId: "c", accountId: "a", caller: "1", callee: "2", format: PORTAL_FORMATS.g711_ulaw };
const audio = Payload.fromBytes(new Uint8Array(160).fill(7));

test("messages are read in their order; a binary frame is a fault among them", async () => {
  pbx.send('{"event":"connected"}');
  pbx.send(Buffer.from([1, 2, 3]));
  pbx.send("{");
  pbx.close(1000);
  expect(await closed).toBe(1000);
  expect(messages.map((message) => (message.type === "fault" ? message.code : message.type))).toEqual([
    "connected",
    "binary-frame",
    "malformed-json",
  ]);
});

test("nothing is sent before the call has started; afterwards media carries both ids, as text", async () => {
  call.send(audio);
  call.started(INFO);
  const received = once(pbx, "message");
  call.send(audio);
  const [data, isBinary] = (await received) as [Buffer, boolean];
  expect(isBinary).toBe(false);
  expect(JSON.parse(data.toString())).toEqual({
    event: "media",
    callId: "c",
    accountId: "a",
    media: { payload: audio.base64 },
  });
});

test("a message larger than allowed is told by its own close code", async () => {
  pbx.send("x".repeat(5000));
  expect(await closed).toBe(1009);
});

test("our close reaches the peer with its code and a reason of a length that fits", async () => {
  const closing = once(pbx, "close");
  call.close(1011, "é".repeat(200));
  const [code, reason] = (await closing) as [number, Buffer];
  expect(code).toBe(1011);
  expect(reason.length).toBeLessThanOrEqual(123);
});

test("a peer that does not read is not queued for without end", async () => {
  call.started(INFO);
  pbx.pause();
  for (let i = 0; i < 200_000 && congestedMs === 0; i++) {
    call.send(audio);
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(congestedMs).toBeGreaterThan(0);
});

test("a peer that answers pings stays; one that does not is cut off at the next", async () => {
  call.ping();
  await once(pbx, "ping");
  const ponged = new Promise((resolve) => setTimeout(resolve, 50));
  await ponged;
  call.ping();
  pbx.pause();
  await new Promise((resolve) => setImmediate(resolve));
  call.ping();
  expect(await closed).toBe(1006);
});

test("a peer that speaks stays, although it answers no pings", async () => {
  pbx.terminate();
  await closed;
  await dial({ autoPong: false });
  for (let k = 1; k <= 5; k++) {
    call.ping();
    pbx.send('{"event":"mark"}');
    while (messages.length < k) await new Promise((resolve) => setImmediate(resolve));
  }
  // A ping of its own says as much.
  call.ping();
  const { lastHeardAt } = near;
  pbx.ping();
  while (near.lastHeardAt === lastHeardAt) await new Promise((resolve) => setImmediate(resolve));
  call.ping();
  pbx.close(1000);
  expect(await closed).toBe(1000);
});

test("a peer whose answer we have not read yet is not cut off", async () => {
  for (let i = 0; i < 700; i++) pbx.send('{"event":"mark"}');
  while (!near.isPaused) await new Promise((resolve) => setImmediate(resolve));
  call.ping();
  call.ping();
  pbx.close(1000);
  expect(await closed).toBe(1000);
  expect(messages).toHaveLength(700);
});

test("keys that nobody can press that fast are faults; a number of fifty digits is not", async () => {
  for (let k = 0; k < 120; k++) pbx.send('{"event":"dtmf","dtmf":{"digit":"1"}}');
  pbx.close(1000);
  await closed;
  const keys = messages.filter(({ type }) => type === "dtmf").length;
  expect(keys).toBeGreaterThanOrEqual(50);
  expect(messages.filter((message) => message.type === "fault" && message.code === "bad-dtmf")).toHaveLength(
    120 - keys,
  );
  expect(keys).toBeLessThan(120);
});
