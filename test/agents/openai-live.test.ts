/** OpenAI's Live protocol: one endless stream each way, words without an end, tools by delegation. */
import { afterEach, describe, expect, it } from "vitest";
import { resolveAgent } from "../../src/agents/index.js";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { type FakeServer, fakeOpenAiLive, type OpenAiLiveConnection } from "../../src/testing.js";
import { callInfo, connect, pattern, payload } from "./call.js";
import { describeWire } from "./contract.js";

const NO_KEY = { keyVariable: "none" };

describeWire("openai-live", {
  spec: (url) => `openai-live:${url}/v1/live/sessions`,
  options: NO_KEY,
  start: fakeOpenAiLive,
  speak: (far, audio) => far.speak(audio),
  end: (far) => far.endSession("remote_hangup"),
  endTurn: (far) => far.speak(new Uint8Array(8000).fill(0xff)),
  transcribe: (far, who, text) => far.words(who, text),
  callTool: (far, id, name, args) => {
    far.callTools({ id, name, args });
    far.endDelegation();
  },
  toolResults: (far) => far.toolResults,
  digits: (far) => far.appended.map(({ content }) => content.replace(/^\[caller pressed (.)\]$/, "$1")),
  brief: {
    options: {},
    start() {
      let lasts = 1.5;
      // The first session ends soon, its successor late.
      const expiresAt = () => Date.now() / 1000 + lasts;
      return fakeOpenAiLive({
        expiresAt: () => {
          const at = expiresAt();
          lasts = 3600;
          return at;
        },
      });
    },
  },
});

let server: FakeServer<OpenAiLiveConnection> | undefined;
afterEach(() => server?.close());

const dial = async (options: Record<string, string> = {}, call = callInfo()) => {
  server = await fakeOpenAiLive();
  const connected = await connect(`openai-live:${server.url}`, { options: { ...NO_KEY, ...options }, call });
  return { ...connected, far: await server.next() };
};

describe("the session", () => {
  it("is μ-law both ways in a μ-law call, and delegates the tools", async () => {
    const { leg, far } = await dial({
      voice: "marin",
      instructions: "Be brief.",
      taskInstructions: "Be exact.",
    });
    expect([leg.hears, leg.speaks]).toEqual([PORTAL_FORMATS.g711_ulaw, PORTAL_FORMATS.g711_ulaw]);
    expect(far.session).toEqual({
      model: "gpt-live-1",
      instructions: "Be brief.",
      audio: { format: { type: "audio/pcmu", rate: 8000 }, output: { voice: "marin" } },
      delegation: {
        type: "responses",
        responses: {
          model: "gpt-5.4-mini",
          instructions: "Be exact.",
          tools: [
            {
              type: "function",
              name: "hang_up",
              description: expect.any(String),
              parameters: expect.anything(),
            },
          ],
        },
      },
    });
  });

  it("has one rate of PCM both ways in other calls", async () => {
    const { leg, far } = await dial({ rate: "16000" }, callInfo({ format: PORTAL_FORMATS.opus }));
    expect([leg.hears.sampleRate, leg.speaks.sampleRate]).toEqual([16000, 16000]);
    expect(far.session).toMatchObject({ audio: { format: { type: "audio/pcm", rate: 16000 } } });
  });

  it("begins with the greeting", async () => {
    const { far } = await dial({ greeting: "Greet the caller now." });
    await far.until(() => far.appended.length > 0);
    expect(far.appended).toEqual([{ channel: "commentary", content: "Greet the caller now." }]);
  });

  it("is refused with the vendor's own words", async () => {
    await expect(dial({ sessionPatch: '{"temperature":1}' })).rejects.toMatchObject({
      code: "agent-refused",
      message: expect.stringContaining("session.temperature"),
    });
  });

  it("wants a key", async () => {
    const resolving = resolveAgent("openai-live", { options: {}, env: {} });
    await expect(resolving).rejects.toMatchObject({ code: "missing-token" });
  });

  it("can be tried before the first call", async () => {
    server = await fakeOpenAiLive();
    await (await resolveAgent(`openai-live:${server.url}`, { options: NO_KEY })).probe();
    await server.untilOpen(0);
  });

  it.each([
    ["remote_hangup", false],
    ["content", true],
    ["connection_lost", true],
  ] as const)("that ends with %s is told", async (reason, failed) => {
    const { far, reports } = await dial();
    far.words("caller", "And one more");
    far.endSession(reason);
    await far.ended;
    await reports.until(() => reports.of("closed").length > 0);
    expect(reports.events).toMatchObject([{ type: "transcript" }, { type: "closed", failed }]);
  });

  it("is closed with a good-bye", async () => {
    const { leg, far } = await dial();
    leg.close(1000, "over");
    leg.send(payload(pattern(160)));
    leg.dtmf?.("1");
    expect((await far.ended).code).toBe(1000);
    expect(far.faults).toEqual([]);
    expect(far.heardBytes).toBe(0);
  });
});

