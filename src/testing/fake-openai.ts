/** A fake of OpenAI's Realtime API and of its like: strict about order, shapes and what may be truncated. */
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { bytesPerMs, cancelsItself, fields, truncationFault } from "./fake-openai-shapes.js";
import {
  ANYWHERE,
  createFault,
  type OpenAiVendor,
  requestFaults,
  transcriptEvents,
  VENDORS,
  type VendorShape,
} from "./fake-openai-vendors.js";
import {
  FakeConnection,
  type FakeServer,
  type FakeServerOptions,
  fakeServer,
  jsonObject,
} from "./fake-server.js";

type Fields = Readonly<Record<string, unknown>>;

export interface FakeOpenAiOptions extends FakeServerOptions {
  /** Whose service to be, as strictly as its vendor documents it; left out, OpenAI's at any path and without a key. */
  readonly vendor?: OpenAiVendor;
  /** Of OpenAI's own protocol, where no vendor is named. Default: ga. */
  readonly dialect?: "ga" | "beta";
  /** The error with which every session is refused. */
  readonly refuseSession?: { readonly code: string; readonly message: string };
}

/** Starts a fake service. What the real one answers with an error, it answers with that error and notes in `refusals`. */
export function fakeOpenAi(options: FakeOpenAiOptions = {}): Promise<FakeServer<OpenAiConnection>> {
  return fakeServer((socket, request) => new OpenAiConnection(socket, request, options), options);
}

export class OpenAiConnection extends FakeConnection {
  /** The configuration as it is. */
  session: Fields | undefined;
  /** Every configuration that was taken, whole or in part, in order. */
  readonly updates: Fields[] = [];
  /** Codes of the errors that were answered. */
  readonly refusals: string[] = [];
  /** Items that the other side created, in order. */
  readonly items: Fields[] = [];
  readonly truncations: { readonly itemId: string; readonly ms: number }[] = [];
  /** The `response` of every `response.create`, in order. */
  readonly asked: Fields[] = [];
  cancels = 0;
  readonly #shape: VendorShape;
  readonly #refuse: FakeOpenAiOptions["refuseSession"];
  readonly #spoken = new Map<string, { bytes: number }>();
  /** Calls that may be answered. */
  readonly #openCalls = new Set<string>();
  #count = 0;
  #active: string | undefined;
  #lastResponse = "";
  #item: string | undefined;
  #callerItem: string | undefined;
  #output: Fields[] = [];

