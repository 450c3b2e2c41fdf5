/** What the examining caller says, encoded once for each media format. */
import { FRAME_MS, type MediaFormat } from "../../audio/format.js";
import { silence } from "../../audio/signal.js";
import { loadSource, type Source } from "../../simulate/source.js";
import { Track, type TrackFrame } from "../../simulate/track.js";

/**
 * `word` is half a second, `hello` and `hours` are sentences of two seconds, and `long` is six seconds without a pause: an
 * echo of it is long enough to speak into.
 */
export type Phrase = "word" | "hello" | "hours" | "long";

const WORD_MS = 560;
/** More than any message of an Opus packet of ours, in characters. */
const LONGEST_OPUS_MESSAGE = 2200;

export class Phrases {
  readonly #tracks: Readonly<Record<Phrase, Track>>;
  readonly #silence: Track;

  private constructor(
    readonly format: MediaFormat,
    tracks: Readonly<Record<Phrase, Track>>,
    quiet: Track,
  ) {
    this.#tracks = tracks;
    this.#silence = quiet;
  }

  static async open(format: MediaFormat): Promise<Phrases> {
    const [hello, hours] = await Promise.all([
      loadSource({ type: "sample-voice", clip: "hello" }),
      loadSource({ type: "sample-voice", clip: "hours" }),
    ]);
    const encoded = (samplesAt: Source["samplesAt"]) => Track.encode({ name: "a phrase", samplesAt }, format);
    const [word, said, asked, long, quiet] = await Promise.all([
      encoded((rate) => hello.samplesAt(rate).subarray(0, (WORD_MS * rate) / 1000)),
      encoded((rate) => hello.samplesAt(rate)),
      encoded((rate) => hours.samplesAt(rate)),
      encoded((rate) => joined([hours, hello, hours].map((source) => source.samplesAt(rate)))),
      encoded((rate) => silence(FRAME_MS, rate)),
    ]);
    return new Phrases(format, { word, hello: said, hours: asked, long }, quiet);
  }

  /** In characters. */
  get longestMessage(): number {
    return this.format.encoding === "opus" ? LONGEST_OPUS_MESSAGE : this.#silence.longestMessage;
  }

  get silence(): TrackFrame {
    return this.#silence.momentAt(0).frame;
  }

  /** In whole frames. */
  lengthOf(phrase: Phrase): number {
    return this.#tracks[phrase].durationMs / FRAME_MS;
  }

  frame(phrase: Phrase, k: number): TrackFrame {
    return this.#tracks[phrase].momentAt(k).frame;
  }
}

function joined(parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
