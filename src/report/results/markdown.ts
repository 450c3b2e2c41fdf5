/** Any text as Markdown that shows it as it is. */

/** A backslash before a mark of ASCII makes it stand for itself (CommonMark 0.31, section 2.4). */
export function markdownText(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_{}[\]<>()#|~&!$@:]/g, "\\$&");
}
