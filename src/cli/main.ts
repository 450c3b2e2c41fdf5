/** The command line: reads the arguments and the config file, runs one command, shows what failed. */
import { loadDotEnv } from "../config/dot-env.js";
import { loadConfig } from "../config/load.js";
import { BridgeError } from "../errors.js";
import { isWorker } from "../workers/marker.js";
import { EXIT_OK } from "./exit-codes.js";
import { showFailure } from "./failure.js";
import { readArguments } from "./program.js";
import { keepPausesShort } from "./short-pauses.js";
import { makeStyle } from "./ui/color.js";
import { type Io, processIo } from "./ui/io.js";

/** @param argv as `process.argv`. Sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const io = processIo();
  const fault = loadDotEnv(io.cwd, process.env);
  if (fault && !isWorker()) io.stderr.write(`warning: ${fault}\n`);
  process.on("uncaughtException", (error) => {
    void fail(error, argv, io).then((code) => process.exit(code));
  });
  const code = await runCommandLine(argv.slice(2), io);
  // A stream tells of its failure a moment later.
  await new Promise((resolve) => setImmediate(resolve));
  const { lost } = io.stdout;
  process.exitCode = code === EXIT_OK && lost !== undefined ? await showLoss(lost, io) : code;
}

/** Results that are not whole are none. Shown on the other stream, which may have room. */
async function showLoss(lost: string, io: Io): Promise<number> {
  const fix = "Make room on the disk that stdout goes to, or send it elsewhere.";
  const error = new BridgeError("cannot-write", `cannot write all of the output: ${lost}`, { fix });
  return showFailure(error, io, false, await makeStyle({ env: io.env, stdout: io.stderr }, true));
}

/** The whole program apart from the process it runs in: the exit code for `args`. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  try {
    const asked = readArguments(args);
    if ("text" in asked) {
      io.stdout.write(asked.text);
      return EXIT_OK;
    }
    const { command, flags } = asked;
    if (!command.carriesNoCall) keepPausesShort();
    const named = (flags.config as string | undefined) ?? (io.env.SMARTPBX_CONFIG || undefined);
    const file = command.needsNoConfig ? undefined : await loadConfig(io.cwd, named);
    return await command.start({ flags, env: io.env, file }, io);
  } catch (error) {
    return fail(error, args, io);
  }
}

/** The settings are perhaps not known yet, so `--json` and `--no-color` are looked for where they are given. */
async function fail(error: unknown, args: readonly string[], io: Io): Promise<number> {
  const json = args.includes("--json") || ["1", "true"].includes(io.env.SMARTPBX_JSON ?? "");
  const style = await makeStyle({ env: io.env, stdout: io.stderr }, args.includes("--no-color"));
  return showFailure(error, io, json, style);
}
