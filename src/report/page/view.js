/** Which stretch of the call is in sight, and where the cursor stands. */

const SHORTEST_MS = 20;

export class View {
  /** @type {Set<() => void>} */
  #watchers = new Set();
  #cursor = 0;

  /** @param {number} durationMs */
  constructor(durationMs) {
    this.durationMs = Math.max(durationMs, SHORTEST_MS);
    this.from = 0;
    this.to = this.durationMs;
  }

  get span() {
    return this.to - this.from;
  }

  /** In ms of the call. */
  get cursor() {
    return this.#cursor;
  }

  set cursor(at) {
    this.#cursor = Math.min(Math.max(0, at), this.durationMs);
  }

  /** @param {() => void} watcher called after every change of the stretch */
  watch(watcher) {
    this.#watchers.add(watcher);
  }

  /** @param {number} from @param {number} to */
  show(from, to) {
    const span = Math.min(Math.max(to - from, SHORTEST_MS), this.durationMs);
    const start = Math.min(Math.max(0, from), this.durationMs - span);
    if (start === this.from && start + span === this.to) return;
    this.from = start;
    this.to = start + span;
    for (const watcher of this.#watchers) watcher();
  }

  /** @param {number} factor above 1 goes nearer @param {number} [at] stays where it is */
  zoom(factor, at = this.isInSight(this.cursor) ? this.cursor : (this.from + this.to) / 2) {
    const span = Math.min(Math.max(this.span / factor, SHORTEST_MS), this.durationMs);
    const from = at - ((at - this.from) / this.span) * span;
    this.show(from, from + span);
  }

  /** @param {number} ms */
  pan(ms) {
    const from = Math.min(Math.max(0, this.from + ms), this.durationMs - this.span);
    this.show(from, from + this.span);
  }

  fit() {
    this.show(0, this.durationMs);
  }

  /** @param {number} at */
  isInSight(at) {
    return at >= this.from && at <= this.to;
  }

  /** Turns the page, as it were, when `at` is out of sight. @param {number} at */
  reveal(at) {
    if (this.isInSight(at)) return;
    const from = at - this.span / 8;
    this.show(from, from + this.span);
  }

  /** Goes near enough to see what happened at `at`. @param {number} at */
  focusOn(at) {
    const span = Math.min(this.span, 12_000);
    this.show(at - span / 3, at - span / 3 + span);
  }
}
