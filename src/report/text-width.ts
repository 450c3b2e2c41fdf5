/** How many cells of a terminal a text takes, and a text cut to so many. */

/** Combining marks, variation selectors and format characters take none. */
const NONE = /^(?:\p{Mn}|\p{Me}|\p{Cf})$/u;
/** Two cells: East Asian wide and full-width characters (Unicode UAX #11, by blocks) and pictures. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

function widthOf(character: string): number {
  if (NONE.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** At most `cells` wide; what is cut ends in `ellipsis`, one cell wide. */
export function cutText(text: string, cells: number, ellipsis: string): string {
  if (textWidth(text) <= cells) return text;
  let cut = "";
  let width = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > cells - 1) break;
    cut += character;
  }
  return cells < 1 ? "" : cut + ellipsis;
}
