/** `completion`: prints a shell's completion script. Nothing of ours runs when TAB is pressed. */
import { basename } from "node:path";
import type { Environment } from "../../config/headers.js";
import type { Resolution } from "../../config/resolve.js";
import { BridgeError } from "../../errors.js";
import { bashScript } from "../completion/bash.js";
import { fishScript } from "../completion/fish.js";
import { completedCommands, completedGlobals } from "../completion/words.js";
import { zshScript } from "../completion/zsh.js";
import { EXIT_OK } from "../exit-codes.js";
import type { Io } from "../ui/io.js";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export type Shell = keyof typeof SCRIPTS;

/** @throws BridgeError `bad-flag` without a shell */
export function readSettings(
  { values }: Resolution<"completion">,
  env: Environment,
): { readonly shell: Shell } {
  if (values.shell !== undefined) return { shell: values.shell };
  const own = basename(env.SHELL ?? "");
  throw new BridgeError("bad-flag", "completion needs the name of a shell: bash, zsh or fish", {
    fix: `smartpbx-bridge completion ${Object.hasOwn(SCRIPTS, own) ? own : "bash"}`,
  });
}

export async function run({ shell }: { readonly shell: Shell }, io: Pick<Io, "stdout">): Promise<number> {
  io.stdout.write(SCRIPTS[shell](await completedCommands(), completedGlobals()));
  return EXIT_OK;
}
