/** What is shown when a command fails, and the exit code that follows. */
import { BridgeError } from "../errors.js";
import { jsonLine } from "../report/jsonl.js";
import type { Style } from "../report/style.js";
import { EXIT_BUG } from "./exit-codes.js";
import type { Io } from "./ui/io.js";
import { version } from "./version.js";

/**
 * Yours to fix: message and fix, no stack, exit 2 or 3. Anything else is our bug: stack, version, exit 70.
 * Under `--json` one document of type `error` goes to stdout.
 */
export function showFailure(
  error: unknown,
  io: Pick<Io, "stdout" | "stderr">,
  json: boolean,
  style: Style,
): number {
  if (error instanceof BridgeError) {
    const { code, message, fix } = error;
    if (json) io.stdout.write(jsonLine({ type: "error", code, message, fix }));
    else io.stderr.write(`${style.bad("error:")} ${message}\n${style.good("fix:")} ${fix}\n`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  const fix = "Please report it with the lines above and the command you ran.";
  if (json) io.stdout.write(jsonLine({ type: "error", code: "bug", message, fix }));
  io.stderr.write(`${stack}\n\n`);
  io.stderr.write(
    `${style.bad("This is a bug")} in smartpbx-bridge ${version()} (Node ${process.versions.node}). ${fix}\n`,
  );
  return EXIT_BUG;
}
