/** How much of each reply the caller has heard: what an agent must be told when it is interrupted. */

interface Span {
  readonly reply: number;
  readonly itemId: string | undefined;
  readonly from: number;
  to: number;
}

export interface HeardPart {
  /** Milliseconds of the item that reached the caller's ear. */
  readonly heardMs: number;
  readonly itemId: string | undefined;
}

/** Spans of heard time, by reply and item. Only the replies that still matter are kept. */
export class Heard {
  #spans: Span[] = [];

  /** A frame of `ms` that the caller begins to hear at `from`. */
  add(from: number, ms: number, reply: number, itemId: string | undefined): void {
    const last = this.#spans.at(-1);
    if (last && last.reply === reply && last.itemId === itemId && from - last.to < 1) {
      last.to = from + ms;
      return;
    }
    if (last && last.reply !== reply) this.#spans = this.#spans.filter((span) => span.to > from);
    this.#spans.push({ reply, itemId, from, to: from + ms });
  }

  /** The end of what was sent: from then on the caller hears nothing of it. */
  get endsAt(): number {
    return this.#spans.at(-1)?.to ?? Number.NEGATIVE_INFINITY;
  }

  /** The reply that was sent last. */
  get lastReply(): number | undefined {
    return this.#spans.at(-1)?.reply;
  }

  /** The item in the caller's ear at `now` (or the last one), and how much of it was heard by then. */
  at(now: number): HeardPart {
    const current = this.#spans.find((span) => span.to > now) ?? this.#spans.at(-1);
    if (!current) return { heardMs: 0, itemId: undefined };
    let heardMs = 0;
    for (const span of this.#spans) {
      if (span.reply !== current.reply || span.itemId !== current.itemId) continue;
      heardMs += Math.max(0, Math.min(now, span.to) - span.from);
    }
    return { heardMs, itemId: current.itemId };
  }
}
