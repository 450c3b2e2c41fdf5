/** Checks that a text is base64 and spells it the standard way, without decoding it. */

const STANDARD = /^[A-Za-z0-9+/]+={0,2}$/;
const URL_SAFE = /^[A-Za-z0-9_-]+={0,2}$/;

/**
 * The same bytes in the standard alphabet with padding (RFC 4648 §4), or undefined when `text` is empty or not base64.
 * Takes the URL-safe alphabet (§5) too, and missing padding. The alphabets must not be mixed; whitespace is refused.
 */
export function standardBase64(text: string): string | undefined {
  if (!STANDARD.test(text)) {
    if (!URL_SAFE.test(text)) return undefined;
    text = text.replaceAll("-", "+").replaceAll("_", "/");
  }
  const excess = text.length % 4;
  if (excess === 0) return text;
  if (text.endsWith("=") || excess === 1) return undefined;
  return text + "=".repeat(4 - excess);
}
