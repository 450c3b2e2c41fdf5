/** A fake of OpenAI's Live API: one session.start first, strict about fields, audio both ways without turns. */
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { fields } from "./fake-openai-shapes.js";
import {
  FakeConnection,
  type FakeServer,
  type FakeServerOptions,
  fakeServer,
  jsonObject,
} from "./fake-server.js";

type Fields = Readonly<Record<string, unknown>>;

const SESSION = ["model", "audio", "client", "delegation", "input", "instructions", "store", "triggers"];
const FORMATS = ["audio/pcm/16000", "audio/pcm/24000", "audio/pcmu/8000", "audio/pcma/8000"];
/** The fields of each event that may come once the session has started. */
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  "session.input_audio.append": ["audio"],
  "session.instructions.append": ["content", "delegation_id"],
  "session.thinking.append": ["content", "delegation_id"],
  "session.commentary.append": ["content", "delegation_id"],
  "response.item.create": ["item"],
  "response.create": [],
  "session.close": [],
};

/** A session takes no more messages of history, and no longer pieces of context. 500 tokens are seldom more characters. */
const MAX_INPUT = 128;
const MAX_APPENDED = 2000;

export interface FakeOpenAiLiveOptions extends FakeServerOptions {
  /** When a session that starts now is said to expire, in seconds since 1970. The test ends it: a fake has no timers. */
  readonly expiresAt?: () => number;
  /** The error with which a session that starts now is refused, if it is. */
  readonly refuseSession?: () => { readonly code: string; readonly message: string } | undefined;
}

/** Starts a fake service. */
export function fakeOpenAiLive(
  options: FakeOpenAiLiveOptions = {},
): Promise<FakeServer<OpenAiLiveConnection>> {
  return fakeServer((socket, request) => new OpenAiLiveConnection(socket, request, options), options);
}

export class OpenAiLiveConnection extends FakeConnection {
  /** The configuration of `session.start`. */
  session: Fields | undefined;
  /** What was appended to the conversation, each as its channel and its text. */
  readonly appended: { readonly channel: string; readonly content: string }[] = [];
  readonly toolResults: { readonly id: string; readonly output: string }[] = [];
  /** How many times a delegated reply was asked for. */
  asked = 0;
  readonly #openCalls = new Set<string>();
  #running = false;
  #closing = false;
  #ended = false;
  #count = 0;
  #spokenMs = 0;
  readonly #expiresAt: () => number;
  readonly #refuse: NonNullable<FakeOpenAiLiveOptions["refuseSession"]>;

  constructor(socket: WebSocket, request: IncomingMessage, options: FakeOpenAiLiveOptions = {}) {
    super(socket, request);
    this.#expiresAt = options.expiresAt ?? (() => Math.floor(Date.now() / 1000) + 3600);
    this.#refuse = options.refuseSession ?? (() => undefined);
    if (new URL(this.path, "ws://localhost").search !== "")
      this.fault("a query, which this API does not take");
  }

  speak(audio: Uint8Array): void {
    this.#send("session.output_audio.delta", { delta: Buffer.from(audio).toString("base64") });
  }

  /** Words of a speaker, a few at a time, at this place in the session's audio. */
  words(who: "caller" | "agent", text: string, startMs = this.#spokenMs): void {
    const type = who === "caller" ? "session.input_transcript.delta" : "session.output_transcript.delta";
    this.#spokenMs = startMs;
    for (const delta of text.match(/.{1,6}/gs) ?? []) {
      this.#send(type, { delta, start_ms: this.#spokenMs, end_ms: this.#spokenMs + 100 });
      this.#spokenMs += 100;
    }
  }

  /** The text model that the voice delegates to calls tools, all in one response. */
  callTools(...calls: readonly { id: string; name: string; args: Fields | string }[]): void {
    this.#nested({ type: "response.created" });
    this.#running = true;
    for (const { id, name, args } of calls) {
      this.#openCalls.add(id);
      const text = typeof args === "string" ? args : JSON.stringify(args);
      const item = { type: "function_call", call_id: id, name, arguments: text, status: "completed" };
      this.#nested({ type: "response.output_item.done", item });
    }
  }

