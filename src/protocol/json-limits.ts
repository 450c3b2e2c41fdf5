/** Tells what nobody means to send before it is parsed: a megabyte of brackets or of keys holds up all calls for a tenth of a second. */

/** Deeper than any document of a wire that we know. */
const MAX_DEPTH = 64;
/** More than any message says beside the content of its strings, where nearly all of a long message is. */
const MAX_MARKS = 65_536;
/** What fits into this is parsed before it is looked through. */
const SHORT = 4096;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Brackets and braces differ in one bit. */
const BRACE_BIT = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/**
 * What is too much in a text that would be read as JSON, or undefined. `deep`: more than 64 levels. `long`: more than 65,536 characters
 * outside of strings, escaped quotes counted too. A text that is no JSON may be any of these.
 */
export function tooMuchOf(text: string): "deep" | "long" | undefined {
  if (text.length < SHORT) return undefined;
  let depth = 0;
  let marks = 0;
  for (let at = 0; at < text.length; at++) {
    if (++marks > MAX_MARKS) return "long";
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      do {
        if (++marks > MAX_MARKS) return "long";
        at = text.indexOf('"', at + 1);
        if (at === -1) return undefined;
      } while (isEscaped(text, at));
    } else if ((code | BRACE_BIT) === OPENING) {
      if (++depth > MAX_DEPTH) return "deep";
    } else if ((code | BRACE_BIT) === CLOSING) depth--;
  }
  return undefined;
}

function isEscaped(text: string, quote: number): boolean {
  let at = quote;
  while (text.charCodeAt(at - 1) === BACKSLASH) at--;
  return (quote - at) % 2 === 1;
}
