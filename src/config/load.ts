/** Finds, imports and checks `smartpbx.config.{js,mjs,json}`. */
import { access, readFile } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BridgeError } from "../errors.js";
import { suggest } from "../suggest.js";
import { settingKeys, settings } from "./schema.js";
import type { SettingKey } from "./setting.js";

export const CONFIG_NAMES = ["smartpbx.config.js", "smartpbx.config.mjs", "smartpbx.config.json"] as const;

export interface ConfigFile {
  /** Its file name, for messages. */
  readonly name: string;
  /** By setting key. The keys are checked; each value is checked when a command uses it. */
  readonly values: Readonly<Partial<Record<SettingKey, unknown>>>;
}

/**
 * The config file named by `file`, or the one in `folder` if there is one.
 * @throws BridgeError `cannot-read` when the named file is not there, `bad-config` when it cannot be used.
 */
export async function loadConfig(folder: string, file?: string): Promise<ConfigFile | undefined> {
  const path = file === undefined ? await findConfig(folder) : resolve(folder, file);
  if (path === undefined) return undefined;
  const name = basename(path);
  const content = extname(path) === ".json" ? await readJson(path, name) : await importModule(path, name);
  if (typeof content !== "object" || content === null || Array.isArray(content))
    throw new BridgeError("bad-config", `${name} holds no settings`, {
      fix: `Write: export default { port: 8080, agent: "echo" };`,
    });
  for (const key of Object.keys(content)) checkKey(key, name);
  return { name, values: content };
}

async function findConfig(folder: string): Promise<string | undefined> {
  const paths = await Promise.all(CONFIG_NAMES.map((name) => existing(resolve(folder, name))));
  const found = paths.filter((path) => path !== undefined);
  if (found.length > 1)
    throw new BridgeError(
      "bad-config",
      `There are two config files here: ${found.map((path) => basename(path)).join(", ")}`,
      {
        fix: `Keep one of them, or choose with --config ${basename(found[0]!)}`,
      },
    );
  return found[0];
}

async function existing(path: string): Promise<string | undefined> {
  return access(path).then(
    () => path,
    () => undefined,
  );
}

async function readJson(path: string, name: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((cause) => {
    throw notReadable(name, cause);
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    const at = /position (\d+)/.exec((cause as Error).message)?.[1];
    const line = at === undefined ? "" : `, line ${text.slice(0, Number(at)).split("\n").length}`;
    throw new BridgeError("bad-config", `${name}${line}: that is not valid JSON`, {
      fix: "JSON wants double quotes around every key and text, and no comma after the last one.",
    });
  }
}

async function importModule(path: string, name: string): Promise<unknown> {
  await access(path).catch((cause) => {
    throw notReadable(name, cause);
  });
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown };
    return module.default;
  } catch (cause) {
    throw new BridgeError("bad-config", `${name} does not load: ${(cause as Error)?.message ?? cause}`, {
      fix: `Run it alone to see where: node ${name}`,
      cause,
    });
  }
}

function notReadable(name: string, cause: unknown): BridgeError {
  return new BridgeError("cannot-read", `There is no config file ${name}, or it cannot be read`, {
    fix: "Check the path after --config.",
    cause,
  });
}

function checkKey(key: string, name: string): void {
  const known = settingKeys.filter((known) => settings[known].inFile !== false);
  if ((known as string[]).includes(key)) return;
  if (key in settings)
    throw new BridgeError("bad-config", `${key} cannot stand in ${name}`, {
      fix: "Give it on the command line.",
    });
  const meant = suggest(key, known);
  throw new BridgeError("bad-config", `${name} has an unknown setting ${JSON.stringify(key)}`, {
    fix: meant ? `Did you mean ${meant}?` : "See all settings: smartpbx-bridge help environment",
  });
}