  constructor(socket: WebSocket, request: IncomingMessage, options: FakeOpenAiOptions = {}) {
    super(socket, request);
    this.#shape = options.vendor ? VENDORS[options.vendor] : ANYWHERE[options.dialect ?? "ga"];
    this.#refuse = options.refuseSession;
    for (const fault of requestFaults(this.#shape, this.path, this.headers)) this.fault(fault);
    for (const type of this.#shape.opens) this.#send(type, { session: { object: "realtime.session" } });
  }

  /** What was received as answers to calls, in order. */
  get toolResults(): { id: string; output: string }[] {
    return this.items
      .filter((item) => item.type === "function_call_output")
      .map((item) => ({ id: String(item.call_id), output: String(item.output) }));
  }

  /** The text of every message item received, in order. */
  get texts(): string[] {
    const parts = this.items.flatMap(({ content }) => (Array.isArray(content) ? (content as Fields[]) : []));
    return parts.map(({ text }) => String(text));
  }

  /** A response begins by itself, as after the caller's turn. */
  beginReply(): string {
    if (this.#active !== undefined) return this.#active;
    const id = this.#id("resp");
    this.#active = this.#lastResponse = id;
    this.#item = undefined;
    this.#output = [];
    this.#send("response.created", { response: { id, status: "in_progress", output: [] } });
    return id;
  }

  /** Audio of the present item, in a response that is begun if there is none. @returns the item's id. */
  speak(audio: Uint8Array): string {
    const item = this.#beginItem();
    this.#delta(audio, this.beginReply(), item);
    return item;
  }

  /** The next audio belongs to another item of the same response. */
  nextItem(): void {
    this.#finishItem();
  }

  /** Audio of the last response, though it is over. */
  speakLate(audio: Uint8Array, item: string = this.#lastItem()): void {
    this.#delta(audio, this.#lastResponse, item);
  }

  endReply(status: "completed" | "cancelled" | "failed" = "completed", details: Fields = {}): void {
    if (this.#active === undefined) return;
    this.#finishItem();
    const id = this.#active;
    this.#active = undefined;
    const response = { id, status, output: this.#output, status_details: { type: status, ...details } };
    this.#send("response.done", { response });
  }

  /** The caller begins to speak; a response under way is cancelled unless the session does not want that. */
  callerStarts(audioStartMs = 0): void {
    this.#callerItem = this.#id("item");
    const item_id = this.#callerItem;
    this.#send("input_audio_buffer.speech_started", { audio_start_ms: audioStartMs, item_id });
    if (cancelsItself(this.session)) {
      this.endReply("cancelled", { reason: "turn_detected" });
    }
  }

  callerStops(audioEndMs = 0): void {
    const item_id = (this.#callerItem ??= this.#id("item"));
    this.#send("input_audio_buffer.speech_stopped", { audio_end_ms: audioEndMs, item_id });
    this.#send("input_audio_buffer.committed", { item_id, previous_item_id: null });
    this.#announce({ id: item_id, type: "message", role: "user", content: [{ type: "input_audio" }] });
  }

  /** The caller's last item in words. */
  callerSaid(text: string, item: string = (this.#callerItem ??= this.#id("item"))): void {
    for (const { type, ...more } of transcriptEvents(this.#shape, text)) {
      this.#send(type, { item_id: item, content_index: 0, ...more });
    }
  }

  /** The words of the present item, as deltas and, unless `finish` is false, as a whole. */
  says(text: string, finish = true): void {
    const type = this.#shape.names.transcript;
    const place = { item_id: this.#beginItem(), response_id: this.beginReply(), content_index: 0 };
    for (const delta of text.match(/.{1,5}/gs) ?? []) this.#send(`${type}.delta`, { ...place, delta });
    if (finish) this.#send(`${type}.done`, { ...place, transcript: text });
  }

  /** The model calls a tool in the present response, or in one of its own. */
  callTool(id: string, name: string, args: Fields | string, finish = true): void {
    const text = typeof args === "string" ? args : JSON.stringify(args);
    const response_id = this.beginReply();
    this.#finishItem();
    const item_id = this.#id("item");
    const call = { id: item_id, type: "function_call", call_id: id, name };
    this.#openCalls.add(id);
    const begun = { ...call, arguments: "", status: "in_progress" };
    this.#send("response.output_item.added", { response_id, output_index: 0, item: begun });
    const done = { item_id, response_id, call_id: id, arguments: text };
    this.#send(
      "response.function_call_arguments.done",
      this.#shape.dialect === "ga" ? { ...done, name } : done,
    );
    const item = { ...call, arguments: text, status: "completed" };
    this.#output.push(item);
    this.#send("response.output_item.done", { response_id, output_index: 0, item });
    if (finish) this.endReply();
  }

  error(code: string, message: string, event_id: unknown = null): void {
    this.refusals.push(code);
    const named = this.#shape.namesErrors ? { code, param: null, event_id } : {};
    this.#send("error", { error: { type: "invalid_request_error", message, ...named } });
  }

  /** The session has reached its longest duration. */
  expire(): void {
    this.error("session_expired", "Your session hit the maximum duration of 60 minutes.");
    this.close(1001, "session expired");
  }

  protected override receiveText(text: string): void {
    const event = jsonObject(text);
    if (event.type === "session.update") this.#update(event);
    else if (!this.session) this.fault(`${event.type} before session.updated`);
    else if (event.type === "input_audio_buffer.append")
      this.hear(Buffer.from(String(event.audio), "base64"));
    else if (!this.#shape.takes.includes(String(event.type))) this.fault(`an event of type ${event.type}`);
    else if (event.type === "conversation.item.create") this.#create(event);
    else if (event.type === "conversation.item.truncate") this.#truncate(event);
    else if (event.type === "response.create") this.#respond(event);
    else if (event.type === "response.cancel") this.#cancel(event);
  }

  #update(event: Fields): void {
    const session = fields(event.session);
    const fault = this.#refuse ?? this.#shape.fault(session);
    if (fault) {
      this.error(fault.code, fault.message, event.event_id);
      return;
    }
    this.session = { ...this.session, ...session };
    this.updates.push(session);
    this.#send("session.updated", { session: this.session });
  }

  #create({ item, event_id }: Fields): void {
    const created = fields(item);
    const fault = createFault(this.#shape, created, this.#openCalls);
    if (fault) {
      this.error(fault.code, fault.message, event_id);
      return;
    }
    if (created.type === "function_call") this.#openCalls.add(String(created.call_id));
    if (created.type === "function_call_output") this.#openCalls.delete(String(created.call_id));
    this.items.push(created);
    this.#announce({ id: this.#id("item"), ...created });
  }

  #truncate({ item_id, content_index, audio_end_ms, event_id }: Fields): void {
    const item = this.#spoken.get(String(item_id));
    const ms = Number(audio_end_ms);
    const fault = truncationFault(item && item.bytes / bytesPerMs(this.session), content_index, ms);
    if (!item || fault) {
      this.error("invalid_value", fault ?? "", event_id);
      return;
    }
    item.bytes = ms * bytesPerMs(this.session);
    this.truncations.push({ itemId: String(item_id), ms });
    this.#send("conversation.item.truncated", { item_id, content_index, audio_end_ms });
  }

  #respond({ response, event_id }: Fields): void {
    if (this.#active !== undefined) {
      const message = `Conversation already has an active response in progress: ${this.#active}`;
      this.error("conversation_already_has_active_response", message, event_id);
      return;
    }
    const strange = Object.keys(fields(response)).find((name) => !this.#shape.responses.includes(name));
    if (strange) this.error("unknown_parameter", `Unknown parameter: 'response.${strange}'.`, event_id);
    else {
      this.asked.push(fields(response));
      this.beginReply();
    }
  }

  #cancel({ event_id }: Fields): void {
    this.cancels++;
    if (this.#active === undefined) {
      this.error("response_cancel_not_active", "Cancellation failed: no active response found", event_id);
    } else this.endReply("cancelled", { reason: "client_cancelled" });
  }

  #beginItem(): string {
    const response_id = this.beginReply();
    if (this.#item !== undefined) return this.#item;
    const id = this.#id("item");
    this.#item = id;
    this.#spoken.set(id, { bytes: 0 });
    const item = { id, type: "message", role: "assistant", status: "in_progress", content: [] };
    this.#send("response.output_item.added", { response_id, output_index: 0, item });
    this.#announce(item);
    return id;
  }

  #finishItem(): void {
    const item_id = this.#item;
    if (item_id === undefined) return;
    this.#item = undefined;
    const { audio } = this.#shape.names;
    this.#send(`${audio}.done`, { item_id, response_id: this.#lastResponse, content_index: 0 });
  }

  #lastItem(): string {
    return [...this.#spoken.keys()].at(-1) ?? "item_0";
  }

  #delta(audio: Uint8Array, response_id: string, item_id: string): void {
    this.#spoken.set(item_id, { bytes: (this.#spoken.get(item_id)?.bytes ?? 0) + audio.length });
    const delta = Buffer.from(audio).toString("base64");
    const place = { response_id, item_id, output_index: 0, content_index: 0 };
    this.#send(`${this.#shape.names.audio}.delta`, { ...place, delta });
  }

  #announce(item: Fields): void {
    for (const type of this.#shape.names.items) this.#send(type, { previous_item_id: null, item });
  }

  #send(type: string, fields: Fields): void {
    this.sendText(JSON.stringify({ type, event_id: this.#id("event"), ...fields }));
  }

  #id(kind: string): string {
    return `${kind}_${++this.#count}`;
  }
}
