/** The contract suite over every kind that has a far end. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { agentKinds } from "../../src/agents/index.js";
import { pcm16 } from "../../src/audio/format.js";
import { fakeAdk, fakeSmartpbxEndpoint, fakeWebSocketAgent } from "../../src/testing.js";
import { describeWire } from "./contract.js";

const OWN = fileURLToPath(new URL("./fixtures/own-agent.mjs", import.meta.url));

/** A wire on which nothing has its standard name. */
const OWN_WORDS = {
  typeField: "meta.event",
  audioField: "media.payload",
  audioType: "",
  sentAudioField: "data.chunk",
  sentAudioType: "media",
  startType: "hello",
  interruptedType: "clear",
  sentInterruptedType: "cut",
  heardMsField: "data.played",
  turnEndedType: "done",
  transcriptType: "bot_text",
  callerTranscriptType: "user_text",
  textField: "content",
  dtmfType: "key",
  digitField: "data.key",
  toolCallType: "function_call",
  toolResultType: "function_result",
  toolCancelledType: "function_cancelled",
  idField: "function.id",
  nameField: "function.name",
  argsField: "function.arguments",
  outputField: "function.output",
  errorField: "function.failed",
  endType: "bye",
} as const;

describeWire("adk", {
  spec: (url) => `adk:${url}/ws/{callId}`,
  start: fakeAdk,
  speaks: pcm16(24000),
  speak: (far, audio) => far.speak(audio),
  interrupt: (far) => far.interrupted(),
  endTurn: (far) => far.turnComplete(),
  transcribe: (far, who, text) => far.say(text, who === "caller" ? "user" : "model"),
  digits: (far) => far.texts.flatMap((text) => /^\[caller pressed (.)\]$/.exec(text)?.[1] ?? []),
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

for (const [name, framing, fields] of [
  ["binary framing", "binary", {}],
  ["json framing", "json", {}],
  ["json framing and words of its own", "json", OWN_WORDS],
] as const) {
  describeWire(`websocket with ${name}`, {
    spec: (url) => `websocket:${url}`,
    options: { framing, ...fields },
    start: (options) => fakeWebSocketAgent({ ...options, framing, fields }),
    speaks: pcm16(16000),
    speak: (far, audio) => far.speak(audio),
    interrupt: (far) => far.interrupted(),
    endTurn: (far) => far.turnEnded(),
    transcribe: (far, who, text) => far.transcript(who, text),
    callTool: (far, id, tool, args) => far.callTool(id, tool, args),
    toolResults: (far) => far.toolResults,
    cancelTool: (far, id) => far.cancelTool(id),
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

it("is run over every kind but echo and recording, which have no far end", () => {
  const suites = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"))
    .filter((text) => text.includes("describeWire("));
  for (const { name } of agentKinds.filter((kind) => !["echo", "recording"].includes(kind.name))) {
    const names = new RegExp(`["'\`]${name}[:"'\` ]`);
    expect(
      suites.some((text) => names.test(text)),
      name,
    ).toBe(true);
  }
});
