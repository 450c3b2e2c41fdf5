/** The programs of this computer that can carry sound: how they are run, and what they answer. */
import { spawn } from "node:child_process";
import { hasProgram } from "../programs.js";

/** The environment in which every program is run: their words are read, so they must be English. */
export function soundEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: "C" };
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
