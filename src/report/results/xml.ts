/** Any text as XML or HTML: escaped, and without what neither may hold. */

/** All but XML 1.0's Char (section 2.2), and the control characters of C1, which HTML does not know and some terminals obey. */
const NO_CHARACTERS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu;
/** Marks that turn the direction of writing. */
const TURNING = /[\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "\r": "&#13;",
};

/** For text between tags and in quoted attributes alike. Lines and tabs stay, which attributes read as spaces. */
export function xmlText(text: string): string {
  return text
    .replace(NO_CHARACTERS, "\ufffd")
    .replace(TURNING, "\ufffd")
    .replace(/[&<>"'\r]/g, (char) => ENTITIES[char]!);
}

/** `name="value" other="value"`, without those that are undefined. */
export function xmlAttributes(attributes: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(attributes)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${xmlText(String(value))}"`]))
    .join(" ");
}
