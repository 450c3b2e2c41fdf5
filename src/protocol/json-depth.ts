/** Tells what nobody means to send from its brackets: parsing a hundred thousand of them, one in the other, takes ten milliseconds. */

/** Deeper than any document of a wire that we know. */
const MAX_DEPTH = 64;
/** What fits into this is parsed before it is looked through. */
const SHORT = 4096;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Brackets and braces differ in one bit. */
const BRACE_BIT = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/** True when a text, read as JSON, nests so deep that it should not be parsed. A text that is no JSON may be either. */
export function isTooDeep(text: string): boolean {
  if (text.length < SHORT) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      // Nearly all of a long message is the text of one string.
      at = endOfString(text, at);
      if (at === -1) return false;
    } else if ((code | BRACE_BIT) === OPENING) {
      if (++depth > MAX_DEPTH) return true;
    } else if ((code | BRACE_BIT) === CLOSING) depth--;
  }
  return false;
}

/** @returns where the closing quote stands, or -1. */
function endOfString(text: string, opening: number): number {
  let at = opening;
  do {
    at = text.indexOf('"', at + 1);
  } while (at !== -1 && isEscaped(text, at));
  return at;
}

function isEscaped(text: string, quote: number): boolean {
  let at = quote;
  while (text.charCodeAt(at - 1) === BACKSLASH) at--;
  return (quote - at) % 2 === 1;
}
