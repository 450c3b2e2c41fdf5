/** What reports show of personal data: numbers are masked, words and digits are left out, unless asked for. */
import { maskNumber } from "../call/mask.js";

export interface Personal {
  number(number: string): string;
  words(text: string): string;
  digit(digit: string): string;
}

/** `***` is no key of a telephone, so a masked digit cannot be taken for one. */
const HIDDEN = "***";

const masked: Personal = { number: maskNumber, words: () => HIDDEN, digit: () => HIDDEN };
const shown: Personal = { number: (number) => number, words: (text) => text, digit: (digit) => digit };

/** @param show the setting `--show-personal`. */
export function personal(show: boolean): Personal {
  return show ? shown : masked;
}
