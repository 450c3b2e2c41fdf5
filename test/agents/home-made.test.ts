/** Home-made agents: the example, as a user runs it, and what a description of one may not be. */
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { resolveAgent } from "../../src/agents/index.js";
import { type WebsocketAgentSettings, websocketAgent } from "../../src/agents/websocket/agent.js";
import { FakeConnection, type FakeServer, fakeServer } from "../../src/testing/fake-server.js";
import { fakeWebSocketAgent } from "../../src/testing.js";
import { connect, pattern, payload } from "./call.js";

const EXAMPLE = fileURLToPath(new URL("../../examples/home-made-agent.mjs", import.meta.url));

const open: FakeServer<unknown>[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

/** The agent of the example, which knows nothing of anybody's standard words: it notes each text as it comes. */
class HomeMade extends FakeConnection {
  readonly texts: string[] = [];
  protected override receiveText(text: string): void {
    this.texts.push(text);
  }
}

it("the example speaks with an agent that has its own words", async () => {
  const server = await fakeServer((socket, request) => new HomeMade(socket, request));
  open.push(server);
  const { leg, reports } = await connect(`${EXAMPLE}:${server.url}/calls/{callId}`);
  const far = await server.next();
  expect(far.path).toBe("/calls/call-1");
  expect(leg.hears).toEqual({ encoding: "g711_ulaw", sampleRate: 8000 });
  leg.send(payload(Uint8Array.of(0, 1, 2)));
  leg.dtmf?.("5");
  leg.interrupt(100);
  far.sendText('{"event":"media","media":{"payload":"AAEC"}}');
  far.sendText('{"event":"done"}');
  far.sendText('{"event":"clear"}');
  await reports.until(({ events }) => events.length === 3);
  expect(reports.events.map(({ type }) => type)).toEqual(["audio", "turn-ended", "interrupted"]);
  expect([...reports.audio]).toEqual([0, 1, 2]);
  leg.close(1000, "over");
  await far.ended;
  expect(far.texts.map((text) => JSON.parse(text))).toEqual([
    { event: "hello", call: "call-1", from: "+12025550101" },
    { event: "say", text: "Greet the caller." },
    { event: "media", media: { payload: "AAEC" } },
    { event: "key", key: "5" },
    { event: "bye" },
  ]);
});

describe("a description", () => {
  it("has the standard wire where it says nothing else", async () => {
    const server = await fakeWebSocketAgent();
    open.push(server);
    const kind = websocketAgent({
      url: `${server.url}/{callId}`,
      headers: { "X-Key": "one", "X-Other": "two" },
    });
    const { leg, reports } = await connect(kind, {
      headers: { "X-Key": "mine" },
      options: { greeting: "hi" },
    });
    const far = await server.next();
    leg.send(payload(pattern(320)));
    far.speak(pattern(640));
    await Promise.all([
      far.until(({ heardBytes }) => heardBytes === 320),
      reports.until(({ audio }) => audio.length > 0),
    ]);
    expect(far).toMatchObject({ path: "/call-1", greetings: ["hi"], faults: [] });
    expect(far.headers).toMatchObject({ "x-key": "mine", "x-other": "two" });
    expect(far.start).toMatchObject({
      callId: "call-1",
      hears: { sampleRate: 16000 },
      speaks: { sampleRate: 16000 },
    });
  });

  it.each<[Partial<WebsocketAgentSettings>, string, string]>([
    [{ url: "http://127.0.0.1" }, "bad-flag", "ws://"],
    [{ url: "" }, "bad-flag", "home-made"],
    [{ url: "ws://127.0.0.1/{calId}" }, "bad-flag", "{calId}"],
    [{ fields: { audioFeild: "x" } as never }, "bad-agent-option", "audioFeild"],
    [{ fields: { audioField: 3 } as never }, "bad-agent-option", "audioField"],
    [{ fields: { endType: "interrupted" } }, "bad-agent-option", "endType"],
  ])("is refused before the first call: %j", async (settings, code, named) => {
    const kind = websocketAgent({ url: "ws://127.0.0.1:1", ...settings });
    await expect(resolveAgent(kind, { options: {} })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(named),
    });
  });
});
