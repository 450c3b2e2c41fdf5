/** The socket that all kinds share: what it says of ends and errors, and the limits it keeps. */

import { createHash } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AgentSocket } from "../../../src/agents/wire/socket.js";
import { type FakeServer, fakeWebSocketAgent, type WebSocketAgentConnection } from "../../../src/testing.js";
import { pattern, Reports } from "../call.js";

let server: FakeServer<WebSocketAgentConnection>;
beforeEach(async () => {
  server = await fakeWebSocketAgent();
});
afterEach(() => server.close());

function socketTo(url: string, reports = new Reports()): AgentSocket {
  return new AgentSocket({
    url,
    headers: { "X-Key": "secret" },
    signal: new AbortController().signal,
    bytesPerMs: 16,
    emit: reports.emit,
    onText() {},
    onBytes() {},
  });
}

const dial = async () => {
  const reports = new Reports();
  const socket = socketTo(server.url, reports);
  await socket.opened;
  socket.sendControl('{"type":"start"}');
  return { socket, reports, far: await server.next() };
};

describe("the end", () => {
  it.each([
    [1000, "", { failed: false, reason: "the agent closed the connection" }],
    [1000, "bye", { failed: false, reason: "1000 bye" }],
    [1001, "", { failed: true, reason: "the agent closed the connection with code 1001" }],
    [1011, "out of\u0007 order", { failed: true, reason: "1011 out of order" }],
    [4000, "own reason", { failed: true, reason: "4000 own reason" }],
  ])("with %i %j", async (code, text, expected) => {
    const { reports, far } = await dial();
    far.close(code, text);
    await reports.until(({ events }) => events.length > 0);
    expect(reports.events).toEqual([{ type: "closed", ...expected }]);
  });

  it("by a broken connection", async () => {
    const { reports, far } = await dial();
    far.cut();
    await reports.until(({ events }) => events.length > 0);
    expect(reports.events).toMatchObject([
      { failed: true, reason: expect.stringMatching(/^connection broken/) },
    ]);
  });

  it("by a message too big to be sane", async () => {
    const { reports, far } = await dial();
    far.sendBytes(Buffer.alloc(17 * 1024 * 1024));
    await reports.until(({ events }) => events.length > 0);
    expect(reports.of("closed")).toMatchObject([{ failed: true }]);
    expect((await far.ended).code).toBe(1009);
  });

  it("by a text so long that it would hold up other calls, where as many bytes would do", async () => {
    const { reports, far } = await dial();
    far.sendBytes(Buffer.alloc(5 * 1024 * 1024));
    far.sendText("x".repeat(5 * 1024 * 1024));
    await reports.until(({ events }) => events.length > 0);
    expect(reports.of("closed")).toMatchObject([
      { failed: true, reason: expect.stringMatching(/a text of more than/) },
    ]);
    expect((await far.ended).code).toBe(1009);
  });

  it("cuts a long reason between characters", async () => {
    const { socket, far } = await dial();
    socket.close(1000, "é".repeat(100));
    expect((await far.ended).reason).toBe("é".repeat(61));
  });
});

it("cuts the connection when the far end does not answer a close", async () => {
  // Shakes hands by hand, then reads everything and answers nothing.
  const deaf = createServer((socket) => {
    socket.once("data", (request) => {
      const key = /^Sec-WebSocket-Key: (.+)\r$/im.exec(request.toString())![1];
      const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      const head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade";
      socket.write(`${head}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
      socket.on("data", () => {});
    });
  });
  deaf.listen(0, "127.0.0.1");
  const [connection] = await Promise.all([
    once(deaf, "connection").then(([socket]) => socket as Socket),
    once(deaf, "listening").then(async () => {
      const socket = socketTo(`ws://127.0.0.1:${(deaf.address() as AddressInfo).port}`);
      await socket.opened;
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      socket.close(1000, "over");
      vi.advanceTimersByTime(2000);
      vi.useRealTimers();
    }),
  ]);
  if (!connection.closed) await once(connection, "close");
  deaf.close();
});

it("gives up an agent that leaves a megabyte of messages unread", async () => {
  const { socket, reports, far } = await dial();
  far.stopReading();
  const message = "x".repeat(100_000);
  for (let i = 0; i < 1000 && reports.events.length === 0; i++) {
    socket.sendControl(message);
    if (i % 50 === 0) await new Promise(setImmediate);
  }
  await reports.until(({ events }) => events.length > 0);
  expect(reports.events).toMatchObject([{ failed: true, reason: expect.stringContaining("does not read") }]);
});

describe("errors", () => {
  const failureAt = (url: string) =>
    socketTo(url).opened.then(
      () => expect.unreachable(),
      (error) => error,
    );

  it("hold no path, query, header or password", async () => {
    const refusing = await fakeWebSocketAgent({ refuseWith: 401 });
    const url = `${refusing.url.replace("ws://", "ws://user:secret@")}/secret?key=secret`;
    const error = await failureAt(url);
    expect(error.message).toBe(`The agent at ${refusing.url} refused the call with HTTP 401`);
    expect(`${error.message} ${error.fix}`).not.toContain("secret");
    await refusing.close();
    const gone = await failureAt(url);
    expect(gone.code).toBe("agent-unreachable");
    expect(`${gone.message} ${gone.fix} ${gone.cause.message}`).not.toContain("secret");
    expect(gone.message).toContain("nothing listens there");
  });

  it.each([
    [400, "path and the query"],
    [200, "web requests"],
    [302, "redirects"],
    [500, "own log"],
    [503, "full"],
  ])("say what to do about HTTP %i", async (refuseWith, fix) => {
    const refusing = await fakeWebSocketAgent({ refuseWith });
    expect((await failureAt(refusing.url)).fix).toContain(fix);
    await refusing.close();
  });

  it("tell what is no WebSocket server, and what speaks no TLS", async () => {
    const answers = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => socket.end("220 mail.example ESMTP\r\n"));
    });
    answers.listen(0, "127.0.0.1");
    await once(answers, "listening");
    const { port } = answers.address() as AddressInfo;
    expect((await failureAt(`ws://127.0.0.1:${port}`)).message).toContain("no WebSocket server");
    expect((await failureAt(`wss://127.0.0.1:${port}`)).message).toContain("TLS failed");
    answers.close();
  });

  it("tell a host that is not known", async () => {
    const error = await failureAt("ws://no-such-host.invalid/");
    expect(error.code).toBe("agent-unreachable");
    expect(error.message).toMatch(/host name|no way|nothing answers/);
  });
});

it("drops late audio but never control messages", async () => {
  const { socket, reports, far } = await dial();
  far.stopReading();
  const piece = pattern(8000);
  for (let i = 0; i < 100_000 && reports.events.length === 0; i++) socket.sendAudio(piece, 500);
  socket.sendControl('{"type":"dtmf","digit":"7"}');
  far.readAgain();
  await far.until(() => far.digits.length > 0);
  expect(far.digits).toEqual(["7"]);
  expect(reports.events).toEqual([{ type: "congested", ms: 500 }]);
});
