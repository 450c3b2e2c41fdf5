/** Which of the PBX's quirks to show, as `string-sample-rate,odd-frames` or `all`. */
import { EVERY_QUIRK, QUIRK_NAMES, type QuirkName } from "../protocol/quirks.js";
import { suggest } from "../suggest.js";
import { BadValue } from "./bad-value.js";

/** Each once, in the order of the table. @throws BadValue */
export function parseQuirks(words: readonly string[]): QuirkName[] {
  const names = words.flatMap((word) => word.split(",")).map((name) => name.trim());
  for (const name of names) {
    if (name === "all" || isQuirk(name)) continue;
    const meant =
      suggest(name, [...QUIRK_NAMES, "all"]) ?? QUIRK_NAMES.find((known) => name && known.includes(name));
    const corrected = names.map((other) => (other === name ? meant : other)).join(",");
    throw new BadValue(`${JSON.stringify(name)} is not a quirk`, {
      ...(meant ? { instead: corrected } : { fix: "See them all with: smartpbx-bridge help quirks" }),
    });
  }
  return QUIRK_NAMES.filter(
    (name) => names.includes(name) || (names.includes("all") && EVERY_QUIRK.includes(name)),
  );
}

function isQuirk(name: string): name is QuirkName {
  return (QUIRK_NAMES as readonly string[]).includes(name);
}
