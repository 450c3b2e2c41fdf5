/** Listens to the agent: when each of its payloads is heard is known. */
import type { MediaFormat } from "../audio/format.js";
import type { Payload } from "../audio/payload.js";
import type { PayloadCodec } from "../audio/payload-codec.js";
import type { AgentEvidence } from "./evidence.js";
import { Fingerprints } from "./fingerprint.js";
import { Holes } from "./holes.js";
import { Pace } from "./pace.js";
import { SideTrack } from "./side-track.js";

/** Payloads further apart than this belong to different bursts. */
const BURST_GAP_MS = 60;

export class AgentTrack extends SideTrack implements AgentEvidence {
  readonly fingerprints: Fingerprints;
  aheadMs = 0;
  aheadAt = 0;
  readonly #pace = new Pace();
  readonly #holes = new Holes();
  /** When all so far has been heard. */
  #endsAt = Number.NEGATIVE_INFINITY;
  #burstAt = Number.NEGATIVE_INFINITY;
  #sentAt = Number.NEGATIVE_INFINITY;

  /** @param format of the call, and `codec` for it. */
  constructor(format: MediaFormat, codec: PayloadCodec) {
    super("agent", format, codec);
    this.fingerprints = new Fingerprints(codec.plain);
  }

  get pace(): number {
    return this.#pace.value;
  }

  get pacedMs(): number {
    return this.#pace.elapsedMs;
  }

  get holes() {
    return this.#holes.spans;
  }

  /** @param sentAt when the payload was sent, and `heardAt` when its first sample is heard. */
  hear(payload: Payload, sentAt: number, heardAt: number): void {
    if (sentAt - this.#sentAt > BURST_GAP_MS) this.#burstAt = sentAt;
    this.#sentAt = sentAt;
    if (heardAt - this.pendingMs > this.#endsAt) {
      this.cut(sentAt);
      this.#endsAt = Math.max(heardAt, this.#endsAt);
    }
    this.#pace.add(this.listen(payload, sentAt), sentAt);
  }

  finish(): void {
    this.cut(this.#sentAt);
  }

  protected place(ms: number, voiced: boolean, level: number, sentAt: number, frame: Uint8Array): void {
    const from = this.#endsAt;
    const to = from + ms;
    this.#endsAt = to;
    if (level > 0) this.fingerprints.hear(from, frame);
    this.#holes.push(from, to, voiced);
    if (voiced && to - sentAt > this.aheadMs) {
      this.aheadMs = to - sentAt;
      this.aheadAt = sentAt;
    }
    this.spans.push(from, to, voiced, level, sentAt, this.#burstAt);
  }
}
