/** The contract suite over every kind that has a far end. */
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { agentKinds } from "../../src/agents/index.js";
import { pcm16 } from "../../src/audio/format.js";
import { fakeAdk, fakeSmartpbxEndpoint, fakeWebSocketAgent } from "../../src/testing.js";
import { describeWire } from "./contract.js";

const OWN = fileURLToPath(new URL("./fixtures/own-agent.mjs", import.meta.url));

describeWire("adk", {
  spec: (url) => `adk:${url}/ws/{callId}`,
  start: fakeAdk,
  speaks: pcm16(24000),
  speak: (far, audio) => far.speak(audio),
  interrupt: (far) => far.interrupted(),
  endTurn: (far) => far.turnComplete(),
  end: (far) => far.close(1000),
});

describeWire("smartpbx", {
  spec: (url) => `smartpbx:${url}/media-stream`,
  start: fakeSmartpbxEndpoint,
  passthrough: true,
  speak: (far, audio) => far.speak(audio, { callId: "call-1", accountId: "account-1" }),
  end: (far) => far.close(1000),
  digits: (far) => far.digits,
});

for (const framing of ["binary", "json"] as const) {
  describeWire(`websocket with ${framing} framing`, {
    spec: (url) => `websocket:${url}`,
    options: { framing },
    start: (options) => fakeWebSocketAgent({ ...options, framing }),
    speaks: pcm16(16000),
    interrupt: (far) => far.sendText('{"type":"interrupted"}'),
    endTurn: (far) => far.sendText('{"type":"turn-ended"}'),
    transcribe: (far, who, text) => far.sendText(JSON.stringify({ type: "transcript", who, text })),
    speak: (far, audio) => far.speak(audio),
    end: (far) => far.end(),
    digits: (far) => far.digits,
    interruptions: (far) => far.interruptions,
  });
}

describeWire("a module of one's own", {
  spec: (url) => `${OWN}:${url}`,
  start: fakeWebSocketAgent,
  speaks: pcm16(16000),
  speak: (far, audio) => far.speak(audio),
  end: (far) => far.close(1000),
  interruptions: (far) => far.interruptions,
  refusedCode: "agent-unreachable",
});

it("is run over every kind but echo, which has no far end", () => {
  expect(agentKinds.map(({ name }) => name)).toEqual(["echo", "adk", "smartpbx", "websocket"]);
});
