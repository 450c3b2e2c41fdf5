/** Messages both ways, between our end and the `ws` library's, and what holds them up. */
import { once } from "node:events";
import { Duplex } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { Connection } from "../../src/websocket/connection.js";
import { encodeFrame, OPCODE } from "../../src/websocket/frames.js";
import { frame } from "../hostile/frames.js";
import {
  bareClient,
  bareServer,
  closeAll,
  connected,
  gather,
  gone,
  hasRead,
  openAt,
  ourServer,
  pairs,
  switching,
  turn,
  upgradeRequest,
  wsClient,
} from "./pair.js";

afterEach(closeAll);

const { text, ping } = OPCODE;
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, k) => String(from + k));
const inOneWrite = (texts: readonly string[], isMasked = true) =>
  Buffer.concat(texts.map((one) => encodeFrame(text, one, isMasked)));

describe.each(pairs)("%s end", (_, pair) => {
  it("sends and gets text and bytes of any length", async () => {
    const [near, far] = await pair();
    far.on("message", (data: Buffer, isBinary) => far.send(data, { binary: isBinary }));
    const got: [string, boolean][] = [];
    near.on("message", (data, isBinary) => got.push([data.toString("hex"), isBinary]));
    near.resume();
    const sent: [string, boolean][] = [];
    for (const length of [0, 1, 125, 126, 65_535, 65_536, 300_000]) {
      const bytes = Buffer.alloc(length, 0xfe);
      near.sendBytes(bytes);
      sent.push([bytes.toString("hex"), true]);
      const letters = "é👋x".repeat(length / 7);
      near.sendText(letters);
      near.sendText(Buffer.from(letters));
      const pair = [Buffer.from(letters).toString("hex"), false] as const;
      sent.push([...pair], [...pair]);
    }
    near.close(1000, "");
    await once(near, "close");
    expect(got).toEqual(sent);
  });

  it("gets no message before it is resumed, and misses none", async () => {
    const [near, far] = await pair();
    expect(near.isPaused).toBe(true);
    for (const one of numbers(100)) far.send(one);
    far.close(1000);
    await turn();
    const { messages, closed } = gather(near);
    expect(near.isPaused).toBe(false);
    expect(messages).toEqual([]);
    expect(await closed).toEqual([1000, "", undefined]);
    expect(messages).toEqual(numbers(100));
  });

  it("answers a ping with what it carries, and hears the answer to its own", async () => {
    const [near, far] = await pair();
    let pinged = 0;
    near.on("ping", () => pinged++);
    near.resume();
    for (const payload of ["", "here?", "x".repeat(125)]) {
      far.ping(payload);
      const [answer] = (await once(far, "pong")) as [Buffer];
      expect(answer.toString()).toBe(payload);
    }
    expect(pinged).toBe(3);
    near.ping();
    await once(near, "pong");
    far.pong("nobody asked");
    await once(near, "pong");
    expect(near.isOpen).toBe(true);
  });
});

it("messages that come together with the server's answer are not missed", async () => {
  const port = await bareServer((socket, request) => {
    socket.end(Buffer.concat([Buffer.from(switching(request)), inOneWrite(["first", "second"], false)]));
  });
  const { messages, closed } = gather(await openAt(`ws://127.0.0.1:${port}`));
  await closed;
  expect(messages).toEqual(["first", "second"]);
});

it("messages that come together with the client's request are not missed", async () => {
  const { port, arrived } = await ourServer();
  const far = await connected(port);
  const all = inOneWrite(["first", "second"]);
  // The last frame is cut: half of it comes with the request.
  far.write(Buffer.concat([Buffer.from(upgradeRequest()), all.subarray(0, -4)]));
  const [near] = await arrived;
  const { messages, closed } = gather(near as Connection);
  far.end(all.subarray(-4));
  await closed;
  expect(messages).toEqual(["first", "second"]);
});

it("stops at once when paused amid what came together, and goes on in order", async () => {
  const [near, far] = await bareClient();
  const { messages, closed } = gather(near);
  let most = 0;
  near.on("message", (data) => {
    if (Number(data.toString()) % 10 !== 3) return;
    near.pause();
    const { length } = messages;
    // Turns enough to read all, were it not paused.
    (async () => {
      for (let k = 0; k < 5; k++) await turn();
      most = Math.max(most, messages.length - length);
      near.resume();
    })();
  });
  far.end(inOneWrite(numbers(100)));
  await closed;
  expect(messages).toEqual(numbers(100));
  expect(most).toBe(0);
});

it("may be paused and resumed within a message, and again before its turn comes", async () => {
  const [near, far] = await bareClient();
  const { messages, closed } = gather(near);
  near.on("message", () => {
    near.pause();
    near.resume();
    near.pause();
    near.resume();
  });
  far.write(inOneWrite(numbers(500)));
  far.end(inOneWrite(numbers(500, 500)));
  await closed;
  expect(messages).toEqual(numbers(1000));
});

