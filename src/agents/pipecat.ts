/** A Pipecat bot on its plain WebSocket transport: protobuf frames of PCM, with RTVI messages beside them. */
import { bytesPerMs, pcm16 } from "../audio/format.js";
import type { Leg } from "../call/leg.js";
import { defineAgent } from "./agent.js";
import { PipecatBot } from "./pipecat/bot.js";
import { encodeFrame } from "./pipecat/frames.js";
import { locateBot } from "./pipecat/start.js";
import { Handshake } from "./wire/handshake.js";
import { AgentSocket } from "./wire/socket.js";
import { warnOnce } from "./wire/warn-once.js";

/** The RTVI version that we speak. */
const VERSION = "2.1.0";
const TOKEN = "PIPECAT_TOKEN";
/** The close code for a token that is wrong or used up. */
const BAD_TOKEN = "4003";
const TOKEN_FIX = `Check ${TOKEN} and --agent-option token=…; a token is good for one call: let POST /start give each its own`;
const NOT_READY =
  "the bot did not say that it is ready; if it has no RTVI, set --agent-option rtvi=false, else allow more with readyWait";
const RATES = [8000, 16000, 24000, 48000] as const;

export const pipecat = defineAgent({
  name: "pipecat",
  summary: "a Pipecat bot on its WebSocket transport, or a runner's POST /start (http://…/start)",
  url: "required",
  schemes: ["ws", "wss", "http", "https"],
  example: "pipecat:ws://127.0.0.1:7860/ws-client",
  options: {
    inputRate: { type: "number", choices: RATES, default: 16000, help: "rate in Hz of what the bot hears" },
    outputRate: {
      type: "number",
      choices: RATES,
      default: 24000,
      help: "rate in Hz of what the bot says; frames at another rate are converted",
    },
    greeting: { type: "string", help: "text that is sent to the bot at the start, so that it speaks first" },
    rtvi: {
      type: "boolean",
      default: true,
      help: "whether the bot speaks RTVI; with false nothing is waited for",
    },
    readyWait: {
      type: "number",
      default: 3000,
      min: 0,
      max: 60_000,
      help: "how long to wait for the bot's bot-ready before going on without it, in ms",
    },
    interruptOn: {
      type: "string",
      choices: ["auto", "frame"],
      default: "auto",
      help: "auto also takes user-started-speaking for an interruption, until the bot has sent a frame for one",
    },
    origin: { type: "string", help: "the Origin header, where the bot allows only some" },
    token: {
      type: "string",
      choices: ["header", "query", "path"],
      default: "header",
      help: `where the token goes that ${TOKEN} or the runner gives`,
    },
  },
  async connect({ options, url, headers, call, tools, env, emit, signal }): Promise<Leg> {
    const hears = pcm16(options.inputRate);
    const speaks = pcm16(options.outputRate);
    const msPerByte = 1 / bytesPerMs(hears);
    const address = await locateBot({
      url: url as string,
      headers,
      token: env[TOKEN] || undefined,
      tokenPlace: options.token,
      origin: options.origin,
      call,
      signal,
    });
    const warn = warnOnce(emit);
    const handshake = new Handshake("The Pipecat bot", emit);
    const socket: AgentSocket = new AgentSocket({
      ...address,
      signal,
      bytesPerMs: bytesPerMs(hears),
      emit(event) {
        const early = event.type === "closed" && !handshake.isOver;
        if (early && event.reason.includes(BAD_TOKEN)) handshake.refuse("refused the token", TOKEN_FIX);
        else handshake.emit(event);
      },
      onText: () => warn("agent-text", "the bot sent a text message: it needs the ProtobufFrameSerializer"),
      onBytes: (bytes) => bot.read(bytes),
    });
    let messages = 0;
    const send = (type: string, data: object) => {
      const message = { label: "rtvi-ai", type, id: String(++messages), data };
      socket.sendControl(encodeFrame({ type: "message", data: JSON.stringify(message) }));
    };
    const bot = new PipecatBot({
      speaks,
      framesOnly: options.interruptOn === "frame",
      tools,
      emit,
      warn,
      send,
      onReady: () => handshake.ready(),
      onFatal(words) {
        if (!handshake.isOver) handshake.refuse(`failed: ${words}`, "Look at the bot's own log");
        else emit({ type: "closed", failed: true, reason: `the bot failed: ${words}` });
        socket.close(1000, "the bot failed");
      },
    });
    await socket.opened;
    const timer = setTimeout(() => {
      warn("agent-not-ready", NOT_READY);
      handshake.ready();
    }, options.readyWait);
    if (options.rtvi) send("client-ready", { version: VERSION, about: { library: "smartpbx-bridge" } });
    else handshake.ready();
    await handshake.through(socket, signal).finally(() => clearTimeout(timer));
    if (options.greeting)
      send("send-text", { content: options.greeting, options: { run_immediately: true } });
    return {
      hears,
      speaks,
      send({ bytes }) {
        const frame = encodeFrame({ type: "audio", audio: bytes, sampleRate: hears.sampleRate, channels: 1 });
        socket.sendAudio(frame, bytes.length * msPerByte);
      },
      dtmf: (digit) => send(...keyPress(digit, bot.version)),
      // The wire has no word for it: the bot knows what it has sent, and it sends at the pace of speech.
      interrupt() {},
      toolResult: (id, output, isError) => bot.tools.result(id, output, isError),
      close: (code, reason) => socket.close(code, reason),
    };
  },
});

/** Keys came to RTVI with version 2, in their present shape with 2.1. Bots before are told in words. */
function keyPress(
  digit: string,
  [major, minor]: readonly [number, number] = [2, 1],
): [type: string, data: object] {
  if (major > 2 || (major === 2 && minor >= 1)) return ["dtmf", { buttons: [digit] }];
  if (major === 2) return ["dtmf", { button: digit }];
  const quietly = { run_immediately: false, audio_response: false };
  return ["send-text", { content: `[caller pressed ${digit}]`, options: quietly }];
}
