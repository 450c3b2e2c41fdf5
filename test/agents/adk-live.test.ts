/** ADK's own server: its sessions, its wire, and calls that outlive a connection. */
import { afterEach, describe, expect, it } from "vitest";
import { pcm16 } from "../../src/audio/format.js";
import { type FakeAdkLive, type FakeAdkLiveOptions, fakeAdkLive } from "../../src/testing.js";
import { callInfo, connect, pattern, payload } from "./call.js";
import { describeWire } from "./contract.js";

const http = (url: string) => url.replace("ws:", "http:");

describeWire("adk-live", {
  spec: (url) => `adk-live:${http(url)}`,
  options: { app: "my_agent", reconnect: "false" },
  start: (options) => fakeAdkLive(options),
  speaks: pcm16(24000),
  speak: (far, audio) => far.speak(audio),
  end: (far) => far.close(1000),
  digits: (far) => far.texts.flatMap((text) => /^\[caller pressed (.)\]$/.exec(text)?.[1] ?? []),
  interrupt: (far) => far.interrupted(),
  endTurn: (far) => far.turnComplete(),
  transcribe: (far, who, text) => far.transcribe(who, text),
  callTool: (far, id, name, args) => far.callFunction(id, name, args),
});

const open: FakeAdkLive[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const start = async (options?: FakeAdkLiveOptions) => {
  const server = await fakeAdkLive(options);
  open.push(server);
  return server;
};

const dial = async (options: Record<string, string> = {}, path = "", fake?: FakeAdkLiveOptions) => {
  const server = await start(fake);
  const connected = await connect(`adk-live:${http(server.url)}${path}`, {
    options: { app: "my_agent", ...options },
    headers: { Authorization: "Bearer planted" },
  });
  return { ...connected, server, far: await server.next() };
};

describe("the session", () => {
  it("is created before the connection, with the same headers", async () => {
    const { server, far } = await dial();
    expect([...server.sessions]).toEqual(["my_agent/smartpbx/call-1"]);
    expect(server.created[0].authorization).toBe("Bearer planted");
    expect(far.headers.authorization).toBe("Bearer planted");
    expect(Object.fromEntries(far.query)).toEqual({
      app_name: "my_agent",
      user_id: "smartpbx",
      session_id: "call-1",
      modalities: "AUDIO",
      enable_session_resumption: "true",
    });
  });

  it("is what the options say", async () => {
    const { server, far } = await dial({ user: "a/b", session: "..", resumption: "false" });
    expect([...server.sessions]).toEqual(["my_agent/a/b/__"]);
    expect(far.query.has("enable_session_resumption")).toBe(false);
  });

  it("is continued when it is there already", async () => {
    const { server, leg, far } = await dial();
    leg.close(1000, "over");
    await far.ended;
    await connect(`adk-live:${http(server.url)}`, { options: { app: "my_agent" } });
    const again = await server.next();
    again.speak(pattern(10));
    expect(server.created).toHaveLength(2);
    expect(again.faults).toEqual([]);
  });

  it.each([404, 422, 500])("that is refused with HTTP %i ends the attempt", async (refuseSessions) => {
    await expect(dial({}, "", { refuseSessions })).rejects.toMatchObject({
      code: "agent-refused",
      message: expect.stringContaining(String(refuseSessions)),
    });
  });

  it("that the server does not know is told as it says it", async () => {
    const { reports } = await dial({}, "", { refuseSessions: 400 });
    await reports.until(() => reports.of("closed").length > 0);
    expect(reports.of("closed")).toEqual([
      { type: "closed", failed: true, reason: "1002 Session not found" },
    ]);
  });

  it("is with the only agent there is, where none is named", async () => {
    const server = await start({ apps: ["its_agent"] });
    await connect(`adk-live:${http(server.url)}`);
    expect((await server.next()).query.get("app_name")).toBe("its_agent");
  });

  it.each([
    [["one", "two"], "Name one: --agent-option app=one or two"],
    [[], "Start it in the folder of the agents"],
  ])("is with none of %j, where none is named", async (apps, fix) => {
    const server = await start({ apps });
    await expect(connect(`adk-live:${http(server.url)}`)).rejects.toMatchObject({
      code: "agent-refused",
      fix,
    });
    await server.untilOpen(0);
  });

  it("is not asked for where nothing is a list of agents, or nobody is there", async () => {
    const server = await start({ refuseWith: 404 });
    const asked = connect(`adk-live:${http(server.url)}`);
    await expect(asked).rejects.toMatchObject({
      code: "agent-refused",
      message: expect.stringContaining("404"),
    });
    await server.close();
    open.pop();
    await expect(connect(`adk-live:${http(server.url)}`)).rejects.toMatchObject({
      code: "agent-unreachable",
    });
  });

  it("needs an http address", async () => {
    await expect(connect("adk-live:ws://127.0.0.1:1", { options: { app: "a" } })).rejects.toMatchObject({
      code: "bad-flag",
    });
  });

  it("keeps odd call ids in their place", async () => {
    const server = await start();
    const call = callInfo({ callId: "a/../b?c" });
    await connect(`adk-live:${http(server.url)}`, { call, options: { app: "my_agent" } });
    expect((await server.next()).query.get("session_id")).toBe("a/../b?c");
  });
});

it("sends audio at ADK's rate, and the greeting's prompt as content", async () => {
  const { leg, far } = await dial({ greeting: "Greet the caller" });
  leg.send(payload(Buffer.from("+/+/", "base64")));
  await far.until(() => far.heardBytes === 3 && far.texts.length === 1);
  expect(leg.hears).toEqual(pcm16(16000));
  expect(far.heard).toEqual(Buffer.from("+/+/", "base64"));
  expect([...far.mimeTypes]).toEqual(["audio/pcm;rate=16000"]);
  expect(far.texts).toEqual(["Greet the caller"]);
  expect(far.faults).toEqual([]);
});

describe("a connection that ends in mid-call", () => {
  it("is replaced by another to the same session, without a second greeting", async () => {
    const { leg, far, reports, server } = await dial({ greeting: "Greet" });
    await far.until(() => far.texts.length > 0);
    far.close(1011, "internal error");
    await reports.until(() => reports.warnings.length > 0);
    leg.send(payload(pattern(640)));
    leg.dtmf?.("3");
    const next = await server.next();
    await next.until(() => next.heardBytes === 640 && next.texts.length > 0);
    expect(next.query.get("session_id")).toBe("call-1");
    expect(next.texts).toEqual(["[caller pressed 3]"]);
    expect(next.heard).toEqual(pattern(640));
    next.speak(pattern(480));
    await reports.until(() => reports.audio.length === 480);
    expect(reports.of("closed")).toEqual([]);
    expect(server.created).toHaveLength(1);
    leg.close(1000, "over");
    await server.untilOpen(0);
  });

  it("is left at the end of a turn when it is announced and ADK does not see to it", async () => {
    const { leg, far, reports, server } = await dial({ resumption: "false" });
    far.speak(pattern(480));
    far.goAway();
    await reports.until(() => reports.audio.length === 480);
    leg.send(payload(pattern(640, 1)));
    await far.until(() => far.heardBytes === 640);
    far.turnComplete();
    expect((await far.ended).code).toBe(1000);
    leg.send(payload(pattern(640, 2)));
    const next = await server.next();
    await next.until(() => next.heardBytes === 640);
    expect(next.heard).toEqual(pattern(640, 2));
  });

  it("is left to ADK where that resumes by itself", async () => {
    const { leg, far, reports } = await dial();
    far.goAway();
    far.turnComplete();
    await reports.until(() => reports.of("turn-ended").length > 0);
    leg.send(payload(pattern(640)));
    await far.until(() => far.heardBytes === 640);
    expect(reports.warnings).toEqual([]);
  });

  it.each([1002, 1008])("with %i is the end", async (code) => {
    const { far, reports } = await dial();
    far.transcribe("agent");
    far.event({ outputTranscription: { text: "Half a" } });
    far.close(code);
    await reports.until(() => reports.of("closed").length > 0);
    expect(reports.of("closed")).toMatchObject([{ failed: true }]);
    expect(reports.of("transcript")).toMatchObject([{ text: "Half a" }]);
  });

  it("is the end when it comes again and again, or when nobody answers any more", async () => {
    const { far, reports, server } = await dial();
    far.cut();
    for (let i = 1; i <= 3; i++) {
      const next = await server.next();
      next.speak(pattern(10));
      await reports.until(() => reports.audio.length === 10 * i);
      next.cut();
    }
    await reports.until(() => reports.of("closed").length > 0);
    expect(reports.of("closed")).toMatchObject([{ failed: true }]);
    const second = await dial();
    await second.server.close();
    open.pop();
    await second.reports.until(() => second.reports.of("closed").length > 0);
    expect(second.reports.of("closed")).toMatchObject([
      { failed: true, reason: expect.stringContaining("could not be continued") },
    ]);
  });
});

it("ignores nonsense, and says so once", async () => {
  const { far, reports } = await dial();
  for (const text of ["", "nonsense", "[]", "3"]) far.sendText(text);
  for (const event of [{ content: 3 }, { content: { parts: [3, { inlineData: { data: 3 } }] } }]) {
    far.event(event);
  }
  far.event({ inputTranscription: { text: 3, finished: true }, interrupted: null });
  far.turnComplete();
  await reports.until(() => reports.of("turn-ended").length > 0);
  expect(reports.events.map(({ type }) => type)).toEqual(["warning", "turn-ended"]);
});