it("a flood in one write lets others run between its messages, which all come in order", async () => {
  const [near, far] = await bareClient();
  const { messages, closed } = gather(near);
  let turns = 0;
  let isOver = false;
  near.once("message", async () => {
    for (; !isOver; turns++) await turn();
  });
  far.end(inOneWrite(numbers(20_000)));
  await closed;
  isOver = true;
  expect(messages).toEqual(numbers(20_000));
  expect(turns).toBeGreaterThan(300);
});

it.each([
  ["with a close", frame(8)],
  ["without one", Buffer.alloc(0)],
])("a flood that came %s while it was paused is read before its end", async (_, last) => {
  const [near, far, nearSocket] = await bareClient();
  const sent = Buffer.concat([inOneWrite(numbers(1000)), last]);
  far.end(sent);
  // All is there, but for the end, which follows at once.
  await hasRead(nearSocket, sent.length);
  for (let k = 0; k < 5; k++) await turn();
  const { messages, closed } = gather(near);
  const [code] = await closed;
  expect(messages.length).toBe(1000);
  expect(messages).toEqual(numbers(1000));
  expect(code).toBe(last.length > 0 ? 1005 : 1006);
});

it("a reset while it was paused is told once it is resumed", async () => {
  const [near, far, nearSocket] = await bareClient();
  const sent = inOneWrite(numbers(10));
  far.write(sent);
  await hasRead(nearSocket, sent.length);
  far.resetAndDestroy();
  await gone(nearSocket);
  expect(near.isOpen).toBe(false);
  const { messages, closed } = gather(near);
  expect(await closed).toEqual([1006, "", undefined]);
  expect(messages).toEqual(numbers(10));
});

it("an end amid a flood in turns is told after the last message, also when it was cut meanwhile", async () => {
  const [near, far, nearSocket] = await bareClient();
  const { messages, closed } = gather(near);
  far.write(inOneWrite(numbers(1000)));
  await once(near, "message");
  far.resetAndDestroy();
  near.pause();
  await gone(nearSocket);
  const { length } = messages;
  expect(length).toBeLessThan(1000);
  near.resume();
  expect(await closed).toEqual([1006, "", undefined]);
  expect(messages).toEqual(numbers(1000));
});

it("pings are answered up to a hundred at once; who sends more is cut off", async () => {
  const [near, far] = await wsClient();
  const { closed } = gather(near);
  let answered = 0;
  far.on("pong", () => answered++);
  for (let k = 0; k < 90; k++) far.ping();
  while (answered < 90) await once(far, "pong");
  expect(near.isOpen).toBe(true);
  for (let k = 0; k < 500; k++) far.ping();
  expect(await closed).toEqual([1006, "", undefined]);
  expect(answered).toBeLessThan(300);
});

it("pings whose answers are not read are answered no more", async () => {
  const deaf = new Duplex({ read() {}, write() {} });
  const near = new Connection(deaf, Buffer.alloc(0), { isClient: false, maxMessageBytes: 1000 });
  near.resume();
  for (let k = 0; k < 100; k++) {
    deaf.push(Buffer.concat(new Array(90).fill(frame(ping, Buffer.alloc(125)))));
    while (near.isOpen && deaf.readableLength > 0) await turn();
    for (let j = 0; j < 5; j++) await turn();
  }
  expect(near.isOpen).toBe(true);
  expect(near.bufferedAmount).toBeGreaterThan(60_000);
  expect(near.bufferedAmount).toBeLessThan(70_000);
  near.terminate();
});

it("pings and messages that come together are answered in their order", async () => {
  const [near, far] = await bareClient();
  const got: string[] = [];
  near.on("ping", () => got.push("ping"));
  near.on("message", (data) => got.push(data.toString()));
  near.resume();
  far.end(Buffer.concat([frame(text, "a"), frame(ping), frame(text, "b"), frame(ping), frame(text, "c")]));
  await once(near, "close");
  expect(got).toEqual(["a", "ping", "b", "ping", "c"]);
});

it("what a far end does not read is counted, until the connection is cut", async () => {
  const [near, far] = await wsClient();
  const { closed } = gather(near);
  expect(near.bufferedAmount).toBe(0);
  far.pause();
  const bytes = Buffer.alloc(1_000_000);
  for (let k = 0; k < 30; k++) {
    near.sendBytes(bytes);
    await turn();
  }
  const waits = near.bufferedAmount;
  expect(waits).toBeGreaterThan(1_000_000);
  near.sendBytes(bytes);
  expect(near.bufferedAmount).toBeGreaterThanOrEqual(waits + 1_000_000);
  near.terminate();
  expect(await closed).toEqual([1006, "", undefined]);
  expect(near.bufferedAmount).toBe(0);
});

it("what a far end reads late is not counted any longer", async () => {
  const [near, far] = await wsClient();
  near.resume();
  far.pause();
  let got = 0;
  const all = new Promise<void>((resolve) => {
    far.on("message", () => ++got === 30 && resolve());
  });
  for (let k = 0; k < 30; k++) near.sendBytes(Buffer.alloc(1_000_000));
  far.resume();
  await all;
  far.ping();
  await once(near, "ping");
  expect(near.bufferedAmount).toBeLessThan(100);
});
