/** Reads base64 strictly: what is not base64 is refused, not skipped. */
import { Payload } from "../audio/payload.js";

/**
 * The audio in a base64 text, or undefined when the text is empty or not base64 (RFC 4648 §4). Takes the URL-safe alphabet
 * (§5) too, and missing padding, and spells both the standard way. The alphabets must not be mixed; whitespace is refused.
 */
export function readBase64(text: string): Payload | undefined {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const length = text.length - padding;
  const missing = -length & 3;
  if (length === 0 || missing === 3 || (padding > 0 && padding !== missing)) return undefined;
  const bytes = Buffer.from(text, "base64");
  // The decoder skips what it does not know: every skipped character is missing from the length.
  if (bytes.length !== (length * 3) >> 2) return undefined;
  const isUrlSafe = text.includes("-") || text.includes("_");
  if (isUrlSafe && (text.includes("+") || text.includes("/"))) return undefined;
  if (padding === missing && !isUrlSafe) return Payload.of(text, bytes);
  return Payload.of(bytes.toString("base64"), bytes);
}
