/** Checks that a text is base64 and spells it the standard way, without decoding it. */

const SHARED = 1;
const STANDARD = 2;
const URL_SAFE = 4;

/** The alphabets each character code belongs to, 0 for none. A table, because every payload of every call is checked. */
const ALPHABET = new Uint8Array(256);
for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
  ALPHABET[letter.charCodeAt(0)] = SHARED;
for (const letter of "+/") ALPHABET[letter.charCodeAt(0)] = STANDARD;
for (const letter of "-_") ALPHABET[letter.charCodeAt(0)] = URL_SAFE;

/**
 * The same bytes in the standard alphabet with padding (RFC 4648 §4), or undefined when `text` is empty or not base64.
 * Takes the URL-safe alphabet (§5) too, and missing padding. The alphabets must not be mixed; whitespace is refused.
 */
export function standardBase64(text: string): string | undefined {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const length = text.length - padding;
  let alphabets = 0;
  for (let i = 0; i < length; i++) {
    const alphabet = ALPHABET[text.charCodeAt(i)];
    if (!alphabet) return undefined;
    alphabets |= alphabet;
  }
  const missing = -length & 3;
  if (length === 0 || missing === 3 || (padding > 0 && padding !== missing)) return undefined;
  if (padding === missing && !(alphabets & URL_SAFE)) return text;
  if (alphabets & URL_SAFE && alphabets & STANDARD) return undefined;
  return text.slice(0, length).replaceAll("-", "+").replaceAll("_", "/") + "=".repeat(missing);
}
