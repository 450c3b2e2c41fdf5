/** Test signals played one after the other in one call, and what became of each of them. */
import { meanSquare } from "../dist/audio/level.js";
import { sinadDb, sine, sweep, toneDbfs } from "../dist/audio/signal.js";

/** A tone's first part holds the end of the tone before it, delayed by filters; its last part is left alone likewise. */
const ATTACK_MS = 80;
const RELEASE_MS = 20;
/** Sound is compared with the chirp at this rate: steps of 5 µs. A multiple of every rate. */
const FINE_HZ = 192_000;
const LONGEST_DELAY_MS = 6;
const CHIRP_MS = 1000;

export const tone = (hz, dbfs, ms) => ({ hz, dbfs, ms, samplesAt: (rate) => sine(hz, dbfs, ms, rate) });

/** All of a telephone's band in a second: unlike itself at every other time. */
export const CHIRP = { ms: CHIRP_MS, samplesAt: (rate) => sweep(300, 3400, -10, CHIRP_MS, rate) };

export class Programme {
  constructor(parts) {
    this.parts = parts;
  }

  get ms() {
    return this.parts.reduce((sum, { ms }) => sum + ms, 0);
  }

  samplesAt(rate) {
    return joined(this.parts.map((part) => part.samplesAt(rate)));
  }

  /** What arrived of one part. */
  cut({ samples, rate }, part) {
    const start = (this.#startMs(part) * rate) / 1000;
    return samples.subarray(start, start + (part.ms * rate) / 1000);
  }

  /** The same without its edges, for tones. */
  middle(sound, part) {
    const { rate } = sound;
    const whole = this.cut(sound, part);
    return whole.subarray((ATTACK_MS * rate) / 1000, whole.length - (RELEASE_MS * rate) / 1000);
  }

  sinad(sound, part) {
    return sinadDb(this.middle(sound, part), sound.rate, part.hz);
  }

  /** What a tone gained on the way, in dB. */
  gain(sound, part) {
    return toneDbfs(this.middle(sound, part), sound.rate, part.hz) - part.dbfs;
  }

  /** How far below the tone all lies that is there in its place, in dB. Infinity for silence. */
  suppression(sound, part) {
    return part.dbfs - 10 * Math.log10(2 * meanSquare(this.middle(sound, part)));
  }

  /** When the chirp of the programme arrived, in ms after it was due, to 5 µs. */
  delay(sound) {
    const heard = this.cut(sound, CHIRP);
    const reference = CHIRP.samplesAt(FINE_HZ);
    const step = FINE_HZ / sound.rate;
    let best = { product: 0, lag: 0 };
    for (let lag = 0; lag < (LONGEST_DELAY_MS * FINE_HZ) / 1000; lag++) {
      let product = 0;
      for (let i = Math.ceil(lag / step); i < heard.length; i++)
        product += heard[i] * reference[i * step - lag];
      if (product > best.product) best = { product, lag };
    }
    return (best.lag / FINE_HZ) * 1000;
  }

  #startMs(part) {
    return this.parts.slice(0, this.parts.indexOf(part)).reduce((sum, { ms }) => sum + ms, 0);
  }
}

export function joined(pieces) {
  const all = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
