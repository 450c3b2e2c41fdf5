/** A plan of keys to press, as `1@2s,#@3.5s`. */
import type { KeyPress } from "../simulate/appointments.js";
import { BadValue } from "./bad-value.js";
import { parseDuration } from "./units.js";

/** Each key with its time from the start of the call, in the order of the times. */
export function parseDtmf(text: string): KeyPress[] {
  const presses = text.split(",").map((part) => {
    const match = /^([0-9*#A-D])@(.+)$/i.exec(part.trim());
    if (!match)
      throw new BadValue("a key press is one of 0-9 * # A-D, an @ and a time", { instead: '"1@2s,#@3.5s"' });
    return { digit: match[1]!.toUpperCase(), atMs: parseDuration(match[2]!) };
  });
  return presses.sort((a, b) => a.atMs - b.atMs);
}
