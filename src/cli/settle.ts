/** Settles one command's settings, and says on stderr what is odd about them and, under `--verbose`, their sources. */
import { type Given, type Resolution, resolve } from "../config/resolve.js";
import { environmentName, flagName, settingKeys } from "../config/schema.js";
import type { CommandName, Values } from "../config/setting.js";
import type { Io } from "./ui/io.js";

export function settle<C extends CommandName>(
  command: C,
  given: Given,
  io: Pick<Io, "stderr">,
): Resolution<C> {
  const resolution = resolve(command, given);
  for (const warning of resolution.warnings) io.stderr.write(`warning: ${warning}\n`);
  // Every command has it, which the type of a command not known yet cannot say.
  const { verbose } = resolution.values as unknown as Values<"agents">;
  if (verbose) io.stderr.write(sourcesText(resolution, given.file?.name));
  return resolution;
}

/** Where the settings come from that are not at their default. No values: some are secrets. */
function sourcesText({ sources }: Pick<Resolution, "sources">, fileName: string | undefined): string {
  const lines = settingKeys.flatMap((key) => {
    const source = sources[key] ?? "default";
    if (source === "default") return [];
    const place = { flag: flagName(key), environment: environmentName(key), config: fileName }[source];
    return [`${key} from ${place}\n`];
  });
  return lines.join("");
}
