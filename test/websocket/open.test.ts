/** The client's handshake with servers that take it: what is sent, and when it may still be given up. */
import { getEventListeners, once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocketServer } from "ws";
import { open } from "../../src/websocket/open.js";
import { makeCertificate } from "../bridge/certificate.js";
import {
  atEnd,
  bareServer,
  closeAll,
  gather,
  listening,
  openAt,
  ourServer,
  switching,
  theirServer,
} from "./pair.js";

afterEach(() => {
  vi.unstubAllEnvs();
  closeAll();
});

const never = new AbortController().signal;

/** The request that a `ws` server gets for this. */
async function requestFor(where: (url: string) => string, headers: Record<string, string> = {}) {
  const { server, url } = await theirServer();
  const asked = once(server, "connection") as Promise<[unknown, IncomingMessage]>;
  await openAt(where(url), headers);
  return (await asked)[1];
}

it("asks as RFC 6455 has it, with the path and our headers, for no extension", async () => {
  const { url, headers } = await requestFor((url) => `${url}/a%20path?b=c&d`, {
    Authorization: "Bearer secret",
    "X-Ours": "as it is",
  });
  expect(url).toBe("/a%20path?b=c&d");
  expect(headers).toMatchObject({
    authorization: "Bearer secret",
    "x-ours": "as it is",
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
  });
  expect(Buffer.from(String(headers["sec-websocket-key"]), "base64")).toHaveLength(16);
  expect(headers["sec-websocket-extensions"]).toBeUndefined();
  expect(headers["sec-websocket-protocol"]).toBeUndefined();
});

it("each connection has a key of its own", async () => {
  const keys = new Set<unknown>();
  for (let k = 0; k < 3; k++) keys.add((await requestFor((url) => url)).headers["sec-websocket-key"]);
  expect(keys.size).toBe(3);
});

it("a user and password of the URL are sent as basic authentication", async () => {
  const { headers } = await requestFor((url) => url.replace("ws://", "ws://me:p%40ss%3Aword@"));
  expect(headers.authorization).toBe(`Basic ${Buffer.from("me:p@ss:word").toString("base64")}`);
});

it("headers of the handshake cannot be changed", async () => {
  const { headers } = await requestFor((url) => url, {
    "sec-websocket-key": "mine",
    "sec-websocket-version": "8",
    connection: "close",
    upgrade: "h2c",
  });
  expect(headers).toMatchObject({
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
  });
  expect(headers["sec-websocket-key"]).not.toBe("mine");
});

it("a header that cannot be sent is a TypeError, and nobody is asked", async () => {
  const { server, url } = await theirServer();
  let asked = 0;
  server.on("connection", () => asked++);
  await expect(openAt(url, { "X-Ours": "a\r\nb: c" })).rejects.toThrow(TypeError);
  await expect(openAt(url, { "X Ours": "a" })).rejects.toThrow(TypeError);
  await openAt(url);
  expect(asked).toBe(1);
});

it("our client and our server understand each other", async () => {
  const { url, arrived } = await ourServer();
  const far = await openAt(url);
  const [near] = await arrived;
  const { messages, closed } = gather(near!);
  far.resume();
  far.sendText("é👋");
  far.sendBytes(Buffer.from([1, 2, 3]));
  far.close(4000, "done");
  expect(await once(far, "close")).toEqual([4000, "done", undefined]);
  expect(await closed).toEqual([4000, "done", undefined]);
  expect(messages).toEqual(["é👋", "010203"]);
});

it("the names of what is answered may be written in any case", async () => {
  const port = await bareServer((socket, request) => {
    socket.write(switching(request).replace("Upgrade: websocket", "UPGRADE: WebSocket"));
  });
  expect((await openAt(`ws://127.0.0.1:${port}`)).isOpen).toBe(true);
});

describe("a signal", () => {
  it("that was given before keeps from asking", async () => {
    let asked = 0;
    const port = await bareServer(() => asked++);
    const reason = new Error("too late");
    const signal = AbortSignal.abort(reason);
    const options = { url: `ws://127.0.0.1:${port}`, headers: {}, maxMessageBytes: 1, signal };
    await expect(open(options)).rejects.toBe(reason);
    expect(asked).toBe(0);
  });

  it("that is given while the server thinks gives up, and closes", async () => {
    const giveUp = new AbortController();
    const reason = new Error("too late");
    let ended: Promise<unknown> | undefined;
    const port = await bareServer((socket) => {
      ended = once(socket, "close");
      giveUp.abort(reason);
    });
    const options = { url: `ws://127.0.0.1:${port}`, headers: {}, maxMessageBytes: 1, signal: giveUp.signal };
    await expect(open(options)).rejects.toBe(reason);
    await ended;
  });

  it("that is given while the connection is made gives up", async () => {
    const giveUp = new AbortController();
    const { url } = await theirServer();
    const opening = open({ url, headers: {}, maxMessageBytes: 1, signal: giveUp.signal });
    const reason = new Error("too late");
    giveUp.abort(reason);
    await expect(opening).rejects.toBe(reason);
  });

  it("that is given when it is open does nothing", async () => {
    const giveUp = new AbortController();
    const { url, arrived } = await theirServer();
    const near = await open({ url, headers: {}, maxMessageBytes: 100, signal: giveUp.signal });
    atEnd(() => near.terminate());
    const far = await arrived;
    giveUp.abort();
    near.sendText("still here");
    const [got] = (await once(far, "message")) as [Buffer];
    expect(got.toString()).toBe("still here");
    expect(near.isOpen).toBe(true);
  });

  it("is not listened to for longer than need be", async () => {
    const { signal } = new AbortController();
    const { url } = await theirServer();
    const near = await open({ url, headers: {}, maxMessageBytes: 1, signal });
    atEnd(() => near.terminate());
    const port = await bareServer((socket) => socket.end("HTTP/1.1 404 Not Found\r\n\r\n"));
    const refused = open({ url: `ws://127.0.0.1:${port}`, headers: {}, maxMessageBytes: 1, signal });
    await expect(refused).rejects.toMatchObject({ status: 404 });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("over TLS", () => {
  async function tlsServer(): Promise<string> {
    const https = createServer(makeCertificate());
    const server = new WebSocketServer({ server: https });
    server.on("connection", (far) =>
      far.on("message", (data, isBinary) => far.send(data, { binary: isBinary })),
    );
    return `wss://127.0.0.1:${await listening(https)}`;
  }

  it("a certificate nobody trusts is refused by its code", async () => {
    const url = await tlsServer();
    await expect(openAt(url)).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  });

  it("a connection is one like all others", async () => {
    const url = await tlsServer();
    // There is no other way to trust a certificate that was made after this process was started.
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const near = await openAt(url);
    const { messages, closed } = gather(near);
    near.sendText("x".repeat(200_000));
    await once(near, "message");
    near.close(1000, "");
    expect(await closed).toEqual([1000, "", undefined]);
    expect(messages).toEqual(["x".repeat(200_000)]);
  });

  it("a server that speaks none is told by a code", async () => {
    const { url } = await theirServer();
    const opening = open({ url: url.replace("ws:", "wss:"), headers: {}, maxMessageBytes: 1, signal: never });
    await expect(opening).rejects.toMatchObject({
      code: expect.stringMatching(/^(ERR_SSL_|EPROTO|ECONNRESET)/),
    });
  });
});
