/** No secret is left behind: not by a working call, nor by one that fails, for any kind, whatever the far end repeats of it. */
import { EventEmitter } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Environment } from "../../../src/agents/agent.js";
import { agentKinds, resolveAgent } from "../../../src/agents/index.js";
import { HANG_UP_ONLY } from "../../../src/agents/tools.js";
import { Secrets } from "../../../src/agents/wire/secrets.js";
import { runCall } from "../../../src/bridge/run-call.js";
import { Wakeups } from "../../../src/bridge/wakeups.js";
import type { CallEvent } from "../../../src/call/events.js";
import { ManualClock } from "../../../src/clock.js";
import { BridgeError } from "../../../src/errors.js";
import { createRecorder } from "../../../src/recording/writer.js";
import { JsonlReporter } from "../../../src/report/jsonl.js";
import { plain } from "../../../src/report/style.js";
import { TerminalReporter } from "../../../src/report/terminal.js";
import * as fakes from "../../../src/testing.js";
import type { Connection } from "../../../src/websocket/connection.js";
import { SETTINGS } from "../../call/playbook.js";
import { Kept } from "../../report/output.js";
import { FAR_ENDS, startFarEnd } from "../far-ends.js";

const KEY = "planted-key-0f1e2d3c";
const HEADER = "planted-header-4b5a6978";
const USER = "planted-user-8796a5b4";
const PASSWORD = "planted-pass-c3d2e1f0";
const QUERY = "planted-query-13579bdf";
const PLANTED = /planted|0f1e2d3c|4b5a6978|8796a5b4|c3d2e1f0|13579bdf/;

/** Every variable that any kind's source names, with a secret in it. */
const ENV: Environment = Object.fromEntries(
  readdirSync(new URL("../../../src/agents", import.meta.url), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const text = readFileSync(new URL(`../../../src/agents/${file}`, import.meta.url), "utf8");
      return text.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]*(KEY|TOKEN|SECRET)\b/g) ?? [];
    })
    .map((name) => [name, KEY]),
);

const withUser = (url: string) => url.replace("//", `//${USER}:${PASSWORD}@`);
const withQuery = (spec: string) => `${spec}${spec.includes("?") ? "&" : "?"}token=${QUERY}&x=${QUERY}`;
/** Kinds that are given the vendor's address, and not a URL of the user's own. */
const OF_VENDOR = new Set(["adk-live", "gemini", "elevenlabs", "deepgram", "ultravox"]);

/** The spec for the far end at this URL, with secrets wherever the kind takes any. */
function planted(kind: string, url: string): string {
  const { spec } = FAR_ENDS[kind]!;
  if (OF_VENDOR.has(kind)) return spec(url);
  // It takes no query.
  return kind === "openai-live" ? spec(withUser(url)) : withQuery(spec(withUser(url)));
}

const optionsOf = (kind: string, url: string) => FAR_ENDS[kind]!.options?.(url) ?? {};

it("is tried with every kind but echo and recording, which have no far end", () => {
  expect(Object.keys(FAR_ENDS).sort()).toEqual(
    agentKinds
      .map(({ name }) => name)
      .filter((name) => !["echo", "recording"].includes(name))
      .sort(),
  );
  expect(Object.keys(ENV).length).toBeGreaterThan(4);
});

/** The PBX's end of a call, without a network. */
class Pbx extends EventEmitter {
  readonly isOpen = true;
  bufferedAmount = 0;
  readonly closes: string[] = [];
  sendText(): void {}
  resume(): void {}
  close(_code: number, reason: string): void {
    this.closes.push(String(reason));
  }
  terminate(): void {}
  ping(): void {}
  say(message: object): void {
    this.emit("message", Buffer.from(JSON.stringify(message)), false);
  }
}

const CALL_START = {
  callId: "call-1",
  otherLegCallId: "leg-2",
  accountId: "a",
  callerIdNumber: "+94770000001",
  calleeIdNumber: "+94110000001",
  mediaFormat: { encoding: "g711_ulaw", sampleRate: 8000 },
};

