/** The programs of this computer that can carry sound: whether they are there, and what they answer. */
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The environment in which every program is run: their words are read, so they must be English. */
export function soundEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: "C" };
}

/** Whether a program can be found in PATH. */
export function hasProgram(name: string): boolean {
  const names = process.platform === "win32" ? [`${name}.exe`, `${name}.cmd`] : [name];
  return (process.env.PATH ?? "")
    .split(delimiter)
    .some((folder) => folder !== "" && names.some((file) => isProgram(join(folder, file))));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** What a program prints, or undefined when it is missing, fails, or takes longer than `timeoutMs`. */
export function answerOf(
  name: string,
  args: readonly string[],
  timeoutMs = 3000,
): Promise<string | undefined> {
  if (!hasProgram(name)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const child = spawn(name, args, {
      env: soundEnvironment(),
      stdio: ["ignore", "pipe", "ignore"],
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      if (text.length < 1_000_000) text += piece;
    });
    child.once("error", () => resolve(undefined));
    child.once("close", (code) => resolve(code === 0 ? text : undefined));
  });
}
