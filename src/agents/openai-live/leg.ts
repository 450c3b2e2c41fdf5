/** One conversation in OpenAI's Live protocol: audio flows both ways without turns, and tools are delegated. */
import { bytesPerMs, type MediaFormat } from "../../audio/format.js";
import type { Payload } from "../../audio/payload.js";
import type { Leg, LegEvent } from "../../call/leg.js";
import { withoutSecrets } from "../openai/key.js";
import { asObject, EventSocket, vendorWords } from "../openai/socket.js";
import { OpenCalls } from "../openai/tools.js";
import type { JsonObject } from "../wire/json.js";
import { warnOnce } from "../wire/warn-once.js";
import { LiveAudio, LiveWords } from "./speech.js";

export interface LiveLegOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of both directions. */
  readonly format: MediaFormat;
  /** The `session` of the `session.start`. */
  readonly session: JsonObject;
  readonly greeting: string | undefined;
  readonly fix: string;
  readonly signal: AbortSignal;
  readonly emit: (event: LegEvent) => void;
}

/** The events that a Live session is sent, apart from its start and the caller's audio. */
export type LiveClientEvent =
  | {
      readonly type: "session.commentary.append" | "session.thinking.append";
      readonly content: string;
      readonly delegation_id: null;
    }
  | {
      readonly type: "response.item.create";
      readonly item: {
        readonly type: "function_call_output";
        readonly call_id: string;
        readonly output: string;
      };
    }
  | { readonly type: "response.create" };

const HEAD = '{"type":"session.input_audio.append","audio":"';
/** Characters of base64 and of the message around it, for each byte of 20 ms of audio. */
const WIRE_GROWTH = 1.7;
/** How long the service may take to say good-bye. */
const CLOSE_TIMEOUT_MS = 5000;

export class LiveLeg implements Leg {
  readonly hears: MediaFormat;
  readonly speaks: MediaFormat;
  readonly #socket: EventSocket;
  readonly #emit: (event: LegEvent) => void;
  readonly #warn: (code: string, message: string) => void;
  readonly #audio: LiveAudio;
  readonly #callerWords: LiveWords;
  readonly #agentWords: LiveWords;
  readonly #calls = new OpenCalls();
  readonly #msPerByte: number;
  /** Delegated responses under way. */
  readonly #running = new Set<string>();
  #replyWanted = false;
  #over = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: LiveLegOptions) {
    const { url, headers, format, session, fix, signal } = options;
    this.hears = format;
    this.speaks = format;
    this.#msPerByte = 1 / bytesPerMs(format);
    this.#emit = (event) => {
      if (!this.#over) options.emit(event);
    };
    const warn = warnOnce(this.#emit);
    this.#warn = (code, message) => warn(code, withoutSecrets(message, headers));
    this.#audio = new LiveAudio(format, this.#emit);
    this.#callerWords = new LiveWords("caller", this.#emit);
    this.#agentWords = new LiveWords("agent", this.#emit);
    this.#socket = new EventSocket({
      url,
      headers,
      signal,
      bytesPerMs: bytesPerMs(format) * WIRE_GROWTH,
      opening: { type: "session.start", session },
      readyBy: "session.started",
      fix,
      emit: (event) => this.#report(event),
      onEvent: (event) => this.#read(event),
    });
  }

  /** Rejects as `connect` of an agent kind does. */
  static async connect(options: LiveLegOptions): Promise<LiveLeg> {
    const leg = new LiveLeg(options);
    await leg.#socket.ready;
    if (options.greeting) leg.#append("commentary", options.greeting);
    return leg;
  }

  send(audio: Payload): void {
    if (!this.#over) this.#socket.sendAudio(`${HEAD}${audio.base64}"}`, audio.bytes.length * this.#msPerByte);
  }

  dtmf(digit: string): void {
    this.#append("thinking", `[caller pressed ${digit}]`);
  }

  // The wire has no word for it: the model hears the caller and stops by itself.
  interrupt(): void {}

  toolResult(id: string, output: string, isError: boolean): void {
    this.#answer(id, isError ? JSON.stringify({ error: output }) : output);
  }

  close(code: number, reason: string): void {
    if (this.#over) return;
    this.#end();
    this.#socket.send({ type: "session.close" });
    this.#timer = setTimeout(() => this.#socket.close(code, reason), CLOSE_TIMEOUT_MS);
  }

  #report(event: LegEvent): void {
    if (event.type === "closed") this.#closed(event.failed, event.reason);
    else if (event.type === "warning") this.#warn(event.code, event.message);
    else this.#emit(event);
  }

  #closed(failed: boolean, reason: string): void {
    clearTimeout(this.#timer);
    this.#callerWords.flush();
    this.#agentWords.flush();
    this.#emit({ type: "closed", failed, reason });
    this.#end();
  }

  #end(): void {
    this.#over = true;
    this.#callerWords.drop();
    this.#agentWords.drop();
  }

  #read(event: JsonObject): void {
    switch (event.type) {
      case "session.output_audio.delta":
        this.#audio.push(Buffer.from(typeof event.delta === "string" ? event.delta : "", "base64"));
        break;
      case "session.input_transcript.delta":
        this.#callerWords.push(event.delta, event.start_ms, event.end_ms);
        break;
      case "session.output_transcript.delta":
        this.#agentWords.push(event.delta, event.start_ms, event.end_ms);
        break;
      case "response.event":
        this.#delegated(asObject(event.event), String(event.delegation_id));
        break;
      case "session.closed":
        this.#said(String(event.reason));
        break;
      case "error":
        this.#warn("agent-error", `the agent reported an error: ${vendorWords(event.error)}`);
        break;
    }
  }

  #said(reason: string): void {
    const inOrder = reason === "close_requested" || reason === "remote_hangup";
    const known = {
      expired: "the session reached its longest duration",
      content: "stopped by a safety filter",
    };
    this.#closed(
      !inOrder,
      Object.hasOwn(known, reason) ? known[reason as keyof typeof known] : "the agent ended the session",
    );
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
    if (this.#over) return;
    const call = this.#calls.read(item, delegationId);
    if (!call) return;
    if (this.#running.size < 100) this.#running.add(delegationId);
    if (call.args) this.#emit({ type: "tool-call", id: call.id, name: call.name, args: call.args });
    else this.#answer(call.id, '{"error":"the arguments are not a JSON object"}');
  }

  #answer(call_id: string, output: string): void {
    const wantsReply = this.#calls.answered(call_id);
    if (wantsReply === undefined) return;
    this.#send({ type: "response.item.create", item: { type: "function_call_output", call_id, output } });
    this.#replyWanted ||= wantsReply;
    this.#respondIfAllowed();
  }

  #respondIfAllowed(): void {
    if (!this.#replyWanted || this.#running.size > 0 || this.#calls.pending) return;
    this.#replyWanted = false;
    this.#send({ type: "response.create" });
  }

  #append(channel: "commentary" | "thinking", content: string): void {
    this.#send({ type: `session.${channel}.append`, content, delegation_id: null });
  }

  #send(event: LiveClientEvent): void {
    if (!this.#over) this.#socket.send(event);
  }
}
