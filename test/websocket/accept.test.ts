/** The server's handshake: who is let in, and what the others are told. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { accept } from "../../src/websocket/accept.js";
import { encodeFrame, OPCODE } from "../../src/websocket/frames.js";
import { makeCertificate } from "../bridge/certificate.js";
import {
  atEnd,
  closeAll,
  connected,
  gather,
  KEY,
  listening,
  MAX_MESSAGE_BYTES,
  ourServer,
  readAll,
  upgradeRequest,
} from "./pair.js";

afterEach(closeAll);

/** What the server answers, and whether it made a connection of it. */
async function answerTo(request: string): Promise<{ head: string[]; body: string; isConnection: boolean }> {
  const { port, arrived } = await ourServer();
  const far = await connected(port);
  const all = readAll(far);
  far.write(request);
  const [near] = await arrived;
  near?.terminate();
  const [head, body] = (await all).toString().split("\r\n\r\n");
  return { head: head.split("\r\n"), body, isConnection: near !== undefined };
}

describe("a request is refused", () => {
  it.each<[string, string]>([
    ["for another protocol", upgradeRequest({ Upgrade: "h2c" })],
    ["for another protocol besides", upgradeRequest({ Upgrade: "websocket, h2c" })],
    ["without a key", upgradeRequest().replace(/Sec-WebSocket-Key.*\r\n/, "")],
    ["with an empty key", upgradeRequest({ "Sec-WebSocket-Key": "" })],
    ["with a key of 15 bytes", upgradeRequest({ "Sec-WebSocket-Key": Buffer.alloc(15).toString("base64") })],
    ["with a key of 17 bytes", upgradeRequest({ "Sec-WebSocket-Key": Buffer.alloc(17).toString("base64") })],
    ["with a key that is no base64", upgradeRequest({ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j_Q==" })],
    ["with two keys", upgradeRequest({ "Sec-WebSocket-Key": KEY, "sec-websocket-key": KEY })],
    ["with an empty subprotocol", upgradeRequest({ "Sec-WebSocket-Protocol": "" })],
    ["with a subprotocol missing", upgradeRequest({ "Sec-WebSocket-Protocol": "a, , b" })],
    ["with a subprotocol that is no token", upgradeRequest({ "Sec-WebSocket-Protocol": 'a, "b"' })],
  ])("%s", async (_, request) => {
    const { head, body, isConnection } = await answerTo(request);
    expect(isConnection).toBe(false);
    expect(head).toEqual([
      "HTTP/1.1 400 Bad Request",
      "Connection: close",
      "Content-Type: text/plain",
      "Content-Length: 11",
    ]);
    expect(body).toBe("Bad Request");
  });

  it.each(["POST", "PUT", "HEAD", "OPTIONS"])("with the method %s", async (method) => {
    const { head, isConnection } = await answerTo(upgradeRequest({}, method));
    expect(head[0]).toBe("HTTP/1.1 405 Method Not Allowed");
    expect(isConnection).toBe(false);
  });

  it.each(["8", "12", "14", "013", "x"])("with the version %s, and told ours", async (version) => {
    const { head, isConnection } = await answerTo(upgradeRequest({ "Sec-WebSocket-Version": version }));
    expect(head).toContain("HTTP/1.1 400 Bad Request");
    expect(head).toContain("Sec-WebSocket-Version: 13");
    expect(isConnection).toBe(false);
  });

  it("without a version, and told ours", async () => {
    const { head } = await answerTo(upgradeRequest().replace(/Sec-WebSocket-Version.*\r\n/, ""));
    expect(head).toContain("Sec-WebSocket-Version: 13");
  });

  it("and ended, although the client stays", async () => {
    const { port, arrived } = await ourServer();
    const far = await connected(port);
    far.allowHalfOpen = true;
    far.write(upgradeRequest({ "Sec-WebSocket-Version": "8" }));
    const [near, nearSocket] = await arrived;
    expect(near).toBeUndefined();
    if (!nearSocket.destroyed) await once(nearSocket, "close");
    expect(nearSocket.destroyed).toBe(true);
  });
});

it("a request is answered as RFC 6455 has it", async () => {
  const { head, isConnection } = await answerTo(
    upgradeRequest({ Upgrade: "WebSocket", "Sec-WebSocket-Extensions": "permessage-deflate" }),
  );
  expect(isConnection).toBe(true);
  expect(head).toEqual([
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  ]);
});

it("the first subprotocol is taken, and no extension", async () => {
  const { url, arrived } = await ourServer();
  const far = new WebSocket(url, ["first.v1", "second"], { perMessageDeflate: true });
  atEnd(() => far.terminate());
  await once(far, "open");
  expect(far.protocol).toBe("first.v1");
  expect(far.extensions).toBe("");
  expect((await arrived)[0]?.isOpen).toBe(true);
});

it("a client that asks for no subprotocol gets none", async () => {
  const { url } = await ourServer();
  const far = new WebSocket(url);
  atEnd(() => far.terminate());
  await once(far, "open");
  expect(far.protocol).toBe("");
});

it("a message longer than is allowed here ends the connection", async () => {
  const { url, arrived } = await ourServer();
  const far = new WebSocket(url);
  atEnd(() => far.terminate());
  far.once("open", () => far.send(Buffer.alloc(MAX_MESSAGE_BYTES + 1)));
  const [near] = await arrived;
  const { closed } = gather(near!);
  const [code] = await once(far, "close");
  expect(code).toBe(1009);
  expect((await closed)[2]?.closeCode).toBe(1009);
});

it("a client that has gone before it is let in is destroyed", async () => {
  const server = createServer();
  const port = await listening(server);
  const upgraded = once(server, "upgrade") as Promise<[IncomingMessage, Socket, Buffer]>;
  const far = await connected(port);
  far.end(upgradeRequest());
  const [request, socket, head] = await upgraded;
  socket.resume();
  if (!socket.readableEnded) await once(socket, "end");
  expect(accept(request, socket, head, { maxMessageBytes: 1 })).toBeUndefined();
  expect(socket.destroyed).toBe(true);
});

it("any stream that goes both ways will do", async () => {
  const server = createServer();
  const port = await listening(server);
  const upgraded = once(server, "upgrade") as Promise<[IncomingMessage, Socket, Buffer]>;
  (await connected(port)).write(upgradeRequest());
  const [request] = await upgraded;
  const written: Buffer[] = [];
  const stream = new Duplex({
    read() {},
    write(chunk, _, done) {
      written.push(chunk);
      done();
    },
  });
  const head = encodeFrame(OPCODE.text, "came with it", true);
  const near = accept(request, stream, head, { maxMessageBytes: 100 });
  const { messages, closed } = gather(near!);
  stream.push(encodeFrame(OPCODE.text, "came later", true));
  stream.push(null);
  await closed;
  expect(messages).toEqual(["came with it", "came later"]);
  expect(Buffer.concat(written).toString()).toMatch(/^HTTP\/1\.1 101 /);
});

it("a connection over TLS is one like all others", async () => {
  const made = makeCertificate();
  const server = createTlsServer(made);
  server.on("upgrade", (request, socket, head) => {
    const near = accept(request, socket, head, { maxMessageBytes: MAX_MESSAGE_BYTES });
    near?.on("message", (data) => near.sendBytes(data));
    near?.resume();
  });
  const port = await listening(server);
  const far = new WebSocket(`wss://127.0.0.1:${port}`, { ca: made.cert });
  atEnd(() => far.terminate());
  await once(far, "open");
  const sent = Buffer.alloc(300_000, 7);
  far.send(sent);
  const [got] = (await once(far, "message")) as [Buffer];
  expect(got.equals(sent)).toBe(true);
  far.close(1000);
  expect((await once(far, "close"))[0]).toBe(1000);
});
