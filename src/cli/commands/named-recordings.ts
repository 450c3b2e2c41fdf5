/** Whether the recordings that a user names are there, and which were probably meant. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, parse, sep } from "node:path";
import { BridgeError } from "../../errors.js";
import { safeText } from "../../report/safe-text.js";
import { suggest } from "../../suggest.js";

/** @throws BridgeError `bad-recording` for the first that is not there where another of nearly that name is. */
export function checkNamed(command: string, names: readonly string[]): void {
  for (const name of names) {
    const meant = existsSync(name) ? undefined : nearest(name);
    if (meant !== undefined)
      throw new BridgeError("bad-recording", `${safeText(name)} is not there`, {
        fix: `Did you mean ${meant}? smartpbx-bridge ${command} ${meant}`,
      });
  }
}

/** The path with each step that leads nowhere replaced by what stands there under nearly that name. */
function nearest(name: string): string | undefined {
  const { root } = parse(name);
  let known = root;
  for (const step of name.slice(root.length).split(/[\\/]/).filter(Boolean)) {
    const next = existsSync(join(known, step)) ? step : suggest(step, foldersIn(known || "."));
    if (next === undefined) return undefined;
    known = known === "" || known.endsWith(sep) ? `${known}${next}` : `${known}${sep}${next}`;
  }
  return known === "" || dirname(known) === known ? undefined : known;
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
