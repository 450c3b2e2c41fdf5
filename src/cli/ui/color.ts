/** Whether there are colours, and the style that follows. Chalk does not look at `NO_COLOR`, so its level is set here. */
import { plain, type Style } from "../../report/style.js";
import type { Io } from "./io.js";

export type ColorLevel = 0 | 1 | 2 | 3;

/**
 * `--no-color` wins, then `NO_COLOR` (https://no-color.org), then `FORCE_COLOR` (`0` to `3`, or anything else for 1);
 * without them a terminal has colours, unless it is dumb or belongs to a CI machine.
 */
export function colorLevel({ env, stdout }: Pick<Io, "env" | "stdout">, noColor: boolean): ColorLevel {
  if (noColor || env.NO_COLOR) return 0;
  if (env.FORCE_COLOR !== undefined) {
    if (env.FORCE_COLOR === "false") return 0;
    return /^[0-3]$/.test(env.FORCE_COLOR) ? (Number(env.FORCE_COLOR) as ColorLevel) : 1;
  }
  return stdout.isTTY && env.TERM !== "dumb" && !env.CI ? 1 : 0;
}

export async function makeStyle(io: Pick<Io, "env" | "stdout">, noColor: boolean): Promise<Style> {
  const level = colorLevel(io, noColor);
  if (level === 0) return plain;
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level });
  return {
    bold: chalk.bold,
    dim: chalk.dim,
    accent: chalk.cyan,
    good: chalk.green,
    warn: chalk.yellow,
    bad: chalk.red,
  };
}
