/** One session of OpenAI's Realtime protocol: reads the server's events, and keeps the order that the server wants. */
import { Payload } from "../../audio/payload.js";
import type { LegEvent } from "../../call/leg.js";
import type { JsonObject } from "../wire/json.js";
import type { Guidance } from "./guidance.js";
import { type Dialect, type History, type HistoryItem, message } from "./history.js";
import { Items } from "./items.js";
import { asObject, vendorWords } from "./socket.js";
import type { OpenCalls } from "./tools.js";
import { Transcript } from "./transcript.js";
import type { ClientEvent, InstructionsUpdate } from "./wire.js";

export interface TurnsOptions {
  readonly dialect: Dialect;
  /** Of what the service says. */
  readonly bytesPerMs: number;
  /** Whether the service can be told what was heard of a reply. */
  readonly truncates: boolean;
  readonly cancelsItself: boolean;
  readonly history: History;
  readonly calls: OpenCalls;
  /** Where the service takes no messages: the instructions that say what messages would. */
  readonly guidance?: Guidance;
  /** Milliseconds of the caller's audio that earlier sessions heard. */
  readonly audioBeforeMs: () => number;
  readonly send: (event: ClientEvent | InstructionsUpdate) => void;
  readonly emit: (event: LegEvent) => void;
  readonly warn: (code: string, message: string) => void;
  /** The session has reached its longest duration. */
  readonly onExpired: () => void;
  /** The session is of no use any more. */
  readonly onFailed: (reason: string) => void;
}

/** A reply to what the caller said begins sooner than this, or not at all. */
const REPLY_DUE_MS = 5000;
const MAX_INTERRUPTED = 100;

