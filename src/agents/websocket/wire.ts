/** The generic agent's wire, with the names that an agent has for everything on it: what is sent, and what is read. */
import { Payload } from "../../audio/payload.js";
import type { LegEvent, ToolArguments } from "../../call/leg.js";
import { isCleanId } from "../../protocol/text.js";
import { type JsonObject, parseObject } from "../wire/json.js";
import type { WireName, WireNames } from "./names.js";

/** What a text from the agent says; `"unknown"` for one that this wire does not have. */
export type WireEvent =
  | Extract<
      LegEvent,
      {
        type: "audio" | "interrupted" | "turn-ended" | "transcript" | "mark" | "tool-call" | "tool-cancelled";
      }
    >
  | { readonly type: "end" };

type Fields = Partial<Record<WireName, unknown>>;

export class WebsocketWire {
  readonly #names: WireNames;
  readonly #audioHead: string;
  readonly #audioTail: string;

  constructor(names: WireNames) {
    this.#names = names;
    const message = this.#compose(names.sentAudioType, { sentAudioField: "\u0000" });
    [this.#audioHead, this.#audioTail] = message.split("\\u0000") as [string, string];
  }

  /** The head of the first message is `typeField`, the rest as it stands. Undefined where the wire has no such message. */
  start(fields: JsonObject): string | undefined {
    return this.#optional(this.#names.startType, {}, fields);
  }

  audio(audio: Payload): string {
    return this.#audioHead + audio.base64 + this.#audioTail;
  }

  greeting(text: string): string | undefined {
    return this.#optional(this.#names.greetingType, { textField: text });
  }

  interrupted(heardMs: number): string | undefined {
    return this.#optional(this.#names.sentInterruptedType, { heardMsField: heardMs });
  }

  dtmf(digit: string): string | undefined {
    return this.#optional(this.#names.dtmfType, { digitField: digit });
  }

  marked(name: string): string | undefined {
    return this.#optional(this.#names.markType, { markField: name });
  }

  toolResult(id: string, output: string, isError: boolean): string | undefined {
    const fields = { idField: id, outputField: output, errorField: isError };
    return this.#optional(this.#names.toolResultType, fields);
  }

  end(): string | undefined {
    return this.#optional(this.#names.endType, {});
  }

  /** Undefined for a message that this wire has, but that says nothing. */
  read(text: string): WireEvent | "unknown" | undefined {
    const message = parseObject(text);
    if (!message) return "unknown";
    const names = this.#names;
    const type = this.#field(message, "typeField");
    if (typeof type === "string" && type !== "") {
      switch (type) {
        case names.audioType:
          return this.#audio(message);
        case names.interruptedType:
          return { type: "interrupted" };
        case names.turnEndedType:
          return { type: "turn-ended" };
        case names.callerTranscriptType:
          return this.#transcript(message, "caller");
        case names.transcriptType:
          return this.#transcript(message, this.#who(message));
        case names.markType:
          return this.#mark(message);
        case names.toolCallType:
          return this.#toolCall(message);
        case names.toolCancelledType:
          return this.#toolCancelled(message);
        case names.endType:
          return { type: "end" };
      }
    }
    return (names.audioType === "" && this.#audio(message)) || "unknown";
  }

  #audio(message: JsonObject): WireEvent | undefined {
    const bytes = Buffer.from(String(this.#field(message, "audioField") ?? ""), "base64");
    return bytes.length > 0 ? { type: "audio", payload: Payload.fromBytes(bytes) } : undefined;
  }

  #who(message: JsonObject): "caller" | "agent" {
    const { callerTranscriptType, callerWord } = this.#names;
    const named = callerTranscriptType === "" && this.#field(message, "whoField") === callerWord;
    return named ? "caller" : "agent";
  }

  #transcript(message: JsonObject, who: "caller" | "agent"): WireEvent | undefined {
    const text = this.#field(message, "textField");
    return typeof text === "string" && text.trim() !== "" ? { type: "transcript", who, text } : undefined;
  }

  #mark(message: JsonObject): WireEvent | undefined {
    const name = this.#field(message, "markField");
    return typeof name === "string" && isCleanId(name) ? { type: "mark", name } : undefined;
  }

  #toolCall(message: JsonObject): WireEvent | undefined {
    const id = this.#field(message, "idField");
    const name = this.#field(message, "nameField");
    if (typeof id !== "string" || id === "" || !isCleanId(id)) return undefined;
    if (typeof name !== "string" || name === "" || !isCleanId(name)) return undefined;
    return { type: "tool-call", id, name, args: toArguments(this.#field(message, "argsField")) };
  }

  #toolCancelled(message: JsonObject): WireEvent | undefined {
    const id = this.#field(message, "idField");
    return typeof id === "string" ? { type: "tool-cancelled", ids: [id] } : undefined;
  }

  #field(message: JsonObject, name: WireName): unknown {
    let value: unknown = message;
    for (const part of this.#names[name].split(".")) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
      value = (value as JsonObject)[part];
    }
    return value;
  }

  #optional(type: string, fields: Fields, more: JsonObject = {}): string | undefined {
    return type === "" ? undefined : this.#compose(type, fields, more);
  }

  #compose(type: string, fields: Fields, more: JsonObject = {}): string {
    const message: Record<string, unknown> = {};
    const put = (name: WireName, value: unknown) => {
      const parts = this.#names[name].split(".");
      const last = parts.pop() as string;
      let place = message;
      for (const part of parts) place = (place[part] ??= {}) as Record<string, unknown>;
      place[last] = value;
    };
    if (type !== "") put("typeField", type);
    for (const [name, value] of Object.entries(fields)) put(name as WireName, value);
    return JSON.stringify({ ...message, ...more });
  }
}

/** Models write arguments as JSON text, and some agents pass it on as it is. */
function toArguments(value: unknown): ToolArguments {
  if (typeof value === "string") return parseObject(value) ?? {};
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as ToolArguments) : {};
}
