/** `.env` in the folder where the program is started: variables for it, where they are not set already. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

/**
 * Adds the variables of `.env` to `env`. One that is set wins; one without a value is none.
 * @returns what is wrong with the file, if anything; that it is not there is nothing wrong.
 */
export function loadDotEnv(folder: string, env: Record<string, string | undefined>): string | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, ".env"), "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // A folder of that name is a Python environment.
    if (code === "ENOENT" || code === "EISDIR") return undefined;
    return `.env cannot be read: ${code}`;
  }
  for (const [name, value] of Object.entries(parseEnv(text)))
    if (value && env[name] === undefined) env[name] = value;
  return undefined;
}
