/** OpenAI's Realtime protocol in both dialects: sessions, barge-in, tools, transcripts, and the way into another session. */
import { afterEach, describe, expect, it } from "vitest";
import { resolveAgent } from "../../src/agents/index.js";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { BridgeError } from "../../src/errors.js";
import {
  type FakeOpenAiOptions,
  type FakeServer,
  fakeOpenAi,
  type OpenAiConnection,
} from "../../src/testing.js";
import { callInfo, connect, pattern, payload } from "./call.js";
import { describeWire } from "./contract.js";

const NO_KEY = { keyVariable: "none" };

for (const dialect of ["ga", "beta"] as const) {
  describeWire(`openai in the dialect ${dialect}`, {
    spec: (url) => `openai:${url}/v1/realtime`,
    options: { ...NO_KEY, dialect },
    start: (options) => fakeOpenAi({ ...options, dialect }),
    speak: (far, audio) => void far.speak(audio),
    end: (far) => far.close(1000),
    interrupt: (far) => far.callerStarts(),
    speakLate: (far, audio) => far.speakLate(audio),
    endTurn: (far) => far.endReply(),
    transcribe: (far, who, text) => (who === "caller" ? far.callerSaid(text) : far.says(text)),
    callTool: (far, id, name, args) => far.callTool(id, name, args),
    toolResults: (far) => far.toolResults,
    heard: (far) => far.truncations.map(({ ms }) => ms),
    digits: (far) => far.texts.map((text) => text.replace(/^\[caller pressed (.)\]$/, "$1")),
    // Half a second, so that the next is not replaced before the end of the test.
    brief: { options: { swapAfter: "0.01" }, start: () => fakeOpenAi({ dialect }) },
  });
}

