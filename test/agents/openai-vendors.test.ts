/** The services that speak OpenAI's Realtime protocol: each recipe of docs/agents.md against a fake of that vendor's documented shape. */
import { once } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { resolveAgent } from "../../src/agents/index.js";
import { PORTAL_FORMATS, pcm16 } from "../../src/audio/format.js";
import {
  type FakeOpenAiOptions,
  type FakeServer,
  fakeOpenAi,
  type OpenAiConnection,
  type OpenAiVendor,
} from "../../src/testing.js";
import { connect, pattern, payload } from "./call.js";
import { describeWire } from "./contract.js";
import { recipesUnder } from "./recipes.js";

const VENDORS: Readonly<Record<string, OpenAiVendor>> = {
  OpenAI: "openai",
  "Azure OpenAI, v1": "azure",
  "Azure OpenAI, preview": "azure-preview",
  "Azure Voice Live": "azure-voice-live",
  xAI: "xai",
  "Qwen-Omni-Realtime": "qwen",
};
const RECIPES = recipesUnder("`openai`\n");
const KEYS = RECIPES.map(({ options }) => options.keyVariable ?? "OPENAI_API_KEY");
for (const key of KEYS) vi.stubEnv(key, "planted-key");

const open: FakeServer<OpenAiConnection>[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const start = async (options: FakeOpenAiOptions) => {
  const server = await fakeOpenAi(options);
  open.push(server);
  return server;
};

it("has a recipe for every vendor that there is a fake of", () => {
  expect(RECIPES.map(({ name }) => name)).toEqual(Object.keys(VENDORS));
});

for (const recipe of RECIPES) {
  const vendor = VENDORS[recipe.name];
  const isQwen = vendor === "qwen";
  const { options } = recipe;

  describeWire(`openai as ${recipe.name}`, {
    spec: recipe.spec,
    options,
    start: (given) => fakeOpenAi({ ...given, vendor }),
    speaks: isQwen ? pcm16(24000) : PORTAL_FORMATS.g711_ulaw,
    speak: (far, audio) => void far.speak(audio),
    end: (far) => far.close(1000),
    interrupt: (far) => far.callerStarts(),
    speakLate: (far, audio) => far.speakLate(audio),
    endTurn: (far) => far.endReply(),
    transcribe: (far, who, text) => (who === "caller" ? far.callerSaid(text) : far.says(text)),
    callTool: (far, id, name, args) => far.callTool(id, name, args),
    toolResults: (far) => far.toolResults,
    ...(!isQwen && { heard: (far: OpenAiConnection) => far.truncations.map(({ ms }) => ms) }),
    digits: (far) => [...told(far).matchAll(/\[caller pressed (.)\]/g)].map(([, digit]) => digit),
  });

  describe(`openai as ${recipe.name}`, () => {
    const dial = async (more: Record<string, string> = {}) => {
      const server = await start({ vendor });
      const connected = await connect(recipe.spec(server.url), { options: { ...options, ...more } });
      return { ...connected, server, far: await server.next() };
    };
    const clean = (far: OpenAiConnection) => expect([...far.refusals, ...far.faults]).toEqual([]);

    it("can be tried before the first call, with the key where the vendor wants it", async () => {
      const server = await start({ vendor });
      await (await resolveAgent(recipe.spec(server.url), { options })).probe();
      const { headers } = await server.next();
      const key = options.keyHeader === "api-key" ? headers["api-key"] : headers.authorization;
      expect(key).toMatch(/^(Bearer )?planted-key$/);
    });

    it("greets once, as it is told, and keeps its instructions", async () => {
      const { far, reports } = await dial({ greeting: "Greet the caller.", instructions: "Be brief." });
      await far.until(() => far.asked.length > 0);
      const both = "Be brief.\n\nGreet the caller.";
      if (isQwen) {
        await far.until(() => far.updates.length === 3);
        expect(far.updates.map(({ instructions }) => instructions)).toEqual(["Be brief.", both, "Be brief."]);
      } else expect(far.asked).toEqual([{ instructions: both }]);
      far.speak(pattern(160));
      far.endReply();
      await reports.until(() => reports.of("turn-ended").length === 1);
      expect(reports.warnings).toEqual([]);
      clean(far);
    });

    it("offers tools, and asks for one reply when all are answered", async () => {
      const { leg, far, reports } = await dial();
      expect(JSON.stringify(far.session?.tools)).toContain("hang_up");
      far.callTool("c1", "lookup", { word: "tea" }, false);
      far.callTool("c2", "lookup", {}, false);
      await reports.until(() => reports.of("tool-call").length === 2);
      for (const id of ["c1", "c2"]) leg.toolResult?.(id, "{}", false);
      far.endReply();
      await far.until(() => far.asked.length === 1);
      expect(far.toolResults.map(({ id }) => id)).toEqual(["c1", "c2"]);
      clean(far);
    });

    it("writes down what the caller said once, when it is whole", async () => {
      const { far, reports } = await dial();
      far.callerStarts();
      far.callerStops();
      far.callerSaid("a table for two");
      far.says("for when?");
      await reports.until(() => reports.of("transcript").length === 2);
      expect(reports.of("transcript").map(({ text }) => text)).toEqual(["a table for two", "for when?"]);
    });

    it("takes no harm from two replies that want to begin at once", async () => {
      const { leg, far, reports } = await dial();
      far.callTool("c1", "lookup", {});
      await reports.until(() => reports.of("tool-call").length === 1);
      far.stopReading();
      leg.toolResult?.("c1", "{}", false);
      far.beginReply();
      far.readAgain();
      await far.until(() => far.refusals.includes("conversation_already_has_active_response"));
      far.endReply();
      await far.until(() => far.asked.length === 1);
      expect(reports.warnings).toEqual([]);
    });

    it("goes on in another session, which knows what was said, and greets nobody", async () => {
      const { leg, server, far, reports } = await dial({ greeting: "Greet the caller.", swapAfter: "0.001" });
      await far.until(() => far.asked.length === 1);
      far.callerStarts();
      far.callerStops();
      far.callerSaid("Bread, please");
      far.says("Which bread?");
      await reports.until(() => reports.of("transcript").length === 2);
      const next = await server.next();
      await next.until(() => next.session !== undefined);
      // Keeps the next one from being replaced in its turn.
      next.beginReply();
      far.endReply();
      await far.ended;
      leg.send(payload(pattern(160)));
      await next.until(() => next.heardBytes === 160);
      expect(told(next)).toMatch(/Bread, please.*Which bread\?/s);
      expect(next.asked).toEqual([]);
      expect(reports.of("closed")).toEqual([]);
      for (const connection of [far, next]) clean(connection);
      leg.close(1000, "over");
    });

    it("answers in the next session what a tool was asked for in one that expired", async () => {
      const { leg, server, far, reports } = await dial();
      far.callTool("c1", "lookup", { word: "tea" });
      await reports.until(() => reports.of("tool-call").length === 1);
      far.expire();
      await far.ended;
      leg.toolResult?.("c1", '{"found":"green tea"}', false);
      const next = await server.next();
      await next.until(() => next.asked.length === 1);
      expect(`${told(next)}${JSON.stringify(next.toolResults)}`).toContain("green tea");
      clean(next);
      expect(reports.of("closed")).toEqual([]);
      leg.close(1000, "over");
    });
  });
}

/** What a session was told besides the caller's audio: in items, or in its instructions. */
function told(far: OpenAiConnection): string {
  return `${far.session?.instructions ?? ""}\n${far.texts.join("\n")}`;
}

describe("a fake of a vendor refuses", () => {
  const refused = async (vendor: OpenAiVendor, path: string, options: Record<string, string>) => {
    const { url } = await start({ vendor });
    return expect(connect(`openai:${url}${path}`, { options })).rejects;
  };
  const azure = { keyHeader: "api-key" };
  it.each([
    ["openai", "/v1/other?model=m", {}, "path"],
    ["openai", "/v1/realtime?model=m", { keyVariable: "none" }, "no key"],
    ["openai", "/v1/realtime?model=m", { dialect: "beta" }, "dialect"],
    ["azure", "/openai/v1/realtime?deployment=d", azure, "no model"],
    ["azure", "/openai/realtime?model=d", azure, "path"],
    ["azure-preview", "/openai/realtime?deployment=d", { ...azure, dialect: "beta" }, "no api-version"],
    ["azure-preview", "/openai/realtime?api-version=1&deployment=d", azure, "session.type"],
    ["azure-voice-live", "/voice-live/realtime?api-version=1&model=m", azure, "session.type"],
    [
      "azure-voice-live",
      "/voice-live/realtime?api-version=1&model=m",
      { ...azure, dialect: "beta", turnDetection: "semantic_vad" },
      "session.turn_detection.type",
    ],
    ["xai", "/v1/realtime", {}, "session.type"],
    ["xai", "/v1/realtime", { dialect: "xai" }, "transcription.model"],
    ["qwen", "/api-ws/v1/realtime", { dialect: "beta" }, "input_audio_format"],
    [
      "qwen",
      "/api-ws/v1/realtime",
      {
        dialect: "beta",
        transcription: "none",
        sessionPatch: '{"input_audio_format":"pcm","output_audio_format":"pcm"}',
      },
      "tools",
    ],
  ] as const)("%s at %s with %j", async (vendor, path, options, words) => {
    await (await refused(vendor, path, options)).toMatchObject({
      code: "agent-refused",
      message: expect.stringContaining(words),
    });
  });

  it("what Qwen has no event for: truncations and messages", async () => {
    const server = await start({ vendor: "qwen" });
    const socket = new WebSocket(`${server.url}/api-ws/v1/realtime?model=m`, {
      headers: { Authorization: "k" },
    });
    await once(socket, "open");
    const far = await server.next();
    socket.send('{"type":"session.update","session":{}}');
    socket.send('{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[]}}');
    socket.send('{"type":"conversation.item.truncate"}');
    await far.ended;
    expect([far.refusals, far.faults]).toEqual([
      ["invalid_value"],
      ["an event of type conversation.item.truncate"],
    ]);
  });
});
