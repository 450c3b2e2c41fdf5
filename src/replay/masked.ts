/** Fills in what was masked in a recorded start message, so that it can be sent again: a number's hidden digits become 0. */

/** As `maskNumber` writes them: `+94 77 *** **12`. */
const MASKED_NUMBER = /\+?\d{1,2} \d{2} \*{1,3} \**\d{2}/g;
const PERSONAL_KEY = /number|phone|msisdn|name$/i;

/** `+94 77 *** **12` as `+94770000012`, and `***`, of which nothing is known, as `000`. What is not masked stays. */
export function filledNumber(number: string): string {
  return number === "***" ? "000" : filled(number);
}

/** A message in which every masked number is one that can be called. Other things that were taken out stay `***`. */
export function filledMessage<T>(value: T, key = ""): T {
  if (typeof value === "string") return (PERSONAL_KEY.test(key) ? filledNumber(value) : filled(value)) as T;
  if (Array.isArray(value)) return value.map((item) => filledMessage(item, key)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, filledMessage(inner, name)]),
  ) as T;
}

function filled(text: string): string {
  return text.replace(MASKED_NUMBER, (masked) => masked.replaceAll(" ", "").replaceAll("*", "0"));
}
