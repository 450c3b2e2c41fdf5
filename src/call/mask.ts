/** How a telephone number is shown to those who may not know it. */

/** Country codes of one digit: North America, and Russia with Kazakhstan (ITU-T E.164). All others are shown as two. */
const ONE_DIGIT_CODE = /^[17]/;
/** What a sender may write between the digits of a number. */
const FILLING = /[\s().-]/g;
const NUMBER = /^\+?\d{1,15}$/;

/**
 * `+94771234512` as `+94 77 *** **12`: the country and network, and two digits to tell calls apart. Numbers too short to
 * keep a secret that way, and anything that is not a number, become `***`. Nothing stays nothing.
 */
export function maskNumber(number: string): string {
  const plain = number.slice(0, 64).replace(FILLING, "");
  if (plain === "") return "";
  const digits = plain.replace("+", "");
  if (!NUMBER.test(plain) || digits.length < 9) return "***";
  const plus = plain.startsWith("+") ? "+" : "";
  const code = plus && ONE_DIGIT_CODE.test(digits) ? 1 : 2;
  const hidden = "*".repeat(digits.length - code - 4);
  return `${plus}${digits.slice(0, code)} ${digits.slice(code, code + 2)} ${hidden.slice(0, 3)} ${hidden.slice(3)}${digits.slice(-2)}`;
}
