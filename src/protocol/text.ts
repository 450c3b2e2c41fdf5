/** What a far end may write into our names, logs and terminals: short text without control characters. */

/** Control characters, and halves of surrogate pairs, which no URL and no UTF-8 file can hold. */
const CONTROL = /[\p{Cc}\p{Cs}]/u;
/** Everything that does not print as itself: also format characters, which can reorder a line of text. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** `text` without what does not print, cut to `maxLength` UTF-16 code units, never in the middle of a character. */
export function printable(text: string, maxLength: number): string {
  const head = text.slice(0, maxLength * 4).replace(UNPRINTABLE, "");
  if (head.length <= maxLength) return head;
  const splitsPair = head.codePointAt(maxLength - 1)! > 0xffff;
  return head.slice(0, splitsPair ? maxLength - 1 : maxLength);
}

/** Whether `text` can be used as an identifier as it stands: at most 256 characters, none of them a control character. */
export function isCleanId(text: string): boolean {
  return text.length <= 256 && !CONTROL.test(text);
}

/** What RFC 6455 §5.5 leaves for the reason in a close frame, in bytes. */
const MAX_REASON_BYTES = 123;

/** A text as the reason of a close frame: cut to what fits, at a whole character. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_REASON_BYTES) return text;
  // A character cut in two decodes to the replacement character, which is left out.
  return bytes
    .subarray(0, MAX_REASON_BYTES)
    .toString()
    .replace(/\uFFFD$/, "");
}
