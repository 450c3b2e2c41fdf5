/** The server's door: who may come in, what is answered beside the socket, and what knocks that is no phone at all. */
import { once } from "node:events";
import { connect } from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { readExposition } from "../monitoring/read-exposition.js";
import { type Bridge, serve } from "./bridge.js";
import { HealthyCall } from "./healthy-call.js";
import { http, Phone, upgrade } from "./phone.js";

const TOKEN = "right-token";
let server: Bridge;
let guarded: Bridge;
let healthy: HealthyCall;

beforeAll(async () => {
  server = await serve(["--agent-option", "mode=instant"]);
  guarded = await serve(["--auth-header", "X-Api-Key", "--max-calls", "1", "--path", "/ws/media"], {
    env: { SMARTPBX_TOKEN: TOKEN },
  });
  healthy = await HealthyCall.begin(server.url);
});

/** Sends bytes that need not be HTTP; gives what is answered until the server closes. */
async function raw(url: string, bytes: string | Buffer): Promise<string> {
  const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1" });
  let answer = "";
  socket.on("error", () => {}).setEncoding("latin1");
  socket.on("data", (text) => (answer += text));
  socket.write(bytes);
  await new Promise((resolve) => socket.once("close", resolve));
  return answer;
}

describe.concurrent("the upgrade", () => {
  it("wants the right path: else 404", async () => {
    expect(await upgrade(server.url, "/other")).toMatchObject({ status: 404 });
    expect(await upgrade(server.url, "/media-stream/")).toMatchObject({ status: 404 });
    expect(await upgrade(server.url, "/media-stream?from=portal")).toMatchObject({ status: 101 });
  });

  it("wants the right token: else 401, whatever the case of the header's name", async () => {
    expect(await upgrade(guarded.url, "/ws/media")).toMatchObject({ status: 401 });
    for (const wrong of ["", "wrong", `${TOKEN}x`, `Bearer ${TOKEN}`])
      expect(await upgrade(guarded.url, "/ws/media", { "X-Api-Key": wrong })).toMatchObject({ status: 401 });
    const phone = await Phone.dial(guarded.url, { "x-api-KEY": TOKEN });
    await phone.hangUp();
  });

  it("takes a bearer token where the header is Authorization", async () => {
    const bearer = await serve(["--auth-header", "Authorization"], { env: { SMARTPBX_TOKEN: TOKEN } });
    expect(await upgrade(bearer.url, "/media-stream")).toMatchObject({ status: 401 });
    for (const right of [TOKEN, `Bearer ${TOKEN}`])
      expect(await upgrade(bearer.url, "/media-stream", { Authorization: right })).toMatchObject({
        status: 101,
      });
  });

  it("is refused when all lines are taken: 503, with the time to try again; and served when one is free", async () => {
    const full = await serve(["--max-calls", "1"]);
    const phone = await Phone.call(full.url);
    await full.first("call-started");
    expect(await upgrade(full.url, "/media-stream")).toMatchObject({
      status: 503,
      headers: { "retry-after": "5" },
    });
    await phone.hangUp();
    await full.first("call-ended");
    const next = await Phone.dial(full.url);
    await next.hangUp();
    expect((await http(full.url, "/metrics")).body).toContain(
      'smartpbx_bridge_refused_total{cause="full"} 1\n',
    );
  });

  it("must be one: plain GET 426, a broken one 400", async () => {
    expect(await http(server.url, "/media-stream")).toMatchObject({
      status: 426,
      headers: { upgrade: "websocket" },
    });
    expect(await upgrade(server.url, "/media-stream", { "Sec-WebSocket-Key": "short" })).toMatchObject({
      status: 400,
    });
    expect(await upgrade(server.url, "/media-stream", { "Sec-WebSocket-Version": "99" })).toMatchObject({
      status: 400,
    });
  });
});

