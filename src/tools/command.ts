/** Carries out an action with a program of the user's: no shell, one placeholder never more than one argument. */
import { spawn } from "node:child_process";
import type { Environment } from "../agents/agent.js";
import { BridgeError } from "../errors.js";
import { hasProgram } from "../programs.js";
import { answerOfText, MAX_ANSWER_BYTES, tooLong } from "./answer.js";
import type { CommandRoute } from "./config.js";
import { ToolFailure } from "./failure.js";
import { type Action, bodyOf } from "./order.js";

/** What a program that has ended may leave in its pipe is there at once; one that it left running may keep the pipe open. */
const LAST_WORDS_MS = 250;
const PLACEHOLDER = /\{(\w+)\}/g;

/** @throws BridgeError `bad-config` when there is no such program. */
export function commandAction({ command: [program, ...args] }: CommandRoute, env: Environment): Action {
  // What Windows would run depends on file endings; it is found out when it is run.
  if (process.platform !== "win32" && !hasProgram(program, env))
    throw new BridgeError("bad-config", `There is no program ${JSON.stringify(program)} to run as a tool`, {
      fix: "Give the whole path in the tool's command, and make the file executable.",
    });
  return (order, signal) => {
    const values = Object.entries(bodyOf(order)) as [string, string | undefined][];
    return run(program, fillIn(args, new Map(values)), env, signal);
  };
}

function fillIn(args: readonly string[], values: ReadonlyMap<string, string | undefined>): string[] {
  return args.map((arg) => {
    const filled = arg.replace(PLACEHOLDER, (_, name: string) => {
      const value = values.get(name);
      if (value === undefined || value.includes("\0"))
        throw new ToolFailure(`this call has no usable ${name}`);
      return value;
    });
    // Ids come from outside: none may become an option of the program.
    if (filled.startsWith("-") && !arg.startsWith("-"))
      throw new ToolFailure("this call's ids cannot be given to a program");
    return filled;
  });
}

function run(program: string, args: string[], env: Environment, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const isGroup = process.platform !== "win32";
    const child = spawn(program, args, {
      env,
      stdio: ["ignore", "pipe", "ignore"],
      detached: isGroup,
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let timer: NodeJS.Timeout | undefined;

    function settle(act: () => void): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      child.stdout.destroy();
      act();
    }
    /** Also ends what the program itself has started. */
    function kill(): void {
      try {
        if (isGroup && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
        else child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
    function stop(): void {
      kill();
      settle(() => reject(signal.reason));
    }
    function ended(code: number | null): void {
      if (code === 0) settle(() => resolve(answerOfText(Buffer.concat(chunks).toString())));
      else settle(() => reject(new ToolFailure(`the tool's program ended with ${code ?? "a signal"}`)));
    }

    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_ANSWER_BYTES) {
        chunks.push(chunk);
        return;
      }
      kill();
      settle(() => reject(tooLong()));
    });
    child.once("error", () =>
      settle(() => reject(new ToolFailure("the tool's program could not be started"))),
    );
    child.once("exit", (code) => {
      timer = setTimeout(() => ended(code), LAST_WORDS_MS);
    });
    child.once("close", ended);
    signal.addEventListener("abort", stop, { once: true });
  });
}
