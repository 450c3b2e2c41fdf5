/** What Gemini says of the conversation: audio, interruptions, ends of turns and transcripts. */
import type { LegEvent } from "../../call/leg.js";
import type { JsonObject } from "../wire/json.js";
import { asObject, objects } from "../wire/json-parts.js";
import type { SpokenPcm } from "../wire/spoken-pcm.js";
import type { Utterances } from "../wire/utterances.js";

export class GeminiSpeech {
  readonly #speech: SpokenPcm;
  readonly #utterances: Utterances;
  readonly #emit: (event: LegEvent) => void;
  /** Audio came after the last end of a reply or interruption. */
  #speaking = false;
  #interrupted = false;
  #cutShort = false;
  #spokeThisTurn = false;

  constructor(speech: SpokenPcm, utterances: Utterances, emit: (event: LegEvent) => void) {
    this.#speech = speech;
    this.#utterances = utterances;
    this.#emit = emit;
  }

  /** Whether the model has said anything in the turn that is under way. */
  get spokeThisTurn(): boolean {
    return this.#spokeThisTurn;
  }

  /**
   * Reads a `serverContent`. One message may hold anything together.
   * @returns whether a turn is over that the caller did not cut short.
   */
  read(content: JsonObject): boolean {
    const { interrupted, generationComplete, turnComplete } = content;
    // The wire has no ids of replies: what comes with the word of an interruption is the end of the old one.
    if (interrupted === true) this.#interrupt();
    else for (const part of objects(asObject(content.modelTurn)?.parts)) this.#part(part);
    this.#transcription("caller", asObject(content.inputTranscription));
    this.#transcription("agent", asObject(content.outputTranscription));
    if (interrupted === true || turnComplete === true) this.#utterances.finish("caller", "agent");
    // The vendor may never say that a transcription is finished; of the agent's, pieces may still come.
    else if (generationComplete === true) this.#utterances.finish("caller");
    if (generationComplete === true || turnComplete === true) this.#endReply();
    const whole = turnComplete === true && !this.#cutShort;
    if (turnComplete === true) this.#endTurn();
    return whole;
  }

  /** The connection is gone, and with it the rest of the reply. */
  breakOff(): void {
    this.#utterances.finish("caller", "agent");
    this.#endReply();
    this.#endTurn();
  }

  #part({ inlineData, thought }: JsonObject): void {
    const { mimeType, data } = asObject(inlineData) ?? {};
    if (thought === true || typeof mimeType !== "string" || typeof data !== "string") return;
    if (!mimeType.startsWith("audio/")) return;
    this.#speaking = true;
    this.#spokeThisTurn = true;
    this.#interrupted = false;
    this.#speech.push(mimeType, data);
  }

  #interrupt(): void {
    this.#speaking = false;
    this.#cutShort = true;
    if (this.#interrupted) return;
    this.#interrupted = true;
    this.#emit({ type: "interrupted" });
  }

  #transcription(who: "caller" | "agent", transcription: JsonObject | undefined): void {
    if (typeof transcription?.text === "string") this.#utterances.add(who, transcription.text);
    if (transcription?.finished === true) this.#utterances.finish(who);
  }

  /** Said once for each reply: when its audio is there, long before its turn is over. */
  #endReply(): void {
    if (!this.#speaking) return;
    this.#speaking = false;
    this.#emit({ type: "turn-ended" });
  }

  #endTurn(): void {
    this.#spokeThisTurn = false;
    this.#interrupted = false;
    this.#cutShort = false;
  }
}
