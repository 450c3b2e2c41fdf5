/** Exit codes, and what a user is told: each is called wrongly, fails, is interrupted, or is stopped in its own way. */

import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Bridge, folder, serve, simulate } from "./bridge.js";
import { http, Phone, upgrade } from "./phone.js";

/** Runs to the end without `--json`, as at a prompt. */
async function ended(args: readonly string[], env: Record<string, string> = {}) {
  const bridge = new Bridge(args, { env });
  const code = await bridge.exit;
  return { code, stdout: bridge.stdout, stderr: bridge.stderr };
}

const PACKAGE = fileURLToPath(new URL("../../package.json", import.meta.url));
const NOTHING_THERE = "ws://127.0.0.1:1/media-stream";

describe.concurrent("called wrongly", () => {
  it.for([
    ["an unknown command", ["serv"], "Unknown command serv", "Did you mean serve?"],
    [
      "a provider file that is none",
      ["simulate", "--provider", "/dev/null"],
      "not valid JSON",
      "websocket_url",
    ],
    [
      "a config file with an unknown setting",
      ["serve", "--config", PACKAGE],
      'unknown setting "name"',
      "help environment",
    ],
    ["an unknown flag", ["serve", "--prot", "1"], "Unknown flag --prot", "Did you mean --port?"],
    ["a port that is none", ["serve", "--port", "70000"], "--port", "65535"],
    ["an unknown agent", ["serve", "--agent", "ecko"], 'no agent kind "ecko"', 'Did you mean "echo"?'],
    ["an unknown option", ["serve", "--agent-option", "mod=instant"], "mod", "mode"],
    ["no token to compare with", ["serve", "--auth-header", "X-Key"], "SMARTPBX_TOKEN is not set", "export"],
    ["no upstream", ["record"], "needs the address", "record wss://HOST/media-stream"],
    [
      "a header whose variable is not set",
      ["simulate", "--url", NOTHING_THERE, "--header", "K: $NOT_SET"],
      "$NOT_SET",
      "export NOT_SET=",
    ],
    ["a WAV file that is none", ["simulate", "--wav", "/dev/null"], "is not a WAV file", "sox"],
    ["two sources", ["simulate", "--silence", "--tone", "440"], "--tone", "--silence"],
    ["a key that no phone has", ["simulate", "--dtmf", "x@1s"], "--dtmf", "1@2s"],
  ] as const)("with %s: 2", async ([, args, message, fix]) => {
    const { code, stdout, stderr } = await ended(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: .*\nfix: .*\n/);
    expect(stderr).toContain(message);
    expect(stderr).toContain(fix);
  });
});

describe.concurrent("nothing to reach or to open", () => {
  it("a port in use: 3, and the next one is proposed", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const { code, stdout, stderr } = await ended(["serve", "--port", String(port)]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toBe(
      `error: port ${port} on 127.0.0.1 is already in use\nfix: stop the program that listens there, or use another port: --port ${port + 1}\n`,
    );
    other.close();
  });

  it.for([
    ["serve", ["--port", "0", "--record"]],
    ["record", [NOTHING_THERE, "--port", "0", "--out"]],
    ["simulate", ["--record"]],
  ] as const)("a folder that %s cannot record to: 3, before any call", async ([command, args]) => {
    const file = join(folder(), "a-file");
    writeFileSync(file, "");
    const { code, stderr } = await ended([command, ...args, join(file, "calls")]);
    expect(code).toBe(3);
    const said = command === "simulate" ? "The sample voice calls.\n" : "";
    expect(stderr.slice(0, said.length)).toBe(said);
    expect(stderr.slice(said.length)).toMatch(
      /^error: cannot save recordings in .*\nfix: name a folder .*\n$/,
    );
  });

  it("an endpoint that is down: 3", async () => {
    const { code, stderr } = await ended(["simulate", "--url", NOTHING_THERE]);
    expect(code).toBe(3);
    expect(stderr).toContain("nothing listens there");
  });

  it("an endpoint that wants another token: 3", async () => {
    const server = await serve(["--auth-header", "X-Key"], { env: { SMARTPBX_TOKEN: "right" } });
    const { code, stderr } = await ended(["simulate", "--url", server.url, "--header", "X-Key: wrong"]);
    expect(code).toBe(3);
    expect(stderr).toContain("refused the call with HTTP 401");
    expect(stderr).toContain("--header");
  });

  it("a file for the answer that cannot be written: 3", async () => {
    const { code, stderr } = await ended(["simulate", "--out", "/proc/none/reply.wav"]);
    expect(code).toBe(3);
    expect(stderr).toContain("cannot be written");
  });
});

