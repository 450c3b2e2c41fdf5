/** Dialling real servers that answer, refuse, hang, or are not there. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { BridgeError } from "../../src/errors.js";
import { dial, shownUrl } from "../../src/pbx/dial.js";

const servers: (Server | TcpServer)[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
  }
});

async function portOf(server: Server | TcpServer): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A server that answers the upgrade request as if it were any other. */
function http(answer: RequestListener): Promise<number> {
  const server = createServer(answer);
  server.on("upgrade", (request, socket) => {
    socket.on("error", () => {});
    const lines: string[] = [];
    const response = {
      writeHead: (status: number, headers: Record<string, string> = {}) => {
        lines.push(`HTTP/1.1 ${status} X`, ...Object.entries(headers).map(([k, v]) => `${k}: ${v}`));
        socket.end([...lines, "Content-Length: 0", "", ""].join("\r\n"));
      },
    };
    answer(request, response as never);
  });
  return portOf(server);
}

async function failure(promise: Promise<unknown>): Promise<BridgeError> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(BridgeError);
  return error as BridgeError;
}

test("an open socket comes paused, so that no message is missed", async () => {
  const server = createServer();
  new WebSocketServer({ server }).on("connection", (socket) => socket.send("hello"));
  const socket = await dial({ url: `ws://127.0.0.1:${await portOf(server)}/` });
  expect(socket.isPaused).toBe(true);
  expect(socket.listenerCount("error")).toBe(0);
  const message = new Promise((resolve) => socket.once("message", (data) => resolve(data.toString())));
  socket.resume();
  expect(await message).toBe("hello");
  socket.terminate();
});

test("headers go with the upgrade request, and no compression is offered", async () => {
  const server = createServer();
  const seen = new Promise<Record<string, unknown>>((resolve) => {
    new WebSocketServer({ server }).on("connection", (_, request) => resolve(request.headers));
  });
  const url = `ws://127.0.0.1:${await portOf(server)}/`;
  const socket = await dial({ url, headers: { "X-Token": "secret" } });
  const headers = await seen;
  expect(headers["x-token"]).toBe("secret");
  expect(headers["sec-websocket-extensions"]).toBeUndefined();
  socket.terminate();
});

test.each([
  [401, /token/],
  [404, /path/],
  [503, /full|later/],
  [302, /redirect/],
  [200, /web pages/],
  [500, /log/],
])("HTTP %i is a refusal with its own advice", async (status, advice) => {
  const port = await http((_, response) => response.writeHead(status));
  const url = `ws://user:pass@127.0.0.1:${port}/media?key=hidden`;
  const error = await failure(dial({ url, headers: { Authorization: "Bearer hidden" } }));
  expect(error).toMatchObject({ code: "endpoint-refused", exitCode: 3 });
  expect(error.message).toBe(`ws://127.0.0.1:${port}/media refused the call with HTTP ${status}.`);
  expect(error.fix).toMatch(advice);
  expect(error.fix).not.toContain("hidden");
});

test("nothing listens there", async () => {
  const server = createServer();
  const port = await portOf(server);
  await new Promise((resolve) => server.close(resolve));
  const error = await failure(dial({ url: `ws://127.0.0.1:${port}/?key=hidden` }));
  expect(error).toMatchObject({ code: "endpoint-unreachable" });
  expect(error.message).toContain("nothing listens there");
  expect(error.message).not.toContain("hidden");
});

test("a host name that does not exist", async () => {
  const error = await failure(dial({ url: "ws://no-such-host.invalid/" }));
  expect(error.code).toBe("endpoint-unreachable");
  expect(error.fix).toMatch(/host name|DNS/);
});

test("TLS spoken to a port that has none", async () => {
  const port = await http((_, response) => response.writeHead(200));
  const error = await failure(dial({ url: `wss://127.0.0.1:${port}/` }));
  expect(error.code).toBe("endpoint-unreachable");
  expect(error.fix).toMatch(/ws:\/\//);
});

test("a server that never answers the handshake", async () => {
  const port = await portOf(createTcpServer((socket) => socket.on("error", () => {})));
  const error = await failure(dial({ url: `ws://127.0.0.1:${port}/`, handshakeTimeoutMs: 50 }));
  expect(error.code).toBe("endpoint-unreachable");
  expect(error.message).toContain("too long");
});

test("a server that speaks something else", async () => {
  const port = await portOf(createTcpServer((socket) => socket.on("error", () => {}).end("SSH-2.0\r\n")));
  expect(await failure(dial({ url: `ws://127.0.0.1:${port}/` }))).toMatchObject({
    code: "endpoint-unreachable",
    message: expect.stringContaining("not a WebSocket"),
  });
});

test.each(["", "nonsense", "ftp://host/", "ws://host/#part"])("%j cannot be dialled", async (url) => {
  expect(await failure(dial({ url }))).toMatchObject({ code: "bad-flag", exitCode: 2 });
});

test("a header that HTTP does not allow is refused without being shown", async () => {
  const error = await failure(dial({ url: "ws://127.0.0.1:1/", headers: { "X-Token": "hid\nden" } }));
  expect(error.code).toBe("bad-flag");
  expect(`${error.message} ${error.fix} ${error.cause}`).not.toContain("hid");
});

test("the signal gives up dialling", async () => {
  const port = await portOf(createTcpServer((socket) => socket.on("error", () => {})));
  const stop = new AbortController();
  const dialling = dial({ url: `ws://127.0.0.1:${port}/`, signal: stop.signal });
  stop.abort(new Error("enough"));
  await expect(dialling).rejects.toThrow("enough");
  await expect(dial({ url: `ws://127.0.0.1:${port}/`, signal: stop.signal })).rejects.toThrow("enough");
});

test("a URL is shown without what may be secret", () => {
  expect(shownUrl("wss://u:p@example.com:8443/a/b?token=1#x")).toBe("wss://example.com:8443/a/b");
  expect(shownUrl("::")).toBe("the given URL");
});
