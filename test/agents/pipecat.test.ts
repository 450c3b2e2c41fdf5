/** Pipecat bots: RTVI, interruptions, tools, keys, tokens, the runner before them, and what they must survive. */
import type { IncomingMessage } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { pcm16 } from "../../src/audio/format.js";
import { pcmBytes, pcmSamples } from "../../src/audio/pcm.js";
import { sine, toneDbfs } from "../../src/audio/signal.js";
import {
  type FakePipecatOptions,
  type FakeServer,
  fakePipecat,
  type PipecatConnection,
} from "../../src/testing.js";
import { type ConnectOptions, connect, pattern, payload } from "./call.js";
import { describeWire } from "./contract.js";

const open: FakeServer<PipecatConnection>[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const start = async (options?: FakePipecatOptions) => {
  const server = await fakePipecat(options);
  open.push(server);
  return server;
};

const dial = async (options: ConnectOptions = {}, bot: FakePipecatOptions = {}) => {
  const server = await start(bot);
  const connected = await connect(`pipecat:${server.url}/ws-client`, options);
  return { ...connected, far: await server.next() };
};

for (const rtvi of ["2.1.0", "1.3.0"]) {
  describeWire(`pipecat with RTVI ${rtvi}`, {
    spec: (url) => `pipecat:${url}/ws-client`,
    speaks: pcm16(24000),
    start: (options) => fakePipecat({ ...options, rtvi }),
    speak: (far, audio) => far.speak(audio),
    end: (far) => far.close(1000),
    ...(rtvi > "2" && { digits: (far: PipecatConnection) => far.digits }),
    interrupt: (far) => far.interrupted(),
    speakLate: (far, audio) => far.speakLate(audio),
    endTurn: (far) => far.stopSpeaking(),
    transcribe(far, who, text) {
      far.transcript(who, text);
      if (who === "agent") far.stopSpeaking();
    },
    callTool: (far, id, name, args) => far.callTool(id, name, args),
    toolResults: (far) => far.toolResults,
    cancelTool: (far, id) => far.cancelTool(id),
  });
}

describe("the beginning", () => {
  it("is client-ready, and waits for the bot", async () => {
    const { far } = await dial();
    expect(far.messages).toEqual([
      { type: "client-ready", data: { version: "2.1.0", about: { library: "smartpbx-bridge" } } },
    ]);
    expect(far.faults).toEqual([]);
  });

  it("goes on without the bot's word, and says so", async () => {
    const { reports } = await dial({ options: { readyWait: 20 } }, { neverReady: true });
    expect(reports.warnings).toEqual(["agent-not-ready"]);
  });

  it("is over as soon as the bot speaks, which is not lost", async () => {
    const server = await start({ neverReady: true });
    const connecting = connect(`pipecat:${server.url}`, { options: { readyWait: 60_000 } });
    const far = await server.next();
    await far.until(({ messages }) => messages.length === 1);
    far.speak(pattern(480));
    const { reports } = await connecting;
    expect(reports.audio.length).toBe(480);
    expect(reports.warnings).toEqual([]);
  });

  it("waits for nothing where there is no RTVI", async () => {
    const { leg, far } = await dial({ options: { rtvi: "false" } }, { rtvi: false });
    leg.send(payload(pattern(640)));
    await far.until(({ heardBytes }) => heardBytes === 640);
    expect(far.messages).toEqual([]);
  });

  it("has the bot speak first when there is a greeting", async () => {
    const { far } = await dial({ options: { greeting: "Say hello" } });
    await far.until(({ texts }) => texts.length === 1);
    expect(far.messages.at(-1)).toEqual({
      type: "send-text",
      data: { content: "Say hello", options: { run_immediately: true } },
    });
  });

  it.each([
    ["closes", (far: PipecatConnection) => far.close(1011, "no GPU"), "no GPU"],
    ["says that it failed", (far) => far.rtvi("error", { error: "no key", fatal: true }), "no key"],
  ] as [string, (far: PipecatConnection) => void, string][])(
    "is refused when the bot %s",
    async (_, end, words) => {
      const server = await start({ neverReady: true });
      const connecting = connect(`pipecat:${server.url}`);
      connecting.catch(() => {});
      end(await server.next());
      await expect(connecting).rejects.toMatchObject({
        code: "agent-refused",
        message: expect.stringContaining(words),
      });
      await server.untilOpen(0);
    },
  );

  it("ends with the call that is given up meanwhile", async () => {
    const server = await start({ neverReady: true });
    const controller = new AbortController();
    const connecting = connect(`pipecat:${server.url}`, { signal: controller.signal });
    const far = await server.next();
    await far.until(({ messages }) => messages.length === 1);
    const reason = new Error("the call is over");
    controller.abort(reason);
    await expect(connecting).rejects.toBe(reason);
    await server.untilOpen(0);
  });
});

describe("tokens and origins", () => {
  const env = { PIPECAT_TOKEN: "tok en/1".replace(" ", "") };

  it.each([
    ["header", "/ws-client"],
    ["query", "/ws-client?token=token%2F1"],
    ["path", "/ws-client/token%2F1"],
  ])("go into the %s", async (token, path) => {
    const { far } = await dial({ env, options: { token } }, { tokens: ["token/1"] });
    expect(far.path).toBe(path);
    expect(far.headers.authorization).toBe(token === "header" ? "Bearer token/1" : undefined);
  });

  it("are refused when they are wrong, with the name of the variable", async () => {
    const refused = dial({ env }, { tokens: ["another"] });
    await expect(refused).rejects.toMatchObject({
      code: "agent-refused",
      message: expect.not.stringContaining("token/1"),
      fix: expect.stringContaining("PIPECAT_TOKEN"),
    });
  });

  it("that no header can hold are never repeated", async () => {
    const refused = dial({ env: { PIPECAT_TOKEN: "se\ncret" } });
    await expect(refused).rejects.toMatchObject({ message: expect.not.stringContaining("cret") });
  });

  it("are sent as the bot allows them", async () => {
    const origins = ["https://phone.example"];
    const { far } = await dial({ options: { origin: origins[0] } }, { origins });
    expect(far.headers.origin).toBe(origins[0]);
    await expect(dial({}, { origins })).rejects.toMatchObject({ code: "agent-refused" });
  });
});

describe("a runner", () => {
  const startUrl = (server: FakeServer<PipecatConnection>) => `${server.url.replace("ws", "http")}/start`;

  it("starts the bot, told of the call, and gives the token", async () => {
    let asked: [IncomingMessage, unknown] | undefined;
    const server = await start({ tokens: ["once"], onStart: (...started) => (asked = started) });
    const { leg } = await connect(`pipecat:${startUrl(server)}`, {
      env: { PIPECAT_TOKEN: "for-the-runner" },
      headers: { "X-Key": "secret" },
    });
    const far = await server.next();
    leg.send(payload(pattern(320)));
    await far.until(({ heardBytes }) => heardBytes === 320);
    expect(far.headers).toMatchObject({ authorization: "Bearer once", "x-key": "secret" });
    expect(asked?.[0].headers).toMatchObject({ authorization: "Bearer for-the-runner", "x-key": "secret" });
    expect(asked?.[1]).toEqual({
      transport: "websocket",
      body: {
        callId: "call-1",
        accountId: "account-1",
        caller: "+12025550101",
        callee: "+12025550199",
      },
    });
  });

  it("that names another host gets none of the headers sent on", async () => {
    const other = await start();
    const server = await start({ wsUrl: `${other.url}/ws-client` });
    await connect(`pipecat:${startUrl(server)}`, { headers: { "X-Key": "secret" } });
    expect((await other.next()).headers["x-key"]).toBeUndefined();
  });

  it.each(["", "http://127.0.0.1/", "ws:///", "nonsense"])("must name a WebSocket, not %j", async (wsUrl) => {
    const server = await start({ wsUrl });
    await expect(connect(`pipecat:${startUrl(server)}`)).rejects.toMatchObject({
      code: "agent-refused",
      fix: expect.stringContaining("wsUrl"),
    });
  });

  it.each([400, 401, 404, 500])("refuses with HTTP %i", async (refuseWith) => {
    const server = await start({ refuseWith });
    await expect(connect(`pipecat:${startUrl(server)}`)).rejects.toMatchObject({
      code: "agent-refused",
      message: expect.stringContaining(String(refuseWith)),
    });
  });

  it("that does not run cannot be reached, and one that hangs is given up", async () => {
    const gone = await fakePipecat();
    await gone.close();
    await expect(connect(`pipecat:${startUrl(gone)}`)).rejects.toMatchObject({ code: "agent-unreachable" });
    const server = await start({ neverAnswer: true });
    const reason = new Error("the call is over");
    const controller = new AbortController();
    const connecting = connect(`pipecat:${startUrl(server)}`, { signal: controller.signal });
    await server.untilOpen(1);
    controller.abort(reason);
    await expect(connecting).rejects.toBe(reason);
    await server.untilOpen(0);
  });
});

describe("an interruption", () => {
  const types = (reports: { events: readonly { type: string }[] }) => reports.events.map(({ type }) => type);

  it("drops what was under way, until the bot stops or starts", async () => {
    const { far, reports } = await dial();
    far.speak(pattern(480, 1));
    far.interrupted();
    far.speakLate(pattern(480, 2));
    far.stopSpeaking();
    far.speak(pattern(480, 3));
    await reports.until(({ audio }) => audio.length === 960);
    expect(types(reports)).toEqual(["audio", "interrupted", "turn-ended", "audio"]);
    expect(reports.audio).toEqual(Buffer.concat([pattern(480, 1), pattern(480, 3)]));
  });

  it("is the caller's speech where the bot has no frame for it", async () => {
    const { far, reports } = await dial();
    far.rtvi("user-started-speaking");
    far.speak(pattern(480, 1));
    far.rtvi("user-started-speaking");
    far.rtvi("user-started-speaking");
    far.speakLate(pattern(480, 2));
    far.stopSpeaking();
    far.speak(pattern(480, 3));
    far.stopSpeaking();
    await reports.until(({ events }) => events.length === 5);
    expect(types(reports)).toEqual(["audio", "interrupted", "turn-ended", "audio", "turn-ended"]);
  });

  it("is told once where the bot says it both ways, and only by frames from then on", async () => {
    const { far, reports } = await dial();
    far.speak(pattern(480));
    far.rtvi("user-started-speaking");
    far.interrupted();
    far.stopSpeaking();
    far.speak(pattern(480));
    far.rtvi("user-started-speaking");
    far.stopSpeaking();
    await reports.until(({ events }) => events.length === 5);
    expect(types(reports)).toEqual(["audio", "interrupted", "turn-ended", "audio", "turn-ended"]);
  });

  it("is a frame and nothing else with interruptOn=frame", async () => {
    const { far, reports } = await dial({ options: { interruptOn: "frame" } });
    far.speak(pattern(480));
    far.rtvi("user-started-speaking");
    far.interrupted();
    await reports.until(({ events }) => events.length === 2);
    expect(types(reports)).toEqual(["audio", "interrupted"]);
  });

  it("loses nothing of a bot without RTVI", async () => {
    const { far, reports } = await dial({ options: { rtvi: false } }, { rtvi: false });
    far.speak(pattern(480, 1));
    far.interrupted();
    far.speak(pattern(480, 2));
    await reports.until(({ audio }) => audio.length === 960);
    expect(types(reports)).toEqual(["audio", "interrupted", "audio"]);
  });
});

describe("what the bot says", () => {
  it("is converted, with one warning, when a frame has another rate", async () => {
    const { far, reports } = await dial();
    const tone = pcmBytes(sine(1000, -10, 400, 16000));
    far.speak(tone.subarray(0, 5001), 16000);
    far.speak(tone.subarray(5001), 16000);
    far.stopSpeaking();
    await reports.until(({ events }) => events.at(-1)?.type === "turn-ended");
    expect(reports.warnings).toEqual(["agent-rate"]);
    const samples = pcmSamples(reports.audio);
    expect(toneDbfs(samples.subarray(500, 9000), 24000, 1000)).toBeCloseTo(-10, 1);
  });

  it("is heard without the WAV header that may stand before it", async () => {
    const { far, reports } = await dial();
    const header = Buffer.alloc(44);
    header.write("RIFF");
    header.write("WAVEfmt ", 8);
    header.writeUInt32LE(16, 16);
    header.write("data", 36);
    far.speak(Buffer.concat([header, pattern(480)]));
    far.speak(header.subarray(0, 30));
    far.speak(Buffer.concat([header.subarray(0, 12), Buffer.from("junk\xff\xff\xff\xff", "latin1")]));
    far.stopSpeaking();
    await reports.until(({ events }) => events.at(-1)?.type === "turn-ended");
    expect(reports.audio).toEqual(pattern(480));
  });

  it("is left out, with one warning each, where it cannot be played", async () => {
    const { far, reports } = await dial();
    for (let i = 0; i < 2; i++) {
      far.speak(pattern(100), 22050);
      far.frame({ type: "audio", audio: pattern(100), sampleRate: 24000, channels: 2 });
      far.frame({ type: "audio", audio: pattern(100), sampleRate: 0, channels: 1 });
      far.frame({ type: "audio", audio: new Uint8Array(0), sampleRate: 24000, channels: 1 });
    }
    far.stopSpeaking();
    await reports.until(({ events }) => events.at(-1)?.type === "turn-ended");
    expect(reports.warnings).toEqual(["unsupported-rate", "unsupported-channels"]);
    expect(reports.audio.length).toBe(0);
  });

  it("is transcribed once a turn, from whichever words the bot has", async () => {
    const { far, reports } = await dial();
    far.rtvi("bot-output", { text: "Good morning.", spoken: false, aggregated_by: "sentence" });
    far.rtvi("bot-transcription", { text: "Good morning." });
    far.speak(pattern(480));
    far.rtvi("bot-output", { text: "Good", spoken: true, aggregated_by: "word" });
    far.rtvi("bot-output", { text: "morning.", spoken: true, aggregated_by: "word" });
    far.stopSpeaking();
    far.rtvi("user-transcription", { text: "Hel", final: false, user_id: "", timestamp: "" });
    far.transcript("caller", " Hello ");
    far.transcript("caller", " ");
    far.rtvi("bot-transcription", { text: "And now?" });
    far.stopSpeaking();
    await reports.until(({ events }) => events.length === 5);
    expect(reports.of("transcript")).toEqual([
      { type: "transcript", who: "agent", text: "Good morning." },
      { type: "transcript", who: "caller", text: "Hello" },
      { type: "transcript", who: "agent", text: "And now?" },
    ]);
  });

  it("comes in frames of text from a bot without RTVI", async () => {
    const { far, reports } = await dial({ options: { rtvi: "false" } }, { rtvi: false });
    far.frame({ type: "transcription", text: "Hello", userId: "u" });
    far.frame({ type: "text", text: "Good morning." });
    await reports.until(({ events }) => events.length === 2);
    expect(reports.of("transcript").map(({ who, text }) => `${who}: ${text}`)).toEqual([
      "caller: Hello",
      "agent: Good morning.",
    ]);
  });
});

describe("tools", () => {
  it("are the functions that we offer; the bot runs others itself", async () => {
    const { leg, far, reports } = await dial();
    far.callTool("1", "get_weather", { city: "Colombo" });
    far.rtvi("llm-function-call-in-progress", { tool_call_id: "2" });
    far.callTool("3", "hang_up", { why: "done" });
    await reports.until(({ events }) => events.length === 1);
    expect(reports.events).toEqual([{ type: "tool-call", id: "3", name: "hang_up", args: { why: "done" } }]);
    leg.toolResult?.("3", '{"status":"ok"}', false);
    leg.toolResult?.("3", "twice", false);
    await far.until(({ toolResults }) => toolResults.length === 1);
    expect(far.messages.at(-1)).toEqual({
      type: "llm-function-call-result",
      data: {
        function_name: "hang_up",
        tool_call_id: "3",
        arguments: { why: "done" },
        result: { status: "ok" },
      },
    });
  });

  it("are all that older bots leave to the client", async () => {
    const { leg, far, reports } = await dial({}, { rtvi: "0.3.0" });
    far.callTool("1", "get_weather", {}, true);
    await reports.until(({ events }) => events.length === 1);
    leg.toolResult?.("1", "no such city", true);
    await far.until(({ toolResults }) => toolResults.length === 1);
    expect(far.toolResults).toEqual([{ id: "1", output: '{"error":"no such city"}' }]);
  });

  it("are not answered when the bot has no use for it any more", async () => {
    const { leg, far, reports } = await dial();
    far.callTool("1", "slow", {}, true);
    far.cancelTool("1");
    far.cancelTool("1");
    await reports.until(({ events }) => events.length === 2);
    expect(reports.events[1]).toEqual({ type: "tool-cancelled", ids: ["1"] });
    leg.toolResult?.("1", "late", false);
    leg.dtmf?.("1");
    await far.until(({ digits }) => digits.length === 1);
    expect(far.faults).toEqual([]);
  });

  it("may be asked for by the bot's own code", async () => {
    const { leg, far, reports } = await dial();
    far.serverMessage({ type: "tool-call", id: "a", name: "transfer_call", args: { to: "sales" } });
    far.serverMessage({ type: "hang_up" });
    far.serverMessage({ type: "something else" });
    await reports.until(({ events }) => events.length === 2);
    expect(reports.events).toEqual([
      { type: "tool-call", id: "a", name: "transfer_call", args: { to: "sales" } },
      { type: "tool-call", id: "server-message-1", name: "hang_up", args: {} },
    ]);
    leg.toolResult?.("a", "done", false);
    leg.toolResult?.("server-message-1", "the call ends", false);
    leg.dtmf?.("1");
    await far.until(({ digits }) => digits.length === 1);
    expect(far.messages.at(-2)).toEqual({
      type: "client-message",
      data: { t: "tool-result", d: { id: "a", output: "done", isError: false } },
    });
    expect(far.faults).toEqual([]);
  });
});

describe("keys", () => {
  it.each([
    ["2.1.0", { type: "dtmf", data: { buttons: ["#"] } }],
    ["2.0.0", { type: "dtmf", data: { button: "#" } }],
    [
      "1.3.0",
      {
        type: "send-text",
        data: {
          content: "[caller pressed #]",
          options: { run_immediately: false, audio_response: false },
        },
      },
    ],
  ])("go to a bot of RTVI %s", async (rtvi, message) => {
    const { leg, far } = await dial({}, { rtvi });
    leg.dtmf?.("#");
    await far.until(({ messages }) => messages.length === 2);
    expect(far.messages[1]).toEqual(message);
    expect(far.faults).toEqual([]);
  });
});

it("ends the call when the bot says that it failed", async () => {
  const { far, reports } = await dial();
  far.rtvi("error", { error: "TTS is slow\u001b[31m", fatal: false });
  far.rtvi("error", { error: "out of credit", fatal: true });
  far.speak(pattern(480));
  await far.ended;
  expect(reports.events).toEqual([
    { type: "warning", code: "agent-error", message: "the bot reports an error: TTS is slow[31m" },
    { type: "closed", failed: true, reason: "the bot failed: out of credit" },
  ]);
});

it("ignores nonsense, and says so once", async () => {
  const { far, reports } = await dial();
  far.sendText("hello");
  far.sendText("hello");
  for (const bytes of [[], [255], [0x12, 200], [0x32, 0], [0x0b]]) far.sendBytes(Uint8Array.from(bytes));
  for (const data of [
    "",
    "null",
    "[]",
    '{"type":"error"}',
    '{"label":"rtvi-ai"}',
    '{"label":"rtvi-ai","type":3}',
  ])
    far.frame({ type: "message", data });
  const odd = [undefined, null, 3, [], "text", { text: 3, final: true, spoken: true, tool_call_id: 7 }];
  for (const type of ["user-transcription", "bot-output", "bot-transcription", "error", "error-response"])
    for (const data of odd) far.rtvi(type, data as never);
  for (const type of ["llm-function-call", "llm-function-call-stopped", "server-message", "metrics"])
    for (const data of odd) far.rtvi(type, data as never);
  far.rtvi("server-message", { type: "tool-call", id: "", name: "x" });
  far.rtvi("server-message", { type: "tool-call", id: "1", name: "x".repeat(1000) });
  far.speak(pattern(480));
  await reports.until(({ audio }) => audio.length === 480);
  expect(reports.warnings.sort()).toEqual(["agent-error", "agent-malformed", "agent-text"]);
  expect(reports.events).toHaveLength(4);
});
