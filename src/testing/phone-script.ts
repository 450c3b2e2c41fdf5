/** A caller that a test holds in its hands: says, presses and hangs up when it is told to, and is silent in between. */
import { type Encoding, FRAME_MS, PORTAL_FORMATS } from "../audio/format.js";
import type { OpusFraming } from "../audio/opus-framing.js";
import { silence } from "../audio/signal.js";
import type { AgentState, Moment, Script, ScriptMaker } from "../simulate/script.js";
import { sealer, Track } from "../simulate/track.js";
import { type CallerWords, sourceOf } from "./caller-words.js";

const KEY_EVERY_MS = 200;
/** More than any message of an Opus packet of ours, in characters. */
const LONGEST_OPUS_MESSAGE = 2200;

interface Saying {
  readonly track: Track;
  k: number;
}

export class PhoneScript implements ScriptMaker, Script {
  readonly format: ScriptMaker["format"];
  readonly longestMessage: number;
  /** It is the test that ends the call. */
  readonly saidAllAt = Number.POSITIVE_INFINITY;
  readonly expectsAnswer = true;
  /** Of the call, in ms: when the last frame was due. */
  at = 0;
  /** What has been heard of the agent up to then. */
  agent: AgentState | undefined;
  readonly #framing: OpusFraming;
  readonly #silence: Track;
  readonly #onFrame: () => void;
  #seal: ReturnType<typeof sealer>;
  #sayings: Saying[] = [];
  #keys: string[] = [];
  #keyAt = 0;
  #end: Moment["end"];

  private constructor(quiet: Track, framing: OpusFraming, onFrame: () => void) {
    this.format = quiet.format;
    this.longestMessage = quiet.format.encoding === "opus" ? LONGEST_OPUS_MESSAGE : quiet.longestMessage;
    this.#silence = quiet;
    this.#framing = framing;
    this.#onFrame = onFrame;
  }

  /** @param onFrame told after each frame: `at` and `agent` are of that moment. */
  static async open(
    encoding: Encoding,
    framing: OpusFraming = "raw",
    onFrame: () => void,
  ): Promise<PhoneScript> {
    const quiet = { name: "silence", samplesAt: (rate: number) => silence(FRAME_MS, rate) };
    return new PhoneScript(await Track.encode(quiet, PORTAL_FORMATS[encoding]), framing, onFrame);
  }

  start(): Script {
    this.#seal = sealer(this.format, this.#framing);
    return this;
  }

  /** Says it after what is still being said. @returns whether all of it has been sent. */
  async say(words: CallerWords): Promise<() => boolean> {
    const saying = { track: await Track.encode(await sourceOf(words), this.format), k: 0 };
    this.#sayings.push(saying);
    return () => !this.#sayings.includes(saying);
  }

  /** Five a second. @returns whether all have been pressed. */
  press(keys: string): () => boolean {
    this.#keys.push(...keys);
    return () => this.#keys.length === 0;
  }

  /** With the next frame. */
  end(how: "hang-up" | "drop"): void {
    this.#end = how;
  }

  next(at: number, agent: AgentState): Moment {
    this.at = at;
    this.agent = agent;
    const [saying] = this.#sayings;
    const { frame } = saying ? saying.track.momentAt(saying.k++) : this.#silence.momentAt(0);
    if (saying && saying.k * FRAME_MS >= saying.track.durationMs) this.#sayings.shift();
    const isKeyDue = this.#keys.length > 0 && at >= this.#keyAt;
    const keys = isKeyDue ? this.#keys.splice(0, 1) : undefined;
    if (isKeyDue) this.#keyAt = at + KEY_EVERY_MS;
    this.#onFrame();
    return { frame: this.#seal ? this.#seal(frame) : frame, keys, end: this.#end };
  }
}
