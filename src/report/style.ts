/** The few ways in which text can stand out. Who makes one decides whether there are colours. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  accent(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}

const same = (text: string) => text;

/** No colours. */
export const plain: Style = { bold: same, dim: same, accent: same, good: same, warn: same, bad: same };
