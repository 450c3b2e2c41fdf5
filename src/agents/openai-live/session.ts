/** One session of OpenAI's Live protocol: audio flows both ways without turns, and tools are delegated. */
import { bytesPerMs, type MediaFormat } from "../../audio/format.js";
import type { Payload } from "../../audio/payload.js";
import type { LegEvent } from "../../call/leg.js";
import type { Clock, Timer } from "../../clock.js";
import { asObject, EventSocket, vendorWords } from "../openai/socket.js";
import { OpenCalls } from "../openai/tools.js";
import type { JsonObject } from "../wire/json.js";
import { LiveAudio, LiveWords } from "./speech.js";
import type { LiveClientEvent } from "./wire.js";

export interface LiveSessionOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of both directions. */
  readonly format: MediaFormat;
  /** The `session` of the `session.start`. */
  readonly session: JsonObject;
  readonly fix: string;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Anything but `closed`. */
  readonly emit: (event: LegEvent) => void;
  /** The agent begins to speak. */
  readonly onSpeech: () => void;
  /** The session is over, unless we closed it. */
  readonly onEnd: (end: LiveEnd) => void;
}

export interface LiveEnd {
  readonly failed: boolean;
  readonly reason: string;
  /** It reached its longest duration. */
  readonly expired: boolean;
}

const HEAD = '{"type":"session.input_audio.append","audio":"';
/** Characters of base64 and of the message around it, for each byte of 20 ms of audio. */
const WIRE_GROWTH = 1.7;
/** How long the service may take to say good-bye. */
const CLOSE_TIMEOUT_MS = 5000;

export class LiveSession {
  /** Rejects with a BridgeError, or with the signal's reason. */
  readonly ready: Promise<void>;
  /** Where the service ends the session, in ms since 1970; undefined where it does not say. */
  expiresAtMs: number | undefined;
  /** Milliseconds of the caller's audio that came before what this session heard. */
  audioBeforeMs = 0;
  readonly #options: LiveSessionOptions;
  readonly #socket: EventSocket;
  readonly #audio: LiveAudio;
  readonly #callerWords: LiveWords;
  readonly #agentWords: LiveWords;
  readonly #calls = new OpenCalls();
  /** Delegated responses under way. */
  readonly #running = new Set<string>();
  #replyWanted = false;
  #turnWords = "";
  /** What it says is not heard any more; only words that come late are. */
  #retired = false;
  /** The service has ended it. */
  #gone = false;
  #over = false;
  #started = false;
  #timer: Timer | undefined;