const open: FakeServer<OpenAiConnection>[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const start = async (options?: FakeOpenAiOptions) => {
  const server = await fakeOpenAi(options);
  open.push(server);
  return server;
};

const dial = async (options: Record<string, string> = {}, fake: FakeOpenAiOptions = {}) => {
  const dialect = fake.dialect ?? "ga";
  const server = await start({ ...fake, dialect });
  const spec = `openai:${server.url}/v1/realtime`;
  const connected = await connect(spec, { options: { ...NO_KEY, dialect, ...options } });
  return { ...connected, server, far: await server.next() };
};

describe("the session", () => {
  it("is μ-law both ways in a μ-law call, with the tools, before any audio", async () => {
    const { leg, far } = await dial({ voice: "marin", instructions: "Be brief." });
    expect([leg.hears, leg.speaks]).toEqual([PORTAL_FORMATS.g711_ulaw, PORTAL_FORMATS.g711_ulaw]);
    expect(far.path).toBe("/v1/realtime?model=gpt-realtime-2.1");
    expect(far.session).toEqual({
      type: "realtime",
      output_modalities: ["audio"],
      instructions: "Be brief.",
      audio: {
        input: {
          format: { type: "audio/pcmu" },
          transcription: { model: "gpt-4o-mini-transcribe" },
          turn_detection: { type: "server_vad", create_response: true, interrupt_response: true },
        },
        output: { format: { type: "audio/pcmu" }, voice: "marin" },
      },
      tools: [
        { type: "function", name: "hang_up", description: expect.any(String), parameters: expect.anything() },
      ],
      tool_choice: "auto",
    });
  });

  it("is PCM at 24 kHz in other calls", async () => {
    const server = await start();
    const call = callInfo({ format: PORTAL_FORMATS.opus });
    const { leg } = await connect(`openai:${server.url}`, { options: NO_KEY, call });
    expect([leg.hears, leg.speaks]).toEqual([PORTAL_FORMATS.pcm16, PORTAL_FORMATS.pcm16]);
    expect((await server.next()).session).toMatchObject({
      audio: { input: { format: { type: "audio/pcm", rate: 24000 } } },
    });
  });

  it("is flat in the beta dialect, with that dialect's header", async () => {
    const { far } = await dial({ turnDetection: "semantic_vad", transcription: "none" }, { dialect: "beta" });
    expect(far.headers["openai-beta"]).toBe("realtime=v1");
    expect(far.session).toMatchObject({
      modalities: ["text", "audio"],
      input_audio_format: "g711_ulaw",
      output_audio_format: "g711_ulaw",
      turn_detection: { type: "semantic_vad" },
    });
    expect(far.session).not.toHaveProperty("input_audio_transcription");
  });

  it("can be changed in every field, and lose one", async () => {
    const patch = {
      audio: { output: { speed: 1.2 }, input: { transcription: null } },
      truncation: "disabled",
    };
    const { far } = await dial({ sessionPatch: JSON.stringify(patch) });
    expect(far.session).toMatchObject({ truncation: "disabled", audio: { output: { speed: 1.2 } } });
    expect(far.session).not.toHaveProperty("audio.input.transcription");
  });

  it("can be Qwen's: PCM at 16 kHz in and 24 kHz out, nested tools, no truncation", async () => {
    const server = await start({ dialect: "beta" });
    const options = { ...NO_KEY, dialect: "beta", format: "pcm16", inputRate: "16000", toolShape: "nested" };
    // This fake is OpenAI's and takes tools in its own shape only.
    const connecting = connect(`openai:${server.url}?model=qwen`, { options });
    await expect(connecting).rejects.toMatchObject({ message: expect.stringContaining("tools[0].name") });
    const { leg } = await connect(`openai:${server.url}?model=qwen`, { options, tools: [] });
    expect(leg.hears.sampleRate).toBe(16000);
    expect(leg.speaks.sampleRate).toBe(24000);
    expect((await server.next()).path).toBe("/?model=qwen");
  });

  it("is refused with the vendor's own words", async () => {
    const message = "The model `x` does not exist, key sk-abc123456";
    const connecting = dial({}, { refuseSession: { code: "model_not_found", message } });
    await expect(connecting).rejects.toBeInstanceOf(BridgeError);
    await expect(connecting).rejects.toMatchObject({
      code: "agent-refused",
      message: expect.stringMatching(/The model `x` does not exist, key \[key\]$/),
    });
  });

  it("that is closed before it is ready is a refusal", async () => {
    const patch = '{"voice":"marin"}';
    await expect(dial({ sessionPatch: patch })).rejects.toMatchObject({
      code: "agent-refused",
      message: expect.stringContaining("session.voice"),
    });
  });
});

describe("the key", () => {
  const env = { OPENAI_API_KEY: "sk-planted-1", MY_KEY: " sk-planted-2\n", EMPTY: " " };
  it.each([
    [{}, "authorization", "Bearer sk-planted-1"],
    [{ keyVariable: "MY_KEY", keyHeader: "api-key" }, "api-key", "sk-planted-2"],
  ])("with %j goes into the header %s", async (options: Record<string, string>, header, value) => {
    const server = await start();
    await connect(`openai:${server.url}`, { options, env });
    expect((await server.next()).headers[header]).toBe(value);
  });

  it.each([["EMPTY"], ["MISSING"]])("is missed before the first call: %s", async (keyVariable) => {
    await expect(resolveAgent("openai", { options: { keyVariable }, env })).rejects.toMatchObject({
      code: "missing-token",
      fix: expect.stringContaining(keyVariable),
    });
  });

  it("that is refused is named by its variable, and stays secret", async () => {
    const server = await start({ refuseWith: 401 });
    const agent = await resolveAgent(`openai:${server.url}`, { options: {}, env });
    const probed = agent.probe();
    await expect(probed).rejects.toMatchObject({
      code: "agent-refused",
      fix: expect.stringContaining("OPENAI_API_KEY"),
    });
    const error = (await probed.catch((reason) => reason)) as BridgeError;
    expect(`${error.message}${error.fix}${error.stack}`).not.toContain("planted");
  });
});

it("finds out before the first call that the service takes the session, and leaves no socket", async () => {
  const server = await start();
  await (await resolveAgent(`openai:${server.url}`, { options: NO_KEY })).probe();
  const far = await server.next();
  await far.ended;
  expect(far.asked).toEqual([]);
  await server.untilOpen(0);
});

it.each([["nonsense"], ["[]"], ["3"]])("refuses the session patch %s", async (sessionPatch) => {
  const options = { ...NO_KEY, sessionPatch };
  await expect(resolveAgent("openai", { options })).rejects.toMatchObject({ code: "bad-agent-option" });
});

describe("the agent speaks first", () => {
  it("when there is a greeting, and keeps its instructions", async () => {
    const { far, reports } = await dial({ greeting: "Greet the caller.", instructions: "Be brief." });
    await far.until(() => far.asked.length > 0);
    expect(far.asked).toEqual([{ instructions: "Be brief.\n\nGreet the caller." }]);
    far.speak(pattern(160));
    far.endReply();
    await reports.until(({ events }) => events.at(-1)?.type === "turn-ended");
  });
});

describe("barge-in", () => {
  it("cuts each item where it was heard, never beyond what came, and the unheard ones at 0", async () => {
    const { leg, far, reports } = await dial();
    const first = far.speak(pattern(8000));
    far.nextItem();
    const second = far.speak(pattern(4000));
    far.callerStarts();
    await reports.until(({ events }) => events.at(-1)?.type === "interrupted");
    leg.interrupt(400.7, first, [second]);
    leg.interrupt(500, first, [second, "unknown"]);
    await far.until(() => far.truncations.length >= 2);
    expect(far.truncations).toEqual([
      { itemId: first, ms: 400 },
      { itemId: second, ms: 0 },
    ]);
    expect(reports.of("audio").map(({ itemId }) => itemId)).toEqual([first, second]);
    const unfinished = far.speak(pattern(1600));
    far.callerStarts();
    await reports.until(() => reports.of("interrupted").length === 2);
    leg.interrupt(5000, unfinished);
    leg.send(payload(pattern(160)));
    await far.until(() => far.heardBytes === 160);
    // Its end had come by then, and all of it was heard: nothing is to be cut.
    expect(far.truncations).toHaveLength(2);
    expect(far.refusals).toEqual([]);
  });

  it("clamps what the bridge heard to what was received while more could come", async () => {
    const { leg, far, reports } = await dial({ sessionPatch: NO_CANCEL });
    const item = far.speak(pattern(1600));
    await reports.until(({ audio }) => audio.length === 1600);
    leg.interrupt(5000, item);
    await far.until(() => far.truncations.length > 0);
    expect(far.truncations).toEqual([{ itemId: item, ms: 200 }]);
    expect(far.refusals).toEqual([]);
  });

  it("drops late audio of the reply, and takes back an item that only comes then", async () => {
    const { far, reports } = await dial();
    far.speak(pattern(160));
    far.callerStarts();
    far.speakLate(pattern(160));
    far.speakLate(pattern(160), "item_late");
    far.callerStops();
    far.speak(pattern(80));
    far.endReply();
    await reports.until(({ events }) => events.at(-1)?.type === "turn-ended");
    expect(reports.audio.length).toBe(240);
    expect(reports.events.map(({ type }) => type)).toEqual(["audio", "interrupted", "audio", "turn-ended"]);
    await far.until(() => far.truncations.length > 0);
    expect(far.truncations).toEqual([{ itemId: "item_late", ms: 0 }]);
  });

  it("cancels the reply where the service does not", async () => {
    const { far, reports } = await dial({ sessionPatch: NO_CANCEL });
    far.speak(pattern(160));
    far.callerStarts();
    await far.until(() => far.cancels === 1);
    far.callerStarts();
    await reports.until(() => reports.of("interrupted").length === 2);
    expect(far.cancels).toBe(1);
    expect(reports.warnings).toEqual([]);
  });

  it("says nothing of it to a service that cannot truncate", async () => {
    const { leg, far, reports } = await dial({ truncation: "false" });
    const item = far.speak(pattern(1600));
    await reports.until(({ audio }) => audio.length === 1600);
    leg.interrupt(100, item);
    leg.send(payload(pattern(160)));
    await far.until(() => far.heardBytes === 160);
    expect(far.truncations).toEqual([]);
  });
});

const NO_CANCEL = '{"audio":{"input":{"turn_detection":{"interrupt_response":false}}}}';
const TOOLS = ["lookup", "hang_up"].map((name) => ({
  name,
  description: "x",
  parameters: { type: "object" as const, properties: {} },
}));

describe("tools", () => {
  it.each(["ga", "beta"] as const)("are answered all before one reply is asked for (%s)", async (dialect) => {
    const { leg, far, reports } = await dial({}, { dialect });
    far.callTool("c1", "lookup", { a: 1 }, false);
    far.callTool("c2", "lookup", "", false);
    await reports.until(() => reports.of("tool-call").length === 2);
    expect(reports.of("tool-call")).toEqual([
      { type: "tool-call", id: "c1", name: "lookup", args: { a: 1 } },
      { type: "tool-call", id: "c2", name: "lookup", args: {} },
    ]);
    leg.toolResult?.("c1", '{"found":1}', false);
    leg.toolResult?.("c1", "again", false);
    far.endReply();
    leg.toolResult?.("c2", "it failed", true);
    await far.until(() => far.asked.length === 1);
    expect(far.toolResults).toEqual([
      { id: "c1", output: '{"found":1}' },
      { id: "c2", output: '{"error":"it failed"}' },
    ]);
    expect(far.refusals).toEqual([]);
  });

  it("ask for no reply after hang_up", async () => {
    const { leg, far, reports } = await dial();
    far.callTool("c1", "hang_up", {});
    await reports.until(() => reports.of("tool-call").length === 1);
    leg.toolResult?.("c1", "{}", false);
    leg.send(payload(pattern(160)));
    await far.until(() => far.heardBytes === 160);
    expect(far.toolResults).toHaveLength(1);
    expect(far.asked).toEqual([]);
  });

  it("whose arguments are nonsense are answered at once", async () => {
    const { far, reports } = await dial();
    far.callTool("c1", "lookup", "{nonsense");
    await far.until(() => far.asked.length === 1);
    expect(far.toolResults).toEqual([{ id: "c1", output: expect.stringContaining("error") }]);
    expect(reports.of("tool-call")).toEqual([]);
  });

  it("of a reply that the caller spoke over are not run", async () => {
    const { far, reports } = await dial({ sessionPatch: NO_CANCEL });
    far.speak(pattern(160));
    far.sendText('{"type":"input_audio_buffer.speech_started","item_id":"i","audio_start_ms":0}');
    far.callTool("c1", "lookup", {}, false);
    await far.until(() => far.toolResults.length === 1);
    expect(reports.of("tool-call")).toEqual([]);
    expect(far.asked).toEqual([]);
  });

  it("ask again when another reply was under way", async () => {
    const { leg, far, reports } = await dial();
    far.callTool("c1", "lookup", {});
    await reports.until(() => reports.of("tool-call").length === 1);
    far.stopReading();
    leg.toolResult?.("c1", "{}", false);
    far.beginReply();
    far.readAgain();
    await far.until(() => far.refusals.includes("conversation_already_has_active_response"));
    expect(reports.warnings).toEqual([]);
    far.endReply();
    await far.until(() => far.asked.length === 1);
  });
});

describe("transcripts", () => {
  it("come once for each item, whole, with the time at which the caller began", async () => {
    const { far, reports } = await dial();
    far.callerStarts(1200);
    far.callerStops();
    far.says("Good evening, how can I help?");
    far.callerSaid(" Hello? ");
    far.callerSaid("  ");
    far.endReply();
    far.says("And so", false);
    far.endReply("cancelled");
    await reports.until(() => reports.of("transcript").length === 3);
    expect(reports.of("transcript")).toEqual([
      { type: "transcript", who: "agent", text: "Good evening, how can I help?" },
      { type: "transcript", who: "caller", text: "Hello?", audioMs: 1200 },
      { type: "transcript", who: "agent", text: "And so" },
    ]);
  });
});

describe("errors", () => {
  it("that do no harm are passed over, others are told once", async () => {
    const { far, reports } = await dial();
    far.error("response_cancel_not_active", "no");
    far.error("rate_limit", "too fast");
    far.error("rate_limit", "too fast");
    far.speak(pattern(160));
    far.endReply("failed", { error: { type: "server_error", code: "server_error" } });
    await reports.until(({ warnings }) => warnings.length === 2);
    expect(reports.warnings).toEqual(["agent-error", "agent-reply-failed"]);
  });

  it("that end everything end the call", async () => {
    const { far, reports } = await dial();
    far.beginReply();
    far.endReply("failed", { error: { type: "insufficient_quota", code: "insufficient_quota" } });
    await reports.until(() => reports.of("closed").length === 1);
    await far.ended;
    expect(reports.of("closed")).toMatchObject([{ failed: true, reason: expect.stringContaining("quota") }]);
  });

  it("of the other side's writing are survived", async () => {
    const { far, reports } = await dial();
    const nonsense = ["", "null", "[]", "{}", '{"type":3}', '{"type":"error"}', '{"type":"response.done"}'];
    const broken = ['{"type":"response.done","response":{"output":[null,3,{"type":"function_call"}]}}'];
    const types = ["response.created", "response.output_audio.delta", "response.output_item.done"];
    for (const text of [...nonsense, ...broken, ...types.map((type) => `{"type":"${type}"}`)])
      far.sendText(text);
    far.sendBytes(pattern(10));
    far.sendText('{"type":"response.audio.delta","delta":7}');
    far.sendText('{"type":"response.audio.delta","delta":"AAAA"}');
    await reports.until(({ audio }) => audio.length === 3);
    expect(reports.of("closed")).toEqual([]);
  });
});

describe("another session", () => {
  const soon = { swapAfter: "0.001", greeting: "Greet the caller." };

  it("takes over in a quiet moment, with the history and without a greeting", async () => {
    const { leg, server, far, reports } = await dial(soon);
    await far.until(() => far.asked.length === 1);
    far.says("Hello, this is the bakery.");
    const item = far.speak(pattern(160));
    const next = await server.next();
    await next.until(() => next.session !== undefined);
    // Keeps the next one from being replaced in its turn.
    next.beginReply();
    leg.send(payload(pattern(160)));
    await far.until(() => far.heardBytes === 160);
    far.endReply();
    await far.ended;
    await next.until(() => next.items.length > 0);
    leg.send(payload(pattern(320)));
    leg.interrupt(10, item);
    await next.until(() => next.heardBytes === 320);
    expect(next.items).toEqual([
      {
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text: "Hello, this is the bakery." }],
      },
    ]);
    expect(next.asked).toEqual([]);
    expect([...far.faults, ...next.faults, ...next.refusals]).toEqual([]);
    expect(reports.of("closed")).toEqual([]);
    next.callerStarts(5);
    next.callerSaid("Bread!");
    await reports.until(() => reports.of("transcript").length === 2);
    expect(reports.of("transcript")[1]).toMatchObject({ who: "caller", audioMs: 25 });
    leg.close(1000, "over");
  });

  it.each(["ga", "beta"] as const)("follows one that expired: nothing is lost (%s)", async (dialect) => {
    const { leg, server, far, reports } = await dial({}, { dialect });
    far.callerStarts();
    far.callerStops();
    far.callTool("c1", "lookup", {});
    const item = far.speak(pattern(800));
    far.says("I found many things");
    far.callerSaid("Find it");
    await reports.until(() => reports.of("transcript").length === 2);
    far.callerStarts();
    await reports.until(() => reports.of("interrupted").length === 2);
    leg.interrupt(50, item);
    leg.dtmf?.("7");
    await far.until(() => far.truncations.length === 1 && far.texts.length === 1);
    far.callerStops();
    far.expire();
    await far.ended;
    leg.send(payload(pattern(160)));
    leg.toolResult?.("c1", "{}", false);
    const next = await server.next();
    await next.until(() => next.asked.length > 0 && next.heardBytes === 160);
    const type = dialect === "ga" ? "output_text" : "text";
    expect(next.items).toEqual([
      { type: "message", role: "user", content: [{ type: "input_text", text: "Find it" }] },
      { type: "function_call", call_id: "c1", name: "lookup", arguments: "{}" },
      { type: "message", role: "assistant", content: [{ type, text: "I found ma" }] },
      { type: "message", role: "user", content: [{ type: "input_text", text: "[caller pressed 7]" }] },
      { type: "function_call_output", call_id: "c1", output: "{}" },
    ]);
    expect(next.asked).toEqual([{}]);
    expect([...next.faults, ...next.refusals]).toEqual([]);
    expect(reports.of("closed")).toEqual([]);
  });

  it("that waits for a quiet moment does not wait for one when the old one expires", async () => {
    const { server, far, reports } = await dial({ swapAfter: "0.001" });
    far.callerStarts();
    far.callerSaid("I was just saying");
    const next = await server.next();
    await next.until(() => next.session !== undefined);
    expect(next.items).toEqual([]);
    far.expire();
    await next.until(() => next.items.length === 1);
    expect(reports.of("closed")).toEqual([]);
  });

  it("that cannot be had ends the call when the old one is gone", async () => {
    const { server, far, reports } = await dial();
    far.error("session_expired", "over");
    await server.close();
    await reports.until(() => reports.of("closed").length > 0);
    expect(reports.of("closed")).toMatchObject([{ failed: true }]);
  });

  it("is given up when the call ends", async () => {
    const { leg, server, far } = await dial({ swapAfter: "0.001" });
    far.callerStarts();
    const next = await server.next();
    await next.until(() => next.session !== undefined);
    leg.close(1000, "the caller hung up");
    await Promise.all([far.ended, next.ended]);
    await server.untilOpen(0);
  });
});

it("offers the given tools", async () => {
  const server = await start();
  await connect(`openai:${server.url}`, { options: NO_KEY, tools: TOOLS });
  expect((await server.next()).session).toMatchObject({ tools: [{ name: "lookup" }, { name: "hang_up" }] });
});
