/** The outline of one side's sound at several zoom levels: the lowest and the highest sample of each stretch. */

/** Bins of a level that make one of the next. */
const FOLD = 4;

/** As they are stored: the root of the sample, so that quiet sound has an outline too. */
const LINEAR = Float32Array.from({ length: 256 }, (_, byte) => {
  const root = ((byte << 24) >> 24) / 127;
  return root * Math.abs(root);
});

export class Peaks {
  /** Pairs of lowest and highest, as bytes; the finest first. @type {Uint8Array[]} */
  #levels;
  #stepMs;
  /** The furthest from silence, 1 is full scale. */
  loudest = 0;

  /** @param {Uint8Array} pairs signed bytes @param {number} stepMs */
  constructor(pairs, stepMs) {
    this.#stepMs = stepMs;
    this.#levels = [pairs];
    for (let level = pairs; level.length > 2 * FOLD; ) this.#levels.push((level = fold(level)));
    for (const byte of pairs) this.loudest = Math.max(this.loudest, Math.abs(LINEAR[byte]));
  }

  /**
   * Lowest and highest of a stretch, between -1 and 1, written to `out`.
   * @param {number} fromMs @param {number} toMs @param {Float32Array} out
   */
  range(fromMs, toMs, out) {
    let level = 0;
    let stepMs = this.#stepMs;
    while (level + 1 < this.#levels.length && stepMs * FOLD <= toMs - fromMs) {
      level++;
      stepMs *= FOLD;
    }
    const bins = this.#levels[level];
    const first = Math.max(0, Math.floor(fromMs / stepMs));
    const end = Math.min(bins.length / 2, Math.max(first + 1, Math.ceil(toMs / stepMs)));
    let [low, high] = [0, 0];
    for (let i = first; i < end; i++) {
      low = Math.min(low, LINEAR[bins[2 * i]]);
      high = Math.max(high, LINEAR[bins[2 * i + 1]]);
    }
    out[0] = low;
    out[1] = high;
  }
}

/** @param {Uint8Array} bins */
function fold(bins) {
  const signed = new Int8Array(bins.buffer, bins.byteOffset, bins.length);
  const folded = new Int8Array(2 * Math.ceil(bins.length / 2 / FOLD));
  for (let i = 0; i < signed.length; i += 2) {
    const into = 2 * Math.floor(i / 2 / FOLD);
    folded[into] = Math.min(folded[into], signed[i]);
    folded[into + 1] = Math.max(folded[into + 1], signed[i + 1]);
  }
  return new Uint8Array(folded.buffer);
}
