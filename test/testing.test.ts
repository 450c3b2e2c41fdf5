/** The fakes are strict: a departure from their wire is noted and ends the connection. */
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Payload } from "../src/audio/payload.js";
import {
  type FakeConnection,
  type FakeServer,
  fakeAdk,
  fakeSmartpbxEndpoint,
  fakeWebSocketAgent,
  ScriptedAgent,
} from "../src/testing.js";
import { callInfo, connect } from "./agents/call.js";

const open: FakeServer<FakeConnection>[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function faultsOf(
  start: () => Promise<FakeServer<FakeConnection>>,
  path: string,
  messages: readonly (string | Uint8Array)[],
): Promise<readonly string[]> {
  const server = await start();
  open.push(server);
  const socket = new WebSocket(server.url + path);
  await once(socket, "open");
  for (const message of messages) socket.send(message);
  const connection = await server.next();
  expect((await connection.ended).code).toBe(1008);
  return connection.faults;
}

const START = '{"type":"start"}';
const PBX_START = JSON.stringify({
  event: "start",
  start: { callId: "c", accountId: "a", mediaFormat: { encoding: "g711_ulaw", sampleRate: 8000 } },
});
const PBX_MEDIA = '{"event":"media","media":{"payload":"AAAA"}}';
const PBX_HANGUP = '{"event":"hangup","hangup":{"callId":"c"}}';
const json = () => fakeWebSocketAgent({ framing: "json" });

describe("a fake notes", () => {
  it.each<[string, () => Promise<FakeServer<FakeConnection>>, string, (string | Uint8Array)[]]>([
    ["is_audio is not true", fakeAdk, "/ws/x", []],
    ["mime_type or data is missing", fakeAdk, "/ws/x?is_audio=true", ['{"data":"AA"}']],
    ["mime_type or data is missing", fakeAdk, "/ws/x?is_audio=true", ["nonsense"]],
    ["role is not user", fakeAdk, "/?is_audio=true", ['{"mime_type":"audio/pcm","data":"","role":"model"}']],
    ["unknown mime_type x/y", fakeAdk, "/?is_audio=true", ['{"mime_type":"x/y","data":"","role":"user"}']],
    ["a binary message", fakeAdk, "/?is_audio=true", [Buffer.alloc(2)]],
    ["something came before start", fakeWebSocketAgent, "", [Buffer.alloc(2)]],
    ["something came after end", fakeWebSocketAgent, "", [START, '{"type":"end"}', Buffer.alloc(2)]],
    ["a message of type start", fakeWebSocketAgent, "", [START, START]],
    ["a message of type audio", fakeWebSocketAgent, "", [START, '{"type":"audio","audio":"AA"}']],
    ["binary audio, though the framing is json", json, "", [START, Buffer.alloc(2)]],
    ["media before start", fakeSmartpbxEndpoint, "", [PBX_MEDIA]],
    ["a second start", fakeSmartpbxEndpoint, "", [PBX_START, PBX_START]],
    ["connected after start", fakeSmartpbxEndpoint, "", [PBX_START, '{"event":"connected"}']],
    ["media after hangup", fakeSmartpbxEndpoint, "", [PBX_START, PBX_HANGUP, PBX_MEDIA]],
    ["the unknown event mark", fakeSmartpbxEndpoint, "", [PBX_START, '{"event":"mark"}']],
    ["bad-payload", fakeSmartpbxEndpoint, "", [PBX_START, '{"event":"media","media":{}}']],
    ["a binary message", fakeSmartpbxEndpoint, "", [Buffer.alloc(2)]],
  ])("%s (%#)", async (fault, start, path, messages) => {
    expect(await faultsOf(start, path, messages)).toEqual([fault]);
  });
});

it("a wait for what cannot come any more is told why", async () => {
  const server = await fakeWebSocketAgent();
  open.push(server);
  const socket = new WebSocket(server.url);
  const connection = await server.next();
  await once(socket, "open");
  const waiting = connection.until(({ heardBytes }) => heardBytes > 0);
  socket.close(1000, "bye");
  await expect(waiting).rejects.toThrow("the connection ended with 1000 bye");
  await expect(connection.until(() => false)).rejects.toThrow("the connection ended");
  await server.close();
  open.pop();
  await expect(server.next()).rejects.toThrow("the fake server was closed");
});

describe("a scripted agent", () => {
  it("notes what it is told and says what it is told to", async () => {
    const agent = new ScriptedAgent({ speaks: { encoding: "pcm16", sampleRate: 48000 } });
    const call = callInfo({ callId: "scripted" });
    const { leg, reports } = await connect(agent, { call });
    const conversation = await agent.next();
    expect(conversation.call).toBe(call);
    expect([leg.hears.sampleRate, leg.speaks.sampleRate]).toEqual([24000, 48000]);
    leg.send(Payload.fromBytes(Buffer.from([1, 2])));
    leg.send(Payload.fromBytes(Buffer.from([3, 4])));
    leg.dtmf?.("*");
    leg.interrupt(80, "item");
    conversation.speak(Buffer.from([5, 6]), "item");
    conversation.emit({ type: "turn-ended" });
    leg.close(1000, "done");
    leg.close(1011, "again");
    expect([...conversation.heard]).toEqual([1, 2, 3, 4]);
    expect(conversation.digits).toEqual(["*"]);
    expect(conversation.interruptions).toEqual([{ heardMs: 80, itemId: "item" }]);
    expect(conversation.closedWith).toEqual({ code: 1000, reason: "done" });
    expect(reports.events).toMatchObject([{ type: "audio", itemId: "item" }, { type: "turn-ended" }]);
  });

  it("refuses and greets as its script says", async () => {
    const refusing = new ScriptedAgent({ script: () => Promise.reject(new Error("not today")) });
    await expect(connect(refusing)).rejects.toThrow("not today");
    const greeting = new ScriptedAgent({ script: (conversation) => conversation.speak(Buffer.from([9, 9])) });
    expect((await connect(greeting)).reports.audio).toEqual(Buffer.from([9, 9]));
  });
});
