/** Reads the events of ADK as its own server and many wrappers send them: speech, ends of turns, transcripts, tool calls. */
import type { LegEvent, Speaker } from "../../call/leg.js";
import { printable } from "../../protocol/text.js";
import type { ToolSpec } from "../tools.js";
import type { JsonObject } from "../wire/json.js";
import { asObject, objects } from "../wire/json-parts.js";
import type { SpokenPcm } from "../wire/spoken-pcm.js";
import { Utterances } from "../wire/utterances.js";

/** ADK repeats an event's function call; this many are remembered. */
const MAX_REMEMBERED = 100;

export class AdkEvents {
  readonly #speech: SpokenPcm;
  readonly #emit: (event: LegEvent) => void;
  readonly #warn: (code: string, message: string) => void;
  readonly #utterances: Utterances;
  readonly #tools: ReadonlySet<string>;
  readonly #called = new Set<string>();
  #calls = 0;
  #cutShort = false;
  /** The agent's words come as transcriptions: text beside them says the same again. */
  #transcribed = false;

  /** @param tools the functions that the bridge carries out when the agent calls its own of the same name. */
  constructor(
    speech: SpokenPcm,
    tools: readonly ToolSpec[],
    emit: (event: LegEvent) => void,
    warn: (code: string, message: string) => void,
  ) {
    this.#speech = speech;
    this.#tools = new Set(tools.map(({ name }) => name));
    this.#emit = emit;
    this.#warn = warn;
    this.#utterances = new Utterances(emit);
  }

  /** @returns whether a turn is over that the caller did not cut short. */
  read(event: JsonObject): boolean {
    const interrupted = event.interrupted === true;
    if (interrupted) {
      this.#cutShort = true;
      this.#emit({ type: "interrupted" });
    }
    for (const part of objects(asObject(event.content)?.parts)) this.#part(part, event, interrupted);
    this.#transcription("caller", asObject(event.inputTranscription), event.partial === false);
    this.#transcription("agent", asObject(event.outputTranscription), event.partial === false);
    if (interrupted || event.turnComplete === true) this.#utterances.finish("caller", "agent");
    const whole = event.turnComplete === true && !this.#cutShort;
    if (event.turnComplete === true) {
      this.#cutShort = false;
      this.#emit({ type: "turn-ended" });
    }
    const { errorCode, errorMessage } = event;
    if (typeof errorCode === "string" || typeof errorMessage === "string") {
      const what = printable([errorCode, errorMessage].filter(Boolean).join(": "), 200);
      this.#warn("agent-error", `the agent reports an error: ${what}`);
    }
    return whole;
  }

  /** What was said when the connection ended. */
  finish(): void {
    this.#utterances.finish("caller", "agent");
  }

  #part(part: JsonObject, event: JsonObject, interrupted: boolean): void {
    if (part.thought === true) return;
    const audio = asObject(part.inlineData);
    const { mimeType, data } = audio ?? {};
    if (typeof mimeType === "string" && typeof data === "string") {
      // What comes with the word of an interruption belongs to the reply that was cut short.
      if (mimeType.startsWith("audio/") && !interrupted) this.#speech.push(mimeType, data);
    }
    if (typeof part.text === "string") this.#text(part.text, event);
    const call = asObject(part.functionCall);
    if (call) this.#functionCall(call);
  }

  #text(text: string, { author, partial }: JsonObject): void {
    const who = author === "user" ? "caller" : "agent";
    if (this.#transcribed) return;
    // The whole text follows its pieces.
    if (partial === true) this.#utterances.add(who, text);
    else this.#utterances.replace(who, text);
  }

  #transcription(who: Speaker, transcription: JsonObject | undefined, whole: boolean): void {
    if (!transcription) return;
    const { text, finished } = transcription;
    if (who === "agent") this.#transcribed = true;
    if (typeof text === "string") {
      // Newer ADK ends with the whole text, older ADK with its last piece.
      if (finished === true && whole) this.#utterances.replace(who, text);
      else this.#utterances.add(who, text);
    }
    if (finished === true) this.#utterances.finish(who);
  }

  /** ADK runs its functions itself; what the bridge can do is done beside that, and no result goes back. */
  #functionCall({ id, name, args }: JsonObject): void {
    if (typeof name !== "string" || !this.#tools.has(name)) return;
    const callId = typeof id === "string" && id !== "" ? id : `call-${++this.#calls}`;
    if (this.#called.has(callId)) return;
    this.#called.add(callId);
    if (this.#called.size > MAX_REMEMBERED) this.#called.delete(this.#called.values().next().value as string);
    this.#emit({ type: "tool-call", id: callId, name, args: asObject(args) ?? {} });
  }
}