  /** The delegated response is over. */
  endDelegation(): void {
    this.#running = false;
    this.#nested({ type: "response.completed" });
  }

  error(code: string, message: string): void {
    this.#send("error", { error: { type: "invalid_request_error", code, message } });
  }

  /** The service ends the session. */
  endSession(reason: "close_requested" | "expired" | "content" | "remote_hangup" | "connection_lost"): void {
    this.#ended = true;
    this.#send("session.closed", { reason, session: {}, usage: { seconds: 1 } });
  }

  protected override receiveText(text: string): void {
    const event = jsonObject(text);
    // Audio that was on its way when the service ended the session is nobody's fault.
    if (this.#ended && !this.#closing && event.type === "session.input_audio.append") return;
    if (this.#ended) this.fault(`${event.type} after the end of the session`);
    else if (!this.session) this.#start(event);
    else this.#take(event);
  }

  #start({ type, session: given }: Fields): void {
    const session = fields(given);
    const audio = fields(session.audio);
    const format = fields(audio.format);
    const strange = Object.keys(session).find((name) => !SESSION.includes(name));
    const refusal = this.#refuse();
    if (refusal) this.error(refusal.code, refusal.message);
    else if (type !== "session.start") this.fault(`${type} before session.start`);
    else if (strange) this.error("unknown_parameter", `Unknown parameter: 'session.${strange}'.`);
    else if (typeof session.model !== "string") this.error("missing_required_parameter", "session.model");
    else if (!FORMATS.includes(`${format.type}/${format.rate}`)) {
      this.error("invalid_value", "Invalid value: 'session.audio.format'.");
    } else if (!isHistory(session.input)) this.error("invalid_value", "Invalid value: 'session.input'.");
    else {
      this.session = session;
      const resource = { ...session, id: "live_1", expires_at: this.#expiresAt(), status: "active" };
      this.#send("session.started", { session: resource });
    }
  }

  #take(event: Fields): void {
    const type = String(event.type);
    const strange = Object.keys(event).find(
      (name) => name !== "type" && name !== "event_id" && !EVENTS[type]?.includes(name),
    );
    if (!EVENTS[type] || strange) {
      this.fault(`${type} with ${strange}`);
      return;
    }
    if (type === "session.input_audio.append") this.hear(Buffer.from(String(event.audio), "base64"));
    else if (type === "session.close") {
      this.#closing = true;
      this.endSession("close_requested");
    } else if (type === "response.create") this.#respond();
    else if (type === "response.item.create") this.#answer(fields(event.item));
    else if (event.delegation_id !== null) this.fault(`${type} without a null delegation_id`);
    else if (String(event.content).length > MAX_APPENDED) this.fault(`${type} with too much content`);
    else this.appended.push({ channel: type.split(".")[1], content: String(event.content) });
  }

  #answer({ type, call_id, output }: Fields): void {
    if (type !== "function_call_output" || typeof output !== "string") this.fault("an item of another shape");
    else if (!this.#openCalls.delete(String(call_id))) this.fault(`an answer to the unknown call ${call_id}`);
    else this.toolResults.push({ id: String(call_id), output });
  }

  #respond(): void {
    if (this.#running || this.#openCalls.size > 0) this.fault("response.create before all was answered");
    else this.asked++;
  }

  #nested(event: Fields): void {
    this.#send("response.event", { delegation_id: "dlg_1", event });
  }

  #send(type: string, fields: Fields): void {
    this.sendText(JSON.stringify({ type, event_id: `event_${++this.#count}`, ...fields }));
  }
}

/** Text messages, one part each, as a session may be started with them. */
function isHistory(input: unknown): boolean {
  if (input === undefined) return true;
  if (!Array.isArray(input) || input.length > MAX_INPUT) return false;
  return input.every((item) => {
    const { role, content } = fields(item);
    const type = role === "assistant" ? "output_text" : "input_text";
    const [part] = Array.isArray(content) && content.length === 1 ? content : [];
    const known = ["developer", "user", "assistant"].includes(String(role));
    return known && fields(part).type === type && typeof fields(part).text === "string";
  });
}
