/** What a Pipecat bot says: its frames, and the RTVI messages inside them, as events of the leg. */
import type { MediaFormat } from "../../audio/format.js";
import type { LegEvent } from "../../call/leg.js";
import { printable } from "../../protocol/text.js";
import { type JsonObject, parseObject } from "../wire/json.js";
import { SpokenPcm } from "../wire/spoken-pcm.js";
import { decodeFrame, type PipecatFrame } from "./frames.js";
import { PipecatTools } from "./tools.js";

export interface PipecatBotOptions {
  readonly speaks: MediaFormat;
  /** Only an interruption frame interrupts, not the caller's speech that the bot reports. */
  readonly framesOnly: boolean;
  readonly tools: readonly { readonly name: string }[];
  readonly emit: (event: LegEvent) => void;
  readonly warn: (code: string, message: string) => void;
  /** Sends an RTVI message. */
  readonly send: (type: string, data: JsonObject) => void;
  /** The bot is there: it said so, or it speaks. */
  readonly onReady: () => void;
  /** The bot cannot go on, in its own words. */
  readonly onFatal: (words: string) => void;
}

const MAX_WORDS = 200;
/** Far more than anybody says in one turn. */
const MAX_TRANSCRIPT = 20_000;

export class PipecatBot {
  readonly #options: PipecatBotOptions;
  readonly #speech: SpokenPcm;
  readonly tools: PipecatTools;
  /** The RTVI version in `bot-ready`, as major and minor. Undefined until then. */
  version: readonly [major: number, minor: number] | undefined;
  #hasRtvi = false;
  #speaking = false;
  /** Audio is of a reply that was cut off, until the bot says that it stopped, or starts the next. */
  #late = false;
  #sendsInterruptions = false;
  /** The reported speech of the caller has interrupted already, and nothing was said since. */
  #cutBySpeech = false;
  #audible = false;
  /** What the bot says in this turn: as spoken, and as older bots transcribe it. */
  #spoken = "";
  #transcribed = "";

  constructor(options: PipecatBotOptions) {
    this.#options = options;
    const { speaks, warn } = options;
    this.#speech = new SpokenPcm(speaks, (event) => this.#said(event), warn, "outputRate");
    this.tools = new PipecatTools(options);
  }

  /** Takes one binary message, whatever it may hold. */
  read(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (frame === undefined) {
      this.#options.warn(
        "agent-malformed",
        "the bot sent a message that is no Pipecat frame; it was ignored",
      );
    } else if (frame !== "unknown") this.#frame(frame);
  }

  #frame(frame: PipecatFrame): void {
    switch (frame.type) {
      case "audio":
        this.#audio(frame);
        break;
      case "interruption":
        this.#sendsInterruptions = true;
        if (!this.#cutBySpeech) this.#interrupt();
        break;
      case "message": {
        const message = parseObject(frame.data);
        if (message?.label === "rtvi-ai") this.#rtvi(String(message.type), asObject(message.data));
        break;
      }
      // A bot with RTVI says the same there.
      case "transcription":
        if (!this.#hasRtvi) this.#transcript("caller", frame.text);
        break;
      case "text":
        if (!this.#hasRtvi) this.#transcript("agent", frame.text);
        break;
    }
  }

  #audio({ audio, sampleRate, channels }: Extract<PipecatFrame, { type: "audio" }>): void {
    if (audio.length === 0 || sampleRate === 0) return;
    if (channels > 1) {
      const message = `the bot speaks in ${channels} channels, which cannot be played; set audio_out_channels=1`;
      this.#options.warn("unsupported-channels", message);
      return;
    }
    this.#options.onReady();
    if (this.#late) return;
    this.#speech.pushPcm(withoutWavHeader(audio), sampleRate);
  }

  #said(audio: LegEvent): void {
    this.#audible = true;
    this.#cutBySpeech = false;
    this.#options.emit(audio);
  }

  #interrupt(): void {
    this.#late = this.#speaking;
    this.#audible = false;
    this.#options.emit({ type: "interrupted" });
  }

  #rtvi(type: string, data: JsonObject): void {
    this.#hasRtvi = true;
    switch (type) {
      case "bot-ready": {
        const [, major, minor] = /^(\d+)\.(\d+)/.exec(String(data.version)) ?? [];
        this.version = [Number(major ?? 0), Number(minor ?? 0)];
        this.#options.onReady();
        break;
      }
      case "user-started-speaking":
        if (this.#options.framesOnly || this.#sendsInterruptions || !this.#audible) break;
        this.#cutBySpeech = true;
        this.#interrupt();
        break;
      case "bot-started-speaking":
        this.#speaking = true;
        this.#late = false;
        break;
      case "bot-stopped-speaking":
        this.#stopped();
        break;
      case "user-transcription":
        if (data.final === true) this.#transcript("caller", data.text);
        break;
      case "bot-output":
        // What is not spoken comes again when it is.
        if (data.spoken === true) this.#spoken = longer(this.#spoken, data.text);
        break;
      case "bot-transcription":
        this.#transcribed = longer(this.#transcribed, data.text);
        break;
      case "error":
        this.#error(words(data.error), data.fatal === true);
        break;
      case "error-response":
        this.#error(words(data.error), false);
        break;
      default:
        this.tools.read(type, data);
    }
  }

  #stopped(): void {
    this.#late = false;
    this.#transcript("agent", this.#spoken || this.#transcribed);
    this.#spoken = "";
    this.#transcribed = "";
    if (!this.#speaking) return;
    this.#speaking = false;
    this.#options.emit({ type: "turn-ended" });
  }

  #error(said: string, fatal: boolean): void {
    if (fatal) this.#options.onFatal(said);
    else this.#options.warn("agent-error", `the bot reports an error: ${said}`);
  }

  #transcript(who: "caller" | "agent", text: unknown): void {
    if (typeof text !== "string" || text.trim() === "") return;
    this.#options.emit({ type: "transcript", who, text: text.trim() });
  }
}

function asObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null ? (value as JsonObject) : {};
}

function words(value: unknown): string {
  return (typeof value === "string" && printable(value, MAX_WORDS)) || "no reason given";
}

function longer(text: string, more: unknown): string {
  if (typeof more !== "string" || text.length + more.length > MAX_TRANSCRIPT) return text;
  return [text, more.trim()].filter(Boolean).join(" ");
}

/** Bots with `add_wav_header` put a WAV file's head before every piece of audio. */
function withoutWavHeader(audio: Uint8Array): Uint8Array {
  if (tag(audio, 0) !== "RIFF" || tag(audio, 8) !== "WAVE") return audio;
  const view = new DataView(audio.buffer, audio.byteOffset, audio.byteLength);
  for (let at = 12; at + 8 <= audio.length; ) {
    if (tag(audio, at) === "data") return audio.subarray(at + 8);
    const size = view.getUint32(at + 4, true);
    at += 8 + size + (size & 1);
  }
  return audio.subarray(audio.length);
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
