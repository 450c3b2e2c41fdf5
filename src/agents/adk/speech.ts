/** What an ADK wrapper says in flat messages: audio, transcripts in pieces, and the ends of turns. */
import type { LegEvent } from "../../call/leg.js";
import type { JsonObject } from "../wire/json.js";
import type { SpokenPcm } from "../wire/spoken-pcm.js";
import { Utterances } from "../wire/utterances.js";

export class AdkSpeech {
  readonly #speech: SpokenPcm;
  readonly #emit: (event: LegEvent) => void;
  readonly #utterances: Utterances;

  constructor(speech: SpokenPcm, emit: (event: LegEvent) => void) {
    this.#speech = speech;
    this.#emit = emit;
    this.#utterances = new Utterances(emit);
  }

  read(message: JsonObject): void {
    const { mime_type: mimeType, data, role } = message;
    if (typeof mimeType === "string" && typeof data === "string") {
      if (mimeType.startsWith("audio/")) this.#speech.push(mimeType, data);
      else if (mimeType.startsWith("text/")) {
        const [who, other] =
          role === "user" ? (["caller", "agent"] as const) : (["agent", "caller"] as const);
        this.#utterances.finish(other);
        this.#utterances.add(who, data);
      }
    }
    // Either may be null or absent. When both are set, the reply was cut short and is over.
    if (message.interrupted) this.#emit({ type: "interrupted" });
    if (message.interrupted || message.turn_complete) this.#utterances.finish("caller", "agent");
    if (message.turn_complete) this.#emit({ type: "turn-ended" });
  }
}
