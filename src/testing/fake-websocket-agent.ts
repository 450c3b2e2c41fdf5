/** A fake agent of the generic kind: audio as binary messages or base64 in JSON, control messages as JSON. */
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { type WireName, type WireNames, wireNames } from "../agents/websocket/names.js";
import {
  FakeConnection,
  type FakeServer,
  type FakeServerOptions,
  fakeServer,
  jsonObject,
} from "./fake-server.js";

type Framing = "binary" | "json";
type JsonObject = Readonly<Record<string, unknown>>;

export interface FakeWebSocketAgentOptions extends FakeServerOptions {
  readonly framing?: Framing;
  /** Its own words, as the kind's options and `websocketAgent` name them. */
  readonly fields?: Partial<Record<WireName, string>>;
}

/**
 * Starts a fake agent. It wants `start` first, unless its wire has none, audio in its own framing only, results of tool calls
 * that are running, marks that it asked for, and nothing after `end`.
 */
export function fakeWebSocketAgent(
  options: FakeWebSocketAgentOptions = {},
): Promise<FakeServer<WebSocketAgentConnection>> {
  const { framing = "binary", fields = {} } = options;
  return fakeServer(
    (socket, request) => new WebSocketAgentConnection(socket, request, framing, wireNames(fields)),
    options,
  );
}

export class WebSocketAgentConnection extends FakeConnection {
  /** The `start` message. */
  start: JsonObject | undefined;
  readonly digits: string[] = [];
  /** What the caller had heard at each interruption, in ms. */
  readonly interruptions: number[] = [];
  /** Greetings' prompts. */
  readonly greetings: string[] = [];
  /** The marks that were heard, or dropped. */
  readonly marksHeard: string[] = [];
  readonly toolResults: { readonly id: string; readonly output: string; readonly isError: boolean }[] = [];
  /** Whether `end` was received. */
  saidEnd = false;
  readonly #framing: Framing;
  readonly #names: WireNames;
  readonly #running = new Set<string>();
  readonly #marks = new Set<string>();

  constructor(socket: WebSocket, request: IncomingMessage, framing: Framing, names = wireNames({})) {
    super(socket, request);
    this.#framing = framing;
    this.#names = names;
  }

  speak(audio: Uint8Array): void {
    if (this.#framing === "binary") this.sendBytes(audio);
    else this.#send("audioType", { audioField: Buffer.from(audio).toString("base64") });
  }

  transcript(who: "caller" | "agent", text: string): void {
    const { callerTranscriptType, callerWord } = this.#names;
    if (callerTranscriptType && who === "caller") this.#send("callerTranscriptType", { textField: text });
    else this.#send("transcriptType", { whoField: who === "caller" ? callerWord : who, textField: text });
  }

  interrupted(): void {
    this.#send("interruptedType");
  }

  turnEnded(): void {
    this.#send("turnEndedType");
  }

  /** Asks to be told when all before it has been heard. */
  mark(name: string): void {
    this.#marks.add(name);
    this.#send("markType", { markField: name });
  }

  callTool(id: string, name: string, args: JsonObject): void {
    this.#running.add(id);
    this.#send("toolCallType", { idField: id, nameField: name, argsField: args });
  }

  cancelTool(id: string): void {
    this.#running.delete(id);
    this.#send("toolCancelledType", { idField: id });
  }

  end(): void {
    this.#send("endType");
  }

  #send(type: WireName, fields: Partial<Record<WireName, unknown>> = {}): void {
    const message = {};
    if (this.#names[type]) write(message, this.#names.typeField, this.#names[type]);
    for (const [name, value] of Object.entries(fields)) write(message, this.#names[name as WireName], value);
    this.sendText(JSON.stringify(message));
  }

  protected override receiveBytes(bytes: Buffer): void {
    if (this.#framing === "json") this.fault("binary audio, though the framing is json");
    else if (this.#isOpen()) this.hear(bytes);
  }

  protected override receiveText(text: string): void {
    const names = this.#names;
    const message = jsonObject(text);
    const field = (name: WireName) => read(message, names[name]);
    const type = field("typeField") ?? "";
    if (names.startType && type === names.startType && !this.start) {
      this.start = message;
      return;
    }
    if (!this.#isOpen()) return;
    const audio = field("sentAudioField");
    if (type === names.sentAudioType && this.#framing === "json" && typeof audio === "string")
      this.hear(Buffer.from(audio, "base64"));
    else if (type === names.dtmfType && typeof field("digitField") === "string")
      this.digits.push(field("digitField") as string);
    else if (type === names.sentInterruptedType && typeof field("heardMsField") === "number")
      this.interruptions.push(field("heardMsField") as number);
    else if (type === names.greetingType && typeof field("textField") === "string")
      this.greetings.push(field("textField") as string);
    else if (type === names.markType && this.#marks.delete(field("markField") as string))
      this.marksHeard.push(field("markField") as string);
    else if (type === names.toolResultType && this.#running.delete(field("idField") as string))
      this.#toolResult(field("idField") as string, field("outputField"), field("errorField"));
    else if (type === names.endType) this.saidEnd = true;
    else this.fault(`a message of type ${type}`);
  }

  #toolResult(id: string, output: unknown, isError: unknown): void {
    if (typeof output !== "string" || typeof isError !== "boolean")
      this.fault("a tool result without its parts");
    else this.toolResults.push({ id, output, isError });
  }

  #isOpen(): boolean {
    if (!this.start && this.#names.startType) this.fault("something came before start");
    else if (this.saidEnd) this.fault("something came after end");
    else return true;
    return false;
  }
}

function read(message: JsonObject, path: string): unknown {
  return path.split(".").reduce<unknown>((value, part) => (value as JsonObject | undefined)?.[part], message);
}

function write(message: Record<string, unknown>, path: string, value: unknown): void {
  const [first, ...rest] = path.split(".");
  if (rest.length === 0) message[first] = value;
  else write((message[first] ??= {}) as Record<string, unknown>, rest.join("."), value);
}
