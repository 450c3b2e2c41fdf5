/** Loads an agent kind from a module of the user's own. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { BridgeError } from "../errors.js";
import type { AgentKind } from "./agent.js";

const EXAMPLE =
  'The module needs: export default defineAgent({ name, summary, url: "none", options: {}, connect })';

/** True for `./x`, `../x`, `/x`, `C:\x`, `file:` and for names that end like a module. */
export function isModulePath(spec: string): boolean {
  return /^(\.{0,2}[\\/]|[a-z]:[\\/]|file:)/i.test(spec) || /^[^:]+\.[cm]?[jt]s(:|$)/.test(spec);
}

/** `./agent.mjs:wss://host` → the module's path and the URL for it. */
export function splitModulePath(spec: string): { path: string; url: string | undefined } {
  const parts = /^(.+?\.[cm]?[jt]s):(.+)$/s.exec(spec);
  return parts ? { path: parts[1], url: parts[2] } : { path: spec, url: undefined };
}

/**
 * @param path relative to the current folder, absolute, or a `file:` URL.
 * @throws BridgeError `bad-agent-module` when there is no such file, it does not load, or its default export is no agent kind.
 */
export async function loadAgentModule(path: string): Promise<AgentKind> {
  const file = path.startsWith("file:") ? fileURLToPath(path) : resolve(path);
  if (!existsSync(file)) {
    throw new BridgeError("bad-agent-module", `There is no agent module at ${path}`, {
      fix: "Check the path; it is relative to the current folder",
    });
  }
  let module: { default?: unknown };
  try {
    module = await import(/* @vite-ignore */ pathToFileURL(file).href);
  } catch (cause) {
    throw new BridgeError("bad-agent-module", `The agent module ${path} does not load: ${firstLine(cause)}`, {
      fix: loadingFix(cause),
      cause,
    });
  }
  const fault = kindFault(module.default);
  if (fault) throw new BridgeError("bad-agent-module", `The agent module ${path} ${fault}`, { fix: EXAMPLE });
  return module.default as AgentKind;
}

/** What keeps a value from being an agent kind, said so that it follows the module's name; undefined when nothing does. */
export function kindFault(value: unknown): string | undefined {
  if (value === undefined) return "has no default export";
  if (typeof value !== "object" || value === null) return "does not export an agent kind";
  const kind = value as Partial<Record<keyof AgentKind, unknown>>;
  if (typeof kind.name !== "string" || kind.name === "") return "exports an agent kind without a name";
  if (typeof kind.connect !== "function") return "exports an agent kind without a connect function";
  if (typeof kind.options !== "object" || kind.options === null)
    return "exports an agent kind without options";
  if (!["required", "optional", "none"].includes(kind.url as string)) {
    return 'exports an agent kind whose url is not "required", "optional" or "none"';
  }
  return undefined;
}

function loadingFix(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ERR_UNKNOWN_FILE_EXTENSION") {
    return `Node ${process.versions.node} runs JavaScript only: compile it to .js or .mjs`;
  }
  if (code === "ERR_MODULE_NOT_FOUND") return "Install what the module imports beside it, with npm install";
  return "Repair the module; node FILE shows the whole error";
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n", 1)[0];
}
