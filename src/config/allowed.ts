/** Lists of those who may come in: ranges of addresses, and ids. */
import { firstOf, readRange, spellRange } from "../addresses.js";
import { BadValue } from "./bad-value.js";

/** Ranges as `203.0.113.0/24` or single addresses, IPv4 or IPv6, with commas between them. @throws BadValue */
export function parseAddresses(texts: readonly string[]): string[] {
  return parseList(texts).map((text) => {
    const range = readRange(text);
    if (!range)
      throw new BadValue(`${JSON.stringify(text)} is not an address or a range of addresses`, {
        instead: "203.0.113.0/24",
      });
    // Whoever writes 10.1.2.3/8 may mean one address, or sixteen million.
    if (firstOf(range).first.value !== range.first.value)
      throw new BadValue(`${JSON.stringify(text)} does not begin where its range begins`, {
        instead: spellRange(firstOf(range)),
      });
    return text;
  });
}

/** @throws BadValue when there is nothing in it: an empty list would mean everybody. */
export function parseList(texts: readonly string[]): string[] {
  const items = texts.flatMap((text) => text.split(",")).map((item) => item.trim());
  if (items.length === 0 || items.includes(""))
    throw new BadValue("the list has an empty place", { fix: "Write them with one comma between two." });
  return items;
}