const open: fakes.FakeServer<fakes.FakeConnection>[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

/** One call with everything watching it that a user can turn on. */
async function call(kind: string, url: string) {
  const folder = await mkdtemp(join(tmpdir(), "secrets-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const out = new Kept();
  const err = new Kept();
  const json = new Kept();
  const clock = new ManualClock();
  const terminal = new TerminalReporter({
    out,
    err,
    clock,
    style: plain,
    level: "verbose",
    showPersonal: true,
  });
  const jsonl = new JsonlReporter(json, clock, { showPersonal: true });
  const agent = await resolveAgent(planted(kind, url), {
    options: optionsOf(kind, url),
    headers: { "X-Agent-Secret": HEADER },
    env: ENV,
  });
  for (const reporter of [terminal, jsonl])
    reporter.listening({ url: "ws://127.0.0.1:8080", agent: agent.name });
  const recorder = createRecorder({
    directory: folder,
    clock,
    showPersonal: true,
    agent: agent.name,
    source: "serve",
    onWarning: (code, message) => terminal.warning(code, message),
  });
  const events: CallEvent[] = [];
  const pbx = new Pbx();
  const running = runCall(pbx as unknown as Connection, {
    settings: { ...SETTINGS, agent: agent.name },
    agent,
    tools: HANG_UP_ONLY,
    observers: [(event) => events.push(event), recorder.observer, terminal.call(), jsonl.call()],
    clock,
    wakeups: new Wakeups(clock),
    onClosed() {},
  });
  pbx.say({ event: "start", start: CALL_START });
  pbx.say({ event: "media", media: { payload: Buffer.alloc(160, 0x20).toString("base64") } });
  pbx.say({ event: "dtmf", dtmf: { digit: "5" } });
  const happened = (type: CallEvent["type"]) =>
    vi.waitFor(() => expect(events.map((event) => event.type)).toContain(type), {
      timeout: 5000,
      interval: 5,
    });
  return {
    happened,
    running,
    clock,
    /** All that is left when the call is over. */
    async left(): Promise<string> {
      // An agent's end is the call's when all was heard: time must pass, after it and not before.
      await vi.waitFor(
        () => {
          clock.advance(200);
          expect(events.at(-1)?.type).toBe("call-ended");
        },
        { timeout: 5000, interval: 5 },
      );
      await recorder.close();
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      );
      const recorded = files.map((file) => readFileSync(join(file.parentPath, file.name), "latin1"));
      expect(files.length).toBeGreaterThan(3);
      const told = [out.text, err.text, json.text, agent.name, ...pbx.closes];
      return [...told, inspect(events, { depth: 10 }), ...files.map(({ name }) => name), ...recorded].join(
        "\n",
      );
    },
  };
}

describe.each(Object.keys(FAR_ENDS))("%s leaves no secret behind", (kind) => {
  const start = async (options: fakes.FakeServerOptions = {}) => {
    const server = await startFarEnd(fakes, kind, { ...options, key: KEY });
    open.push(server);
    return server;
  };

  it("after a call that works", async () => {
    const server = await start();
    const { happened, left } = await call(kind, server.url);
    await happened("agent-ready");
    const far = await server.next();
    const sent = JSON.stringify([far.path, far.headers]);
    expect(sent, "the secrets were sent").toMatch(PLANTED);
    far.close(1000);
    const text = await left();
    expect(text).toContain(kind);
    expect(text).not.toMatch(PLANTED);
  });

  it("when the far end breaks the call off and repeats them", async () => {
    const server = await start();
    const { happened, left } = await call(kind, server.url);
    await happened("agent-ready");
    const far = await server.next();
    const spec = planted(kind, server.url);
    const given = [KEY, HEADER, ...[PASSWORD, QUERY].filter((secret) => spec.includes(secret))];
    far.close(4001, `bad ${given.join(" ")}`);
    expect(await left()).not.toMatch(PLANTED);
  });

  it.each([401, 500])("when it is refused with HTTP %i", async (refuseWith) => {
    const server = await start({ refuseWith });
    const { left } = await call(kind, server.url);
    const text = await left();
    expect(text).toContain("agent-unreachable");
    expect(text).not.toMatch(PLANTED);
  });

  it("when nothing listens", async () => {
    const server = await startFarEnd(fakes, kind);
    await server.close();
    const { left } = await call(kind, server.url);
    expect(await left()).not.toMatch(PLANTED);
  });

  it("when it is found out before the first call", async () => {
    const server = await start({ refuseWith: 401 });
    const told: string[] = [];
    const settings = { headers: { "X-Agent-Secret": HEADER }, env: ENV };
    for (const options of [optionsOf(kind, server.url), { nosuch: KEY }, { encoding: KEY, rate: KEY }]) {
      try {
        const agent = await resolveAgent(planted(kind, server.url), { ...settings, options });
        await agent.probe();
      } catch (error) {
        expect(error).toBeInstanceOf(BridgeError);
        const { message, fix } = error as BridgeError;
        told.push(message, fix);
      }
    }
    expect(told.length).toBeGreaterThan(0);
    expect(told.join("\n")).not.toMatch(PLANTED);
  });
});

describe("secrets", () => {
  const secrets = new Secrets({
    env: { A_KEY: " key-value-1 ", B_TOKEN: "short", HOME: "/home/someone" },
    headers: { Authorization: "Bearer header-value", "X-Id": "with space" },
    url: "ws://user%40name:pass%2Fword@host/{callId}?key=a%2Fb%2Fc%2Fd&who={caller}",
  });

  it.each([
    ["key-value-1 key-value-1", "*** ***"],
    ["short in /home/someone", "short in /home/someone"],
    ["Bearer header-value; header-value", "***; ***"],
    ["user@name user%40name pass/word pass%2Fword", "*** *** *** ***"],
    ["a/b/c/d a%2Fb%2Fc%2Fd {caller}", "*** *** {caller}"],
  ])("are hidden in %j", (text, hidden) => {
    expect(secrets.hide(text)).toBe(hidden);
  });

  it("change nothing else", () => {
    const event = { type: "transcript", who: "caller", text: "key-value-1" } as const;
    expect(secrets.hideIn(event)).toBe(event);
    const error = new Error("key-value-1");
    expect(secrets.hideInError(error)).toBe(error);
    const shown = new BridgeError("agent-refused", "nothing", { fix: "none" });
    expect(secrets.hideInError(shown)).toBe(shown);
  });
});
