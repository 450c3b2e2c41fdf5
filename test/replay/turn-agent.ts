/** A small agent behind a real endpoint that replies when the caller has finished and stops when interrupted, or does one thing wrong. */
import { frameBytes, type MediaFormat, SAMPLE_RATES } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { Payload } from "../../src/audio/payload.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import { SpeechDetector } from "../../src/audio/speech.js";
import { loadSource } from "../../src/simulate/source.js";
import { Endpoint, type Line } from "../simulate/endpoint.js";

export interface Mutation {
  /** Every reply comes so much later. */
  readonly laterMs?: number;
  /** The reply with this number, from 1, does not come. */
  readonly skips?: number;
  readonly gainDb?: number;
  /** What it takes the call's format for. */
  readonly speaksAs?: MediaFormat;
  readonly noCallId?: boolean;
  readonly hangsUpAtMs?: number;
  readonly ignoresBargeIn?: boolean;
}

const voice = await loadSource({ type: "sample-voice" });
const VOICE_FROM_MS = 300;
/** At each rate, made before any call: it takes longer than a caller can wait. */
const VOICES = new Map(SAMPLE_RATES.map((rate) => [rate, voice.samplesAt(rate)]));
/** What it says to what it hears: the first reply is long, so that it can be interrupted. */
const REPLIES_MS = [1860, 600];
/** Quiet that ends what the caller says, and what thinking takes. */
const ENDPOINTING_FRAMES = 15;
const THINKING_FRAMES = 8;
const ONSET_FRAMES = 3;

export function turnAgent(mutation: Mutation = {}): Promise<Endpoint> {
  const calls = new WeakMap<Line, AgentCall>();
  return Endpoint.listen({
    started: (line) => calls.set(line, new AgentCall(line, mutation)),
    audio: (line, payload) => calls.get(line)?.hear(payload.bytes),
  });
}

/** Its clock is the caller's audio: 20 ms in, 20 ms out. */
class AgentCall {
  readonly #line: Line;
  readonly #mutation: Mutation;
  readonly #detector: SpeechDetector;
  #frames = 0;
  #voiced = 0;
  #quiet = 0;
  #callerSpeaks = false;
  #replies = 0;
  #replyAt = Number.POSITIVE_INFINITY;
  #saying: Uint8Array[] = [];

  constructor(line: Line, mutation: Mutation) {
    this.#line = line;
    this.#mutation = mutation;
    this.#detector = new SpeechDetector(line.info.format);
  }

  hear(bytes: Uint8Array): void {
    const { hangsUpAtMs, ignoresBargeIn } = this.#mutation;
    this.#frames++;
    if (hangsUpAtMs !== undefined && this.#frames * 20 >= hangsUpAtMs) {
      this.#line.socket.close(1000);
      return;
    }
    this.#listen(this.#detector.push(bytes));
    if (this.#callerSpeaks && !ignoresBargeIn) this.#saying = [];
    if (this.#frames >= this.#replyAt) this.#reply();
    const frame = this.#saying.shift();
    if (frame) this.#send(frame);
  }

  #listen(voiced: boolean): void {
    this.#voiced = voiced ? this.#voiced + 1 : 0;
    this.#quiet = voiced ? 0 : this.#quiet + 1;
    if (this.#voiced >= ONSET_FRAMES) this.#callerSpeaks = true;
    if (!this.#callerSpeaks || this.#quiet < ENDPOINTING_FRAMES) return;
    this.#callerSpeaks = false;
    this.#replyAt = this.#frames + THINKING_FRAMES + (this.#mutation.laterMs ?? 0) / 20;
  }

  #reply(): void {
    this.#replyAt = Number.POSITIVE_INFINITY;
    const lengthMs = REPLIES_MS[this.#replies++] ?? 0;
    if (this.#replies === this.#mutation.skips) return;
    const { format } = this.#line.info;
    const { encoding, sampleRate } = this.#mutation.speaksAs ?? format;
    const gain = 10 ** ((this.#mutation.gainDb ?? 0) / 20);
    const samples = (VOICES.get(sampleRate) as Int16Array)
      .slice((VOICE_FROM_MS * sampleRate) / 1000, ((VOICE_FROM_MS + lengthMs) * sampleRate) / 1000)
      .map((sample) => sample * gain);
    const bytes = encoding === "pcm16" ? pcmBytes(samples) : encodeUlaw(samples);
    const size = frameBytes({ encoding, sampleRate });
    for (let at = 0; at < bytes.length; at += size) this.#saying.push(bytes.subarray(at, at + size));
  }

  #send(frame: Uint8Array): void {
    const payload = Payload.fromBytes(frame);
    const { socket, info } = this.#line;
    if (this.#mutation.noCallId) {
      const { accountId } = info;
      socket.send(JSON.stringify({ event: "media", accountId, media: { payload: payload.base64 } }));
    } else {
      this.#line.speak(payload);
    }
  }
}