describe.concurrent("stopped", () => {
  it.for([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("simulate by %s: %i, after hanging up in good order", async ([signal, code]) => {
    const server = await serve();
    const caller = simulate(["--url", server.url]);
    await caller.first("call-started");
    caller.signal(signal);
    expect(await caller.exit).toBe(code);
    expect(await server.first("call-ended")).toMatchObject({ reason: "caller-hung-up" });
    expect(caller.all("summary")).toMatchObject([{ calls: 1, failures: { interrupted: 1 } }]);
  });

  it.for(["SIGINT", "SIGTERM"] as const)("serve without a call by %s: 0", async (signal) => {
    const server = await serve();
    server.signal(signal);
    expect(await server.exit).toBe(0);
    expect(server.stderr).toBe("");
  });

  it("serve with a call: refuses new ones, lets it come to its end, 0", async () => {
    const recordings = folder();
    const server = await serve(["--record", recordings, "--agent-option", "mode=instant"]);
    const phone = await Phone.call(server.url);
    await phone.echoed();
    server.signal("SIGTERM");
    await server.until(() => server.stderr !== "", "a word about the call");
    expect(server.stderr).toBe("Finishing 1 call, at most 30.0 s. ^C again cuts it.\n");
    expect(await http(server.url, "/health")).toMatchObject({
      status: 503,
      body: '{"version":1,"status":"draining","calls":1}\n',
    });
    expect(await upgrade(server.url, "/media-stream")).toMatchObject({
      status: 503,
      headers: { "retry-after": "5" },
    });
    await phone.echoed();
    phone.say({ event: "hangup", hangup: { callId: phone.callId } });
    expect(await phone.closed).toMatchObject({ code: 1000 });
    expect(await server.exit).toBe(0);
    expect(server.all("recorded")).toHaveLength(1);
  });

  it("serve with a call that does not end: 1001 for the call, 143", async () => {
    const server = await serve(["--drain", "300ms"]);
    const phone = await Phone.call(server.url);
    await server.first("call-started");
    const { code } = await Promise.all([phone.closed, server.stop()]).then(([closed]) => closed);
    expect(code).toBe(1001);
    expect(await server.exit).toBe(143);
    expect(await server.first("call-ended")).toMatchObject({ reason: "shutting-down" });
    expect(server.stderr).toMatch(/Cutting 1 call\.\n$/);
  });

  it("serve by ^C twice: cuts the calls, 130", async () => {
    const server = await serve();
    const phone = await Phone.call(server.url);
    await server.first("call-started");
    // Two signals within 50 ms are one press; so the key is pressed until it counts.
    const pressing = setInterval(() => server.signal("SIGINT"), 40);
    const { code } = await phone.closed;
    clearInterval(pressing);
    expect(code).toBe(1001);
    expect(await server.exit).toBe(130);
  });

  it("serve while somebody holds a refused connection open: 0 all the same", async () => {
    const server = await serve();
    const { port } = new URL(server.url);
    const { connect } = await import("node:net");
    const socket = connect({ port: Number(port), host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => {});
    socket.write(
      "GET /other HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: BwcHBwcHBwcHBwcHBwcHBw==\r\n\r\n",
    );
    await new Promise((resolve) => socket.once("data", resolve));
    expect(await server.stop()).toBe(0);
    socket.destroy();
  });
});
