/** Whether the optional packages for sound load. They are tried in a process of their own: `speaker` may abort it. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { type Checked, fine } from "../checked.js";

export type PackageState = "loads" | "is not installed" | "does not load";

const PACKAGES = ["mic", "speaker"] as const;
const LOAD_MS = 4000;
const require = createRequire(import.meta.url);

export async function checkPackages(
  names: readonly string[] = PACKAGES,
  state: (name: string) => Promise<PackageState> = loadState,
): Promise<Checked> {
  const states = await Promise.all(names.map(async (name) => [name, await state(name)] as const));
  const value = states.map(([name, state]) => `${name} ${state}`).join(", ");
  const hint = hintOf(states.map(([, state]) => state));
  return fine("packages", "optional packages", value, {
    measured: Object.fromEntries(states),
    ...(hint !== undefined && { hint }),
  });
}

function hintOf(states: readonly PackageState[]): string | undefined {
  const why = "They carry sound where the computer's own programs cannot; nothing else needs them.";
  if (states.includes("is not installed")) return `${why} To get them: npm install mic speaker`;
  if (states.includes("does not load")) return `${why} speaker loads only where there is a sound card.`;
  return undefined;
}

/** @param resolve gives the file of a package, and throws where there is none. */
export async function loadState(
  name: string,
  resolve: (name: string) => string = require.resolve,
): Promise<PackageState> {
  let file: string;
  try {
    file = resolve(name);
  } catch {
    return "is not installed";
  }
  return (await loadsAlone(file)) ? "loads" : "does not load";
}

function loadsAlone(file: string): Promise<boolean> {
  const script = `await import(${JSON.stringify(pathToFileURL(file).href)}); process.exit(0)`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: "ignore",
    timeout: LOAD_MS,
    killSignal: "SIGKILL",
    windowsHide: true,
  });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
}
