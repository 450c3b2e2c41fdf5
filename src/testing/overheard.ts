/** Listens in on a caller: whatever script makes the call, what it hears is kept. */
import { readWav } from "../audio/wav.js";
import { HeardWav } from "../simulate/heard-wav.js";
import type { Script, ScriptMaker } from "../simulate/script.js";
import { HeardAudio } from "./placed-call.js";

/** Enough of Opus's sound to judge it. */
const HEARS_AT = 24000;

export class Overheard implements ScriptMaker {
  readonly format: ScriptMaker["format"];
  readonly longestMessage: number;
  readonly hearsAt: ScriptMaker["hearsAt"];
  readonly #maker: ScriptMaker;
  #wav: HeardWav | undefined;

  constructor(maker: ScriptMaker) {
    this.#maker = maker;
    this.format = maker.format;
    this.longestMessage = maker.longestMessage;
    this.hearsAt = maker.hearsAt ?? HEARS_AT;
  }

  start(call: Parameters<ScriptMaker["start"]>[0]): Script {
    const script = this.#maker.start(call);
    const wav = new HeardWav(call.plain);
    this.#wav = wav;
    const hear = script.hear?.bind(script);
    script.hear = (frame) => {
      wav.add(frame);
      hear?.(frame);
    };
    return script;
  }

  /** What was heard up to `atMs` of the call. */
  heard(atMs: number): HeardAudio {
    if (!this.#wav) return new HeardAudio(new Int16Array(0), HEARS_AT);
    const { samples, sampleRate } = readWav(this.#wav.file(atMs));
    return new HeardAudio(samples, sampleRate);
  }
}
