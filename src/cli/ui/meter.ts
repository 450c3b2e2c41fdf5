/** A level meter: jumps up with the sound, falls slowly enough for the eye, drawn as a row of cells. */
import { meanSquare } from "../../audio/level.js";

export interface Level {
  /** dBFS, falling by at most 20 dB a second; -Infinity for silence. */
  readonly rmsDbfs: number;
  readonly peakDbfs: number;
  /** A sample of full scale came in the last second. */
  readonly isClipping: boolean;
}

const FALL_DB_PER_S = 20;
/** What a meter can show: below it there is nothing, and a long silence is soon at rest. */
const LOWEST_DBFS = -60;
const CLIP_SHOWN_MS = 1000;
const FULL_SCALE = 32768;

export class Meter {
  #rms = new Falling();
  #peak = new Falling();
  #clippedAt = Number.NEGATIVE_INFINITY;

  /** Samples that were heard at `now`, in ms of any one clock. */
  push(samples: Int16Array, now: number): void {
    let peak = 0;
    for (const sample of samples) {
      const magnitude = Math.abs(sample);
      if (magnitude > peak) peak = magnitude;
    }
    this.#rms.raise(10 * Math.log10(meanSquare(samples)), now);
    this.#peak.raise(20 * Math.log10(peak / FULL_SCALE), now);
    if (peak >= FULL_SCALE - 1) this.#clippedAt = now;
  }

  read(now: number): Level {
    return {
      rmsDbfs: this.#rms.at(now),
      peakDbfs: this.#peak.at(now),
      isClipping: now - this.#clippedAt < CLIP_SHOWN_MS,
    };
  }
}

class Falling {
  #dbfs = Number.NEGATIVE_INFINITY;
  #at = 0;

  raise(dbfs: number, now: number): void {
    this.#dbfs = Math.max(dbfs, this.at(now));
    this.#at = now;
  }

  at(now: number): number {
    const dbfs = this.#dbfs - ((now - this.#at) / 1000) * FALL_DB_PER_S;
    return dbfs < LOWEST_DBFS ? Number.NEGATIVE_INFINITY : dbfs;
  }
}

/** `▮▮▮▮▯▯▯▯▯▯▯▯`: the loudness in `cells` cells from -60 to 0 dBFS. The last lit cell of a peak is shown apart. */
export function meterBar({ rmsDbfs, peakDbfs }: Level, cells: number, unicode: boolean): string {
  const [full, peak, empty] = unicode ? ["▮", "▯", "·"] : ["#", "|", "."];
  const lit = (dbfs: number) =>
    dbfs === Number.NEGATIVE_INFINITY
      ? 0
      : Math.max(0, Math.min(cells, Math.ceil((1 - dbfs / LOWEST_DBFS) * cells)));
  const rms = lit(rmsDbfs);
  const top = Math.max(rms, lit(peakDbfs));
  return Array.from({ length: cells }, (_, cell) =>
    cell < rms ? full : cell === top - 1 ? peak : empty,
  ).join("");
}

/** `-23 dB`, always of the same width; `  – dB` in silence. */
export function levelText({ rmsDbfs }: Level, unicode: boolean): string {
  const number =
    rmsDbfs === Number.NEGATIVE_INFINITY ? (unicode ? "–" : "-") : String(Math.round(rmsDbfs) || 0);
  return `${number.padStart(3)} dB`;
}