describe("what the agent says", () => {
  it("ends where silence lasts, which is not passed on", async () => {
    const { far, reports } = await dial();
    const silence = new Uint8Array(1600).fill(0xff);
    far.speak(silence);
    far.speak(pattern(800));
    for (let i = 0; i < 20; i++) far.speak(silence);
    far.speak(pattern(80));
    await reports.until(({ audio }) => audio.length >= 800 + 4 * 1600 + 80);
    const types = reports.events.map(({ type }) => type);
    expect(types).toEqual(["audio", "audio", "audio", "audio", "audio", "turn-ended", "audio"]);
  });

  it("is written down by its pauses, and so is what the caller says", async () => {
    const { far, reports } = await dial();
    far.words("caller", "I would like bread", 500);
    far.words("agent", "Which one?", 3000);
    far.words("agent", "We have rye.", 6000);
    await reports.until(() => reports.of("transcript").length === 3);
    expect(reports.of("transcript")).toEqual([
      { type: "transcript", who: "agent", text: "Which one?" },
      { type: "transcript", who: "caller", text: "I would like bread", audioMs: 500 },
      { type: "transcript", who: "agent", text: "We have rye." },
    ]);
  });
});

describe("tools", () => {
  it("are answered all, and the delegated reply done, before the next is asked for", async () => {
    const { leg, far, reports } = await dial();
    far.callTools(
      { id: "a", name: "lookup", args: { word: "tea" } },
      { id: "b", name: "lookup", args: "nonsense" },
    );
    await reports.until(() => reports.of("tool-call").length === 1);
    expect(reports.of("tool-call")).toMatchObject([{ id: "a", args: { word: "tea" } }]);
    leg.toolResult?.("a", "it failed", true);
    leg.toolResult?.("a", "again", false);
    await far.until(() => far.toolResults.length === 2);
    expect(far.asked).toBe(0);
    far.endDelegation();
    await far.until(() => far.asked === 1);
    expect(far.toolResults.map(({ id }) => id)).toEqual(["b", "a"]);
  });

  it("ask for nothing more after hang_up", async () => {
    const { leg, far, reports } = await dial();
    far.callTools({ id: "a", name: "hang_up", args: {} });
    far.endDelegation();
    await reports.until(() => reports.of("tool-call").length === 1);
    leg.toolResult?.("a", "{}", false);
    leg.send(payload(pattern(160)));
    await far.until(() => far.heardBytes === 160);
    expect(far.asked).toBe(0);
  });
});

it("survives nonsense, and tells errors once", async () => {
  const { far, reports } = await dial();
  const nonsense = [
    "",
    "3",
    "{}",
    '{"type":"response.event"}',
    '{"type":"session.output_audio.delta","delta":5}',
  ];
  for (const text of [...nonsense, '{"type":"session.input_transcript.delta"}']) far.sendText(text);
  far.error("bad", "the key sk-abc12345 is bad");
  far.error("bad", "again");
  far.speak(pattern(160));
  await reports.until(({ audio }) => audio.length === 160);
  expect(reports.of("warning")).toMatchObject([
    { code: "agent-malformed" },
    { code: "agent-error", message: "the agent reported an error: the key [key] is bad" },
  ]);
});