export class Turns {
  readonly #options: TurnsOptions;
  readonly #items: Items;
  readonly #transcript: Transcript;
  /** The response under way. */
  #active: string | undefined;
  /** The id of our event that asked for a response which has not begun. */
  #asked: string | undefined;
  #askedCount = 0;
  /** Ids of responses that the caller spoke over. */
  readonly #interrupted = new Set<string>();
  /** A response is to be asked for as soon as that is allowed. */
  #wanted: { readonly instructions?: string } | undefined;
  #spoke = false;
  #callerSpeaks = false;
  #callerStoppedAt = Number.NEGATIVE_INFINITY;
  /** Ids of the calls that this session made. */
  readonly #own = new Set<string>();
  /** The instructions hold what is to be done in one reply only. */
  #guided = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
    this.#items = new Items(options.bytesPerMs);
    this.#transcript = new Transcript(options);
  }

  /** Whether nobody speaks, is about to speak, or waits for a tool. */
  get isQuiet(): boolean {
    return !this.#callerSpeaks && !this.#owesReply && !this.#active && !this.#options.calls.pending;
  }

  /** Whether the caller waits for a reply of which nothing has been heard. */
  get #owesReply(): boolean {
    if (this.#asked !== undefined || this.#wanted) return true;
    if (this.#active !== undefined) return !this.#spoke;
    return performance.now() - this.#callerStoppedAt < REPLY_DUE_MS;
  }

  /** The session is over in the middle of the call. @returns whether the next one owes the caller a reply. */
  end(): boolean {
    if (this.#active !== undefined && this.#spoke) this.#options.emit({ type: "turn-ended" });
    return this.#owesReply;
  }

  /** Asks for a reply, now or when the present one is over. */
  respond(instructions?: string): void {
    this.#wanted = { instructions };
    this.#respondIfAllowed();
  }

  say(text: string): void {
    const { history, guidance, dialect } = this.#options;
    history.note(text);
    if (guidance) this.#guide(text);
    else this.#create(message("caller", text, dialect));
  }

  interrupt(heardMs: number, itemId: string | undefined, unheard: readonly string[]): void {
    if (itemId !== undefined) this.#truncate(itemId, heardMs);
    for (const id of unheard) this.#truncate(id, 0);
  }

  answer(id: string, output: string): void {
    const { calls, history, guidance } = this.#options;
    const wantsReply = calls.answered(id);
    if (wantsReply === undefined) return;
    const item = { type: "function_call_output", call_id: id, output } as const;
    history.tool(item);
    // The call of an earlier session is no item of this one where only answers can be created.
    if (guidance && !this.#own.has(id)) this.#guide(`What you called for answered: ${output}`);
    else this.#create(item);
    if (wantsReply) this.#wanted ??= {};
    this.#respondIfAllowed();
  }

  read(event: JsonObject): void {
    this.#transcript.read(event);
    switch (event.type) {
      case "response.created":
        this.#created(String(asObject(event.response).id));
        break;
      case "response.output_audio.delta":
      case "response.audio.delta":
        this.#audio(event);
        break;
      case "response.output_audio.done":
      case "response.audio.done":
        this.#items.done(String(event.item_id));
        break;
      case "response.output_item.done":
        this.#call(asObject(event.item), String(event.response_id));
        break;
      case "response.done":
        this.#done(asObject(event.response));
        break;
      case "input_audio_buffer.speech_started":
        this.#callerStarted();
        break;
      case "input_audio_buffer.speech_stopped":
        this.#callerSpeaks = false;
        this.#callerStoppedAt = performance.now();
        break;
      case "input_audio_buffer.committed":
        this.#callerSpeaks = false;
        break;
      case "error":
        this.#error(asObject(event.error));
        break;
    }
  }

  #created(id: string): void {
    // A reply to the caller's next words knows all answers that were given before.
    if (this.#asked === undefined && this.#active === undefined) this.#wanted = undefined;
    this.#active = id;
    this.#asked = undefined;
    this.#spoke = false;
    this.#callerSpeaks = false;
    this.#callerStoppedAt = Number.NEGATIVE_INFINITY;
    if (this.#guided) this.#guide();
  }

  #audio({ response_id, item_id, content_index, delta }: JsonObject): void {
    const bytes = Buffer.from(typeof delta === "string" ? delta : "", "base64");
    if (bytes.length === 0) return;
    const itemId = String(item_id);
    const isNew = this.#items.received(itemId, Number(content_index) || 0, bytes.length);
    if (this.#interrupted.has(String(response_id))) {
      // The call never learns of this item, so nobody else would say that it was not heard.
      if (isNew) this.#truncate(itemId, 0);
      return;
    }
    this.#active ??= String(response_id);
    this.#spoke = true;
    this.#options.emit({ type: "audio", payload: Payload.fromBytes(bytes), itemId });
  }

  #callerStarted(): void {
    this.#callerSpeaks = true;
    this.#callerStoppedAt = Number.NEGATIVE_INFINITY;
    const active = this.#active;
    if (active !== undefined && !this.#interrupted.has(active)) {
      this.#interrupted.add(active);
      if (this.#interrupted.size > MAX_INTERRUPTED) {
        this.#interrupted.clear();
        this.#interrupted.add(active);
      }
      this.#options.calls.interrupted(active);
      if (!this.#options.cancelsItself) this.#options.send({ type: "response.cancel" });
    }
    this.#options.emit({ type: "interrupted" });
  }

  #truncate(id: string, heardMs: number): void {
    const cut = this.#items.cut(id, heardMs);
    if (!cut) return;
    this.#options.history.cut(id, cut.share);
    if (!this.#options.truncates) return;
    const { contentIndex: content_index, ms: audio_end_ms } = cut;
    this.#options.send({ type: "conversation.item.truncate", item_id: id, content_index, audio_end_ms });
  }

  #call(item: JsonObject, responseId: string): void {
    const { calls, history, emit } = this.#options;
    const call = calls.read(item, responseId);
    if (!call) return;
    const { id, name, args, text } = call;
    this.#own.add(id);
    history.tool({ type: "function_call", call_id: id, name, arguments: text });
    if (this.#interrupted.has(responseId)) {
      calls.interrupted(responseId);
      this.answer(id, '{"error":"not done: the caller spoke before it was done"}');
    } else if (args) emit({ type: "tool-call", id, name, args });
    else this.answer(id, '{"error":"the arguments are not a JSON object"}');
  }

  #done(response: JsonObject): void {
    const id = String(response.id);
    for (const item of Array.isArray(response.output) ? response.output : []) this.#call(asObject(item), id);
    if (this.#active === id || this.#active === undefined) {
      this.#active = undefined;
      this.#asked = undefined;
    }
    if (response.status === "cancelled") this.#options.calls.interrupted(id);
    if (this.#spoke && !this.#interrupted.has(id)) this.#options.emit({ type: "turn-ended" });
    this.#spoke = false;
    if (response.status === "failed") this.#failed(asObject(asObject(response.status_details).error));
    this.#respondIfAllowed();
  }

  #failed(error: JsonObject): void {
    if (error.code === "insufficient_quota")
      this.#options.onFailed(`no quota is left: ${vendorWords(error)}`);
    else this.#options.warn("agent-reply-failed", `the agent could not reply: ${vendorWords(error)}`);
  }

  #error(error: JsonObject): void {
    const asked = this.#asked;
    const isOurs = asked !== undefined && error.event_id === asked;
    if (isOurs) this.#asked = undefined;
    switch (codeOf(error)) {
      case "response_cancel_not_active":
        return;
      case "conversation_already_has_active_response":
        // Another response began before ours could: ours is asked for again when that one is done.
        this.#asked = undefined;
        this.#wanted ??= {};
        return;
      case "session_expired":
        this.#options.onExpired();
        return;
      case "insufficient_quota":
      case "invalid_api_key":
        this.#options.onFailed(vendorWords(error));
        return;
    }
    this.#options.warn("agent-error", `the agent reported an error: ${vendorWords(error)}`);
  }

  #respondIfAllowed(): void {
    const wanted = this.#wanted;
    if (!wanted || this.#active !== undefined || this.#asked !== undefined) return;
    if (this.#callerSpeaks || this.#options.calls.pending) return;
    this.#wanted = undefined;
    this.#asked = `reply-${++this.#askedCount}`;
    const { instructions } = wanted;
    const { guidance, send } = this.#options;
    if (guidance && instructions !== undefined) {
      this.#guided = true;
      send({ type: "session.update", session: { instructions: guidance.text(instructions) } });
    }
    const response = instructions === undefined || guidance ? {} : { response: { instructions } };
    send({ type: "response.create", event_id: this.#asked, ...response });
  }

  /** Renews the instructions, with this among them. */
  #guide(text?: string): void {
    const { guidance, send } = this.#options;
    if (!guidance) return;
    if (text !== undefined) guidance.note(text);
    this.#guided = false;
    send({ type: "session.update", session: { instructions: guidance.text() } });
  }

  #create(item: HistoryItem): void {
    this.#options.send({ type: "conversation.item.create", item });
  }
}

/** What an error is about. xAI tells it in OpenAI's words, but without OpenAI's codes. */
function codeOf({ code, message }: JsonObject): unknown {
  if (typeof code === "string" || typeof message !== "string") return code;
  if (/already has an active response/i.test(message)) return "conversation_already_has_active_response";
  if (/no active response/i.test(message)) return "response_cancel_not_active";
  if (/session.*(expired|maximum duration)/i.test(message)) return "session_expired";
  return code;
}
