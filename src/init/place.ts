/** The folder that `init` writes to, and what of it decides how the files must look. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { CONFIG_NAMES } from "../config/load.js";

export const CONFIG_NAME = "smartpbx.config.mjs";

export interface Place {
  /** Absolute; it need not exist. */
  readonly folder: string;
  /** Version of this program. */
  readonly version: string;
  /** A config file can import `smartpbx-bridge` here. */
  readonly isInstalled: boolean;
  /** How a CI machine installs what package.json names; undefined where there is none. */
  readonly install: "npm ci" | "npm install" | undefined;
  /** A config file under another name: a second one would be an error. */
  readonly otherConfig: string | undefined;
  /** The way from the top of the git repository to the folder, with `/`; undefined where they are the same, or there is none. */
  readonly belowTop: string | undefined;
}

export function placeOf(folder: string, version: string): Place {
  const has = (name: string) => existsSync(join(folder, name));
  const isInstalled = has("package.json") && resolves(folder);
  const lock = has("package-lock.json") || has("npm-shrinkwrap.json");
  return {
    folder,
    version,
    isInstalled,
    install: isInstalled ? (lock ? "npm ci" : "npm install") : undefined,
    otherConfig: CONFIG_NAMES.find((name) => name !== CONFIG_NAME && has(name)),
    belowTop: belowTop(folder),
  };
}

function resolves(folder: string): boolean {
  try {
    createRequire(join(folder, CONFIG_NAME)).resolve("smartpbx-bridge");
    return true;
  } catch {
    return false;
  }
}

function belowTop(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return relative(at, folder).replaceAll("\\", "/") || undefined;
    if (dirname(at) === at) return undefined;
  }
}
