/** How loud one side of a running call is, measured only while somebody looks. */
import type { MediaFormat } from "../audio/format.js";
import { levelDbfs } from "../audio/level.js";
import type { OpusModule } from "../audio/opus.js";
import type { Payload } from "../audio/payload.js";
import { createPayloadCodec, type PayloadCodec } from "../audio/payload-codec.js";

/** What stands for silence, and for nothing at all. */
export const SILENT_DBFS = -99;
/** Opus must be decoded to be measured, which costs: only so many sides at a time are. */
const MOST_OPUS_SIDES = 16;
let opusSides = 0;

export class Loudness {
  readonly #format: MediaFormat;
  readonly #codec: PayloadCodec | undefined;
  #loudest = SILENT_DBFS;
  #isFreed = false;

  /** @param opus libopus, loaded; without it an Opus call shows no levels. */
  constructor(format: MediaFormat, opus: OpusModule | undefined) {
    this.#format = format;
    if (format.encoding === "opus" && opus && opusSides < MOST_OPUS_SIDES) {
      opusSides++;
      this.#codec = createPayloadCodec(format, { agentRate: 8000, opus });
    }
  }

  /** Whether levels can be told of this side. */
  get isKnown(): boolean {
    return this.#format.encoding !== "opus" || this.#codec !== undefined;
  }

  hear(payload: Payload): void {
    if (!this.isKnown || this.#isFreed) return;
    const plain = this.#codec ? this.#codec.decode(payload) : payload.bytes;
    const level = levelDbfs(plain, this.#codec?.plain ?? this.#format);
    if (level > this.#loudest) this.#loudest = level;
  }

  /** The loudest payload since it was last asked, in whole dBFS. */
  take(): number {
    const level = Math.max(SILENT_DBFS, Math.round(this.#loudest));
    this.#loudest = SILENT_DBFS;
    return level;
  }

  free(): void {
    if (this.#isFreed) return;
    this.#isFreed = true;
    if (!this.#codec) return;
    opusSides--;
    this.#codec.free();
  }
}