describe.concurrent("beside the socket", () => {
  it("GET /health says how many calls there are", async () => {
    const { status, headers, body } = await http(server.url, "/health");
    expect({ status, type: headers["content-type"] }).toEqual({ status: 200, type: "application/json" });
    expect(JSON.parse(body)).toEqual({ version: 1, status: "ok", calls: expect.any(Number) });
  });

  it("GET /ready says whether calls may come, GET /live that the process lives", async () => {
    const ready = await http(server.url, "/ready");
    expect(ready.status).toBe(200);
    expect(JSON.parse(ready.body)).toEqual({ version: 1, status: "ready", calls: expect.any(Number) });
    expect(await http(server.url, "/live")).toMatchObject({
      status: 200,
      body: '{"version":1,"status":"alive"}\n',
    });
  });

  it("GET /metrics counts in the Prometheus format", async () => {
    const { status, headers, body } = await http(server.url, "/metrics");
    expect({ status, type: headers["content-type"] }).toEqual({
      status: 200,
      type: "text/plain; version=0.0.4; charset=utf-8",
    });
    expect(body).toMatch(/^smartpbx_bridge_calls_active \d+$/m);
    readExposition(body);
  });

  it.for([
    ["X-Forwarded-For", "203.0.113.7"],
    ["Forwarded", "for=203.0.113.7"],
    ["Via", "1.1 proxy"],
    ["Host", "pbx.example.com"],
  ] as const)("GET /metrics is not for the world: with %s, 404", async ([name, value]) => {
    expect(await http(server.url, "/metrics", { headers: { [name]: value } })).toMatchObject({ status: 404 });
  });

  it.for([
    ["the host it was asked at", { Host: "pbx.example.com" }, "wss://pbx.example.com/media-stream"],
    ["loopback, without TLS", { Host: "localhost:8080" }, "ws://localhost:8080/media-stream"],
    [
      "a proxy",
      { Host: "localhost:8080", "X-Forwarded-Proto": "https" },
      "wss://localhost:8080/media-stream",
    ],
    [
      "a proxy that asks under our local name",
      {
        Host: "127.0.0.1:8080",
        "X-Forwarded-Host": "pbx.example.com, inner",
        "X-Forwarded-Proto": "https, http",
      },
      "wss://pbx.example.com/media-stream",
    ],
    [
      "no proxy's word where we were asked by name",
      { Host: "pbx.example.com", "X-Forwarded-Host": "other.example.com" },
      "wss://pbx.example.com/media-stream",
    ],
    [
      "no host that is none",
      { Host: "127.0.0.1:8080", "X-Forwarded-Host": 'x"/><Stream url="y', "X-Forwarded-Proto": "" },
      "ws://127.0.0.1:8080/media-stream",
    ],
    ["a host of special characters", { Host: 'a"<b>&c' }, "wss://a&quot;&lt;b&gt;&amp;c/media-stream"],
  ] as const)("POST / points SmartPBX at the socket: %s", async ([, headers, streamUrl]) => {
    const answer = await http(server.url, "/", { method: "POST", headers });
    expect(answer.headers["content-type"]).toBe("application/xml");
    expect(answer.body).toBe(
      `<?xml version="1.0" encoding="UTF-8"?><Response><Connect><Stream url="${streamUrl}" /></Connect></Response>`,
    );
  });

  it("anything else is 404", async () => {
    for (const path of ["/", "/favicon.ico", "/health/", "/../../etc/passwd", "/%00", `/${"x".repeat(5000)}`])
      expect(await http(server.url, path)).toMatchObject({ status: 404, body: "Not found.\n" });
    expect(await http(server.url, "/health", { method: "DELETE" })).toMatchObject({ status: 404 });
  });
});

describe.concurrent("what is no phone", () => {
  it("garbage is answered with 400 and cut off", async () => {
    expect(await raw(server.url, Buffer.from("16030100c8010000c40303", "hex"))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(server.url, "hello\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    const endless = `GET / HTTP/1.1\r\nX: ${"x".repeat(17_000)}\r\n\r\n`;
    expect(await raw(server.url, endless)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("a request that never ends is cut off with 408", async () => {
    const started = Date.now();
    expect(await raw(server.url, "GET /media-stream HTTP/1.1\r\nHost: x\r\n")).toMatch(/^HTTP\/1\.1 408 /);
    expect(Date.now() - started).toBeLessThan(20_000);
  });

  it("bytes that are no WebSocket frames end their call only", async () => {
    const socket = connect({ port: Number(new URL(server.url).port), host: "127.0.0.1" });
    socket.on("error", () => {});
    const heads = "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13";
    const key = Buffer.alloc(16).toString("base64");
    socket.write(`GET /media-stream HTTP/1.1\r\n${heads}\r\nSec-WebSocket-Key: ${key}\r\n\r\n`);
    await once(socket, "data");
    socket.write(Buffer.alloc(1000, 0xff));
    await new Promise((resolve) => socket.resume().once("close", resolve));
    await server.until(
      () => server.all("call-ended").some(({ reason }) => reason === "caller-lost"),
      "the end of the call",
    );
  });
});

it("a call beside all this is not disturbed, and the server lives", async () => {
  await healthy.undisturbed();
  expect(await server.stop()).toBe(0);
  expect(server.stderr + guarded.stderr).toBe("");
});
