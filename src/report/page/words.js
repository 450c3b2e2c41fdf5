/** Times and texts as people read them. */
import { spellMs as spell } from "../numbers.js";
import { safeText } from "../safe-text.js";

/** `1:02.345`, with as many digits behind the point as asked for. @param {number} ms @param {number} [digits] */
export function clock(ms, digits = 1) {
  const unit = 1000 / 10 ** digits;
  const whole = Math.round(ms / unit) * unit;
  const minutes = Math.floor(whole / 60_000);
  const seconds = ((whole - minutes * 60_000) / 1000).toFixed(digits);
  const padded = seconds.padStart(digits > 0 ? 3 + digits : 2, "0");
  if (minutes < 60) return `${minutes}:${padded}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${padded}`;
}

/** @param {number} ms */
export function spellMs(ms) {
  return spell(ms < 1000 ? Math.round(ms) : ms);
}

/** A dB value with a true minus. @param {number | undefined} db */
export function spellDb(db) {
  return db === undefined ? "–" : `${Math.round(db)} dB`.replace("-", "−");
}

/** What a far end wrote: no control characters, nothing that turns the direction of writing. @param {string} text @param {number} [length] */
export function clean(text, length = 2000) {
  return safeText(text, length);
}

const TICKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000];

/** A round number of ms that is not below `least`. @param {number} least */
export function tickStep(least) {
  return TICKS.find((step) => step >= least) ?? Math.ceil(least / 300_000) * 300_000;
}
