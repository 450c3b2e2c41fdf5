/** The client's handshake with servers that do not take it, or only look as if they did. */
import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { RefusedError } from "../../src/websocket/open.js";
import { bareServer, closeAll, listening, openAt, switching } from "./pair.js";

afterEach(closeAll);

/** Opens at a server that answers like this; it must get its socket closed. */
async function openAgainst(answer: (request: string) => string): Promise<unknown> {
  let ended: Promise<unknown> | undefined;
  const port = await bareServer((socket, request) => {
    ended = new Promise((resolve) => socket.once("close", resolve));
    // Read on, or the end is not seen.
    socket.resume();
    socket.write(answer(request));
  });
  const error = await openAt(`ws://127.0.0.1:${port}`).then(
    () => "open",
    (error: unknown) => error,
  );
  await ended;
  return error;
}

describe("a server that answers with something else is a refusal with its status:", () => {
  it.each<[number, string]>([
    [200, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"],
    [301, "HTTP/1.1 301 Moved Permanently\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"],
    [307, "HTTP/1.1 307 Temporary Redirect\r\nLocation: /\r\nConnection: close\r\n\r\n"],
    [401, 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n'],
    [404, "HTTP/1.0 404 Not Found\r\n\r\n"],
    [426, "HTTP/1.1 426 Upgrade Required\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"],
    [500, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 1000\r\n\r\nnot all of it"],
    [503, `HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nnever\r\n`],
  ])("%s", async (status, answer) => {
    const error = await openAgainst(() => answer);
    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ status, message: `the server answered with HTTP ${status}` });
  });

  it("also after something that was only informative", async () => {
    const error = await openAgainst(
      () => "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 403 Forbidden\r\n\r\n",
    );
    expect(error).toMatchObject({ name: "RefusedError", status: 403 });
  });

  it("whose body goes on for ever", async () => {
    const port = await bareServer((socket) => {
      socket.resume();
      socket.write("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      const more = () => {
        if (!socket.destroyed) socket.write(Buffer.alloc(10_000), () => setImmediate(more));
      };
      more();
      ended = once(socket, "close");
    });
    let ended: Promise<unknown> | undefined;
    await expect(openAt(`ws://127.0.0.1:${port}`)).rejects.toMatchObject({ status: 502 });
    await ended;
  });
});

describe("an answer that only looks like a WebSocket's is an error that names the header:", () => {
  const someKey = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
  it.each<[string, string, (request: string) => string]>([
    [
      "somebody else's key",
      "wrong Sec-WebSocket-Accept",
      (request) => switching(request).replace(/Sec-WebSocket-Accept: .*/, someKey),
    ],
    [
      "no key",
      "wrong Sec-WebSocket-Accept",
      (request) => switching(request).replace(/Sec-WebSocket-Accept: .*\r\n/, ""),
    ],
    ["two keys", "wrong Sec-WebSocket-Accept", (request) => switching(request, someKey)],
    [
      "another protocol",
      "wrong Upgrade",
      (request) => switching(request).replace("Upgrade: websocket", "Upgrade: h2c"),
    ],
    ["a subprotocol", "Sec-WebSocket-Protocol", (request) => switching(request, "Sec-WebSocket-Protocol: x")],
    [
      "an extension",
      "Sec-WebSocket-Extensions",
      (request) => switching(request, "Sec-WebSocket-Extensions: permessage-deflate"),
    ],
  ])("%s", async (_, message, answer) => {
    const error = await openAgainst(answer);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
  });
});

describe("what is no answer at all is an error with a code:", () => {
  it("garbage", async () => {
    const error = await openAgainst(() => "SSH-2.0-OpenSSH_9.6\r\n");
    expect(error).toMatchObject({ code: expect.stringMatching(/^HPE_/) });
  });

  it("headers without end", async () => {
    const error = await openAgainst((request) => switching(request, `X: ${"x".repeat(100_000)}`));
    expect(error).toMatchObject({ code: "HPE_HEADER_OVERFLOW" });
  });

  it("nothing", async () => {
    const port = await bareServer((socket) => socket.end());
    await expect(openAt(`ws://127.0.0.1:${port}`)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("half of an answer", async () => {
    const port = await bareServer((socket, request) => socket.end(switching(request).slice(0, -10)));
    await expect(openAt(`ws://127.0.0.1:${port}`)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("a reset", async () => {
    const port = await bareServer((socket) => socket.resetAndDestroy());
    await expect(openAt(`ws://127.0.0.1:${port}`)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("nobody there", async () => {
    const server = createServer();
    const port = await listening(server);
    server.close();
    await once(server, "close");
    await expect(openAt(`ws://127.0.0.1:${port}`)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
