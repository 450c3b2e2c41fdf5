/** Stretches of a call, as `2s-4.5s`. */
import type { Span } from "../analysis/call-analysis.js";
import { BadValue } from "./bad-value.js";
import { parseDuration } from "./units.js";

/** Several stand one after the other, with commas. @throws BadValue */
export function parseSpans(texts: readonly string[]): Span[] {
  return texts.flatMap((text) => text.split(",")).map((part) => parseSpan(part.trim()));
}

function parseSpan(text: string): Span {
  const [, from, to] = /^([^-]+)-([^-]+)$/.exec(text) ?? [];
  if (from === undefined || to === undefined)
    throw new BadValue(`${JSON.stringify(text)} is not a time, - and a later time`, { instead: "2s-4.5s" });
  const span = { from: parseDuration(from.trim()), to: parseDuration(to.trim()) };
  if (span.to <= span.from)
    throw new BadValue(`${JSON.stringify(text)} ends before it begins`, {
      instead: `${to.trim()}-${from.trim()}`,
    });
  return span;
}