  constructor(options: LiveSessionOptions) {
    const { url, headers, format, session, fix, signal, clock } = options;
    this.#options = options;
    this.#audio = new LiveAudio(format, this.#emit, clock);
    this.#callerWords = new LiveWords("caller", this.#emit, clock, () => this.audioBeforeMs);
    this.#agentWords = new LiveWords("agent", this.#emit, clock);
    this.#socket = new EventSocket({
      url,
      headers,
      signal,
      bytesPerMs: bytesPerMs(format) * WIRE_GROWTH,
      opening: { type: "session.start", session },
      readyBy: "session.started",
      fix,
      emit: (event) => {
        if (event.type === "closed") this.#end({ ...event, expired: false });
        else this.#emit(event);
      },
      onEvent: (event) => this.#read(event),
    });
    this.ready = this.#socket.ready;
  }

  get isReady(): boolean {
    return this.#started && !this.#gone;
  }

  get isSpeaking(): boolean {
    return this.#audio.isSpeaking;
  }

  /** The last that the agent said in the present turn. */
  get wordsNow(): string {
    return this.#turnWords.trim();
  }

  /** Whether a tool runs, or the text model, or words are coming. */
  get isBusy(): boolean {
    const { pending } = this.#calls;
    return pending || this.#running.size > 0 || this.#callerWords.text !== "" || this.#agentWords.text !== "";
  }

  sendAudio(audio: Payload, ms: number): void {
    if (!this.#over) this.#socket.sendAudio(`${HEAD}${audio.base64}"}`, ms);
  }

  /** @param channel `commentary` is to be spoken, `thinking` only to be known. At most 500 tokens. */
  append(channel: "commentary" | "thinking", content: string): void {
    this.#send({ type: `session.${channel}.append`, content, delegation_id: null });
  }

  /** @returns whether the model is to go on with the answer, or undefined when nobody waits for it. */
  answer(call_id: string, output: string): boolean | undefined {
    const wantsReply = this.#calls.answered(call_id);
    if (wantsReply === undefined || this.#retired) return wantsReply;
    this.#send({ type: "response.item.create", item: { type: "function_call_output", call_id, output } });
    this.#replyWanted ||= wantsReply;
    this.#respondIfAllowed();
    return wantsReply;
  }

  /**
   * The call goes on in another session: what is said in this one is over. Words of the agent that come late are still told,
   * and those of the caller unless they will be said again.
   */
  retire(callerIsHeardAgain: boolean): void {
    if (this.#retired) return;
    if (this.isSpeaking) this.#emit({ type: "turn-ended" });
    if (callerIsHeardAgain) this.#callerWords.close();
    this.#callerWords.flush();
    this.#agentWords.flush();
    this.#goodBye(1000, "continued in another session");
    this.#retired = true;
  }

  close(code: number, reason: string): void {
    if (this.#over) return;
    if (!this.#retired) this.#goodBye(code, reason);
    this.#forget();
  }

  readonly #emit = (event: LegEvent): void => {
    if (this.#over || (this.#retired && event.type !== "transcript")) return;
    this.#options.emit(event);
  };

  #goodBye(code: number, reason: string): void {
    if (this.#gone) return;
    this.#send({ type: "session.close" });
    const waitMs = this.#started ? CLOSE_TIMEOUT_MS : 0;
    this.#timer = this.#options.clock.setTimer(() => this.#socket.close(code, reason), waitMs);
  }

  #end(end: LiveEnd): void {
    this.#timer?.cancel();
    if (this.#over || this.#gone) return;
    this.#gone = true;
    const isNews = !this.#retired;
    // Of one that expired, the call says which of its last words it wants: it goes on in another.
    if (!end.expired || this.#retired) {
      this.#callerWords.flush();
      this.#agentWords.flush();
    }
    if (isNews) this.#options.onEnd(end);
    this.#forget();
  }

  #forget(): void {
    this.#over = true;
    this.#callerWords.close();
    this.#agentWords.close();
  }

  #read(event: JsonObject): void {
    switch (event.type) {
      case "session.started": {
        const { expires_at } = asObject(event.session);
        if (typeof expires_at === "number") this.expiresAtMs = expires_at * 1000;
        this.#started = true;
        break;
      }
      case "session.output_audio.delta":
        this.#hear(Buffer.from(typeof event.delta === "string" ? event.delta : "", "base64"));
        break;
      case "session.input_transcript.delta":
        this.#callerWords.push(event.delta, event.start_ms, event.end_ms);
        break;
      case "session.output_transcript.delta":
        this.#agentWords.push(event.delta, event.start_ms, event.end_ms);
        if (typeof event.delta === "string") this.#turnWords = (this.#turnWords + event.delta).slice(-300);
        break;
      case "response.event":
        this.#delegated(asObject(event.event), String(event.delegation_id));
        break;
      case "session.closed":
        this.#said(String(event.reason));
        break;
      case "error": {
        const message = `the agent reported an error: ${vendorWords(event.error)}`;
        this.#emit({ type: "warning", code: "agent-error", message });
        break;
      }
    }
  }

  #hear(bytes: Uint8Array): void {
    if (this.#retired || this.#over) return;
    if (!this.#audio.push(bytes)) return;
    // Words may come a little before their sound.
    this.#turnWords = this.#agentWords.text.slice(-300);
    this.#options.onSpeech();
  }

  #said(reason: string): void {
    const inOrder = reason === "close_requested" || reason === "remote_hangup";
    const expired = reason === "expired";
    const words = expired
      ? "the session reached its longest duration"
      : reason === "content"
        ? "stopped by a safety filter"
        : "the agent ended the session";
    this.#end({ failed: !inOrder, reason: words, expired });
    this.#socket.close(1000, "closed");
  }

  /** An event of a text model that works for the voice. */
  #delegated(event: JsonObject, delegationId: string): void {
    switch (event.type) {
      case "response.created":
        this.#running.add(delegationId);
        break;
      case "response.output_item.done":
        this.#call(asObject(event.item), delegationId);
        break;
      case "response.completed":
      case "response.incomplete":
      case "response.failed":
        this.#running.delete(delegationId);
        this.#respondIfAllowed();
        break;
    }
  }

  #call(item: JsonObject, delegationId: string): void {
    if (this.#over || this.#retired) return;
    const call = this.#calls.read(item, delegationId);
    if (!call) return;
    if (this.#running.size < 100) this.#running.add(delegationId);
    if (call.args) this.#emit({ type: "tool-call", id: call.id, name: call.name, args: call.args });
    else this.answer(call.id, '{"error":"the arguments are not a JSON object"}');
  }

  #respondIfAllowed(): void {
    if (!this.#replyWanted || this.#running.size > 0 || this.#calls.pending) return;
    this.#replyWanted = false;
    this.#send({ type: "response.create" });
  }

  #send(event: LiveClientEvent): void {
    if (!this.#over && !this.#retired && !this.#gone) this.#socket.send(event);
  }
}
