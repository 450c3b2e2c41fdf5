/** Text for people in the width that they have. */
import { cutText, textWidth } from "../text-width.js";

export interface Part {
  readonly text: string;
  readonly paint?: ((text: string) => string) | undefined;
  /** Is never broken inside. */
  readonly whole?: boolean;
}

export interface Wrapping {
  /** Undefined: everything stands in one line. */
  readonly width: number | undefined;
  /** Stands before the first part. */
  readonly lead?: Part | undefined;
  /** Spaces before what goes on below. */
  readonly indent: number;
}

/** Parts of a line with two spaces between them; what finds no room goes on below. Words that are too long stay whole. */
export function wrapLine(parts: readonly Part[], { width, lead, indent }: Wrapping): string {
  const lines: string[] = [];
  let line = lead ? painted(lead, lead.text) : "";
  let used = lead ? textWidth(lead.text) : 0;
  let isFresh = true;
  const put = (part: Part, text: string, gap: number) => {
    const space = isFresh ? 0 : gap;
    const isFull = width !== undefined && !isFresh && used + space + textWidth(text) > width;
    if (isFull) {
      lines.push(line);
      line = " ".repeat(indent) + painted(part, text);
      used = indent + textWidth(text);
    } else {
      line += " ".repeat(space) + painted(part, text);
      used += space + textWidth(text);
    }
    isFresh = false;
  };
  for (const part of parts) {
    const words = width === undefined || part.whole ? [part.text] : part.text.split(" ");
    words.forEach((word, k) => {
      put(part, word, k === 0 ? 2 : 1);
    });
  }
  return [...lines, line].join("\n");
}

/** At most `cells` wide: what is too long loses its middle, because the folders of recordings differ at both ends. */
export function cutMiddle(text: string, cells: number): string {
  if (textWidth(text) <= cells) return text;
  const head = cutText(text, Math.ceil(cells / 2), "");
  const room = cells - textWidth(head) - 1;
  let tail = "";
  for (const character of [...text].reverse()) {
    if (textWidth(character + tail) > room) break;
    tail = character + tail;
  }
  return `${head}…${tail}`;
}

function painted({ paint }: Part, text: string): string {
  return paint ? paint(text) : text;
}
