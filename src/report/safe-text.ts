/** Text from a far end, made safe to show in a terminal. */

/** Control characters (also those of C1, which some terminals obey), and marks that turn the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** One line without control characters, of at most `length` characters. */
export function safeText(text: string, length = 200): string {
  const short = text.length > length ? `${text.slice(0, length - 1)}…` : text;
  return short.replace(UNSAFE, "\ufffd");
}

/** A call id short enough for a column: the first and the last four characters of a long one. */
export function shortId(callId: string): string {
  return safeText(callId.length > 12 ? `${callId.slice(0, 4)}…${callId.slice(-4)}` : callId);
}
