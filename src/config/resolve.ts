/** One command's settings from all their sources: flag, then environment, then config file, then default. */
import { BridgeError } from "../errors.js";
import { suggest } from "../suggest.js";
import { MCP_KEY } from "../tools/config.js";
import { BadValue } from "./bad-value.js";
import type { Environment } from "./headers.js";
import type { ConfigFile } from "./load.js";
import { parseValue } from "./parse.js";
import { environmentName, flagName, hasFlag, keysOf, settingKeys, settings } from "./schema.js";
import { type CommandName, type SettingKey, UNIT_SUFFIX, type Values } from "./setting.js";

/** From the weakest to the strongest. */
const RANKS = ["default", "config", "environment", "flag"] as const;

export type SourceKind = (typeof RANKS)[number];

/** What the command line gave, by setting key: `true` for a switch, a list for a repeatable flag. */
export type Flags = Readonly<Partial<Record<SettingKey, string | true | readonly string[]>>>;

export interface Given {
  readonly flags: Flags;
  readonly env: Environment;
  readonly file?: ConfigFile | undefined;
}

export interface Resolution<C extends CommandName = CommandName> {
  readonly values: Values<C>;
  /** Where each value came from, by setting key. */
  readonly sources: Readonly<Partial<Record<SettingKey, SourceKind>>>;
  /** Variables that look like a misspelled setting. */
  readonly warnings: readonly string[];
}

/** A value as it was written, and where. */
interface Found {
  readonly kind: SourceKind;
  readonly raw: unknown;
}

interface Read {
  readonly kind: SourceKind;
  readonly value: unknown;
}

/**
 * The settings of `command`.
 * @throws BridgeError `bad-flag` or `bad-config` for the first value that cannot be used, with a value that could.
 */
export function resolve<C extends CommandName>(command: C, given: Given): Resolution<C> {
  const found = new Map(keysOf(command).map((key) => [key, strongest(key, given)]));
  dropStrangers(found, given);
  const settled = new Map([...found].map(([key, one]) => [key, read(key, one, given)]));
  settleExclusions(settled, given);
  const values: Record<string, unknown> = {};
  const sources: Partial<Record<SettingKey, SourceKind>> = {};
  for (const [key, { kind, value }] of settled) {
    const { type, needs } = settings[key];
    const suffix = UNIT_SUFFIX[type as keyof typeof UNIT_SUFFIX] ?? "";
    values[key + suffix] = value;
    sources[key] = kind;
    if (needs && kind !== "default" && settled.get(needs as SettingKey)?.kind === "default")
      throw wrong(
        key,
        kind,
        given,
        ` needs ${nameAt(needs as SettingKey, kind)} as well`,
        `Give both, or neither.`,
      );
  }
  return { values: values as Values<C>, sources, warnings: misspelledVariables(given.env) };
}

/** Whether the value of `a` comes from a stronger source than that of `b`. */
export function outranks(sources: Resolution["sources"], a: SettingKey, b: SettingKey): boolean {
  return RANKS.indexOf(sources[a] ?? "default") > RANKS.indexOf(sources[b] ?? "default");
}

function strongest(key: SettingKey, { flags, env, file }: Given): Found {
  const variable = hasFlag(key) ? env[environmentName(key)] : undefined;
  if (flags[key] !== undefined) return { kind: "flag", raw: flags[key] };
  if (variable !== undefined && variable !== "") return { kind: "environment", raw: variable };
  if (file?.values[key] !== undefined) return { kind: "config", raw: file.values[key] };
  return { kind: "default", raw: undefined };
}

function read(key: SettingKey, { kind, raw }: Found, given: Given): Read {
  if (kind === "default") return fallback(key);
  try {
    return { kind, value: parseValue(settings[key], raw, given.env) };
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    const fix = error.fix ?? correction(key, kind, error.instead ?? "", given);
    throw wrong(key, kind, given, `: ${error.message}`, fix);
  }
}

function fallback(key: SettingKey): Read {
  const { type, default: text } = settings[key];
  const nothing = {
    boolean: false,
    headers: {},
    options: {},
    names: [],
    dtmf: [],
    budgets: [],
    quirks: [],
    reporters: [],
    spans: [],
    addresses: [],
    list: [],
  }[type as string];
  return { kind: "default", value: text === undefined ? nothing : parseValue(settings[key], text, {}) };
}

function dropStrangers(found: Map<SettingKey, Found>, { file }: Given): void {
  for (const [key, { kind }] of found) {
    const owners = (settings[key].belongsTo ?? []) as readonly SettingKey[];
    const isForTheFilesOwn = kind === "config" && owners.some((owner) => file?.values[owner] !== undefined);
    const isElsewhere = owners.some((owner) =>
      ["flag", "environment"].includes(found.get(owner)?.kind ?? "default"),
    );
    if (isForTheFilesOwn && isElsewhere) found.set(key, { kind: "default", raw: undefined });
  }
}

function settleExclusions(settled: Map<SettingKey, Read>, given: Given): void {
  for (const key of settled.keys()) {
    for (const other of (settings[key].excludes ?? []) as readonly SettingKey[]) {
      const [a, b] = [settled.get(key), settled.get(other)];
      if (!a || !b || !isSet(a) || !isSet(b)) continue;
      if (a.kind === b.kind)
        throw wrong(key, a.kind, given, ` cannot go with ${nameAt(other, b.kind)}`, "Give one of the two.");
      const weaker = RANKS.indexOf(a.kind) < RANKS.indexOf(b.kind) ? key : other;
      settled.set(weaker, fallback(weaker));
    }
  }
}

function isSet({ kind, value }: Read): boolean {
  return kind !== "default" && value !== false;
}

/** @param says reads on after the setting's name. */
function wrong(key: SettingKey, kind: SourceKind, { file }: Given, says: string, fix: string): BridgeError {
  const place = kind === "config" ? `${key} in ${file?.name}` : nameAt(key, kind);
  return new BridgeError(kind === "flag" ? "bad-flag" : "bad-config", `${place}${says}`, { fix });
}

function correction(key: SettingKey, kind: SourceKind, instead: string, { file }: Given): string {
  if (kind === "environment") return `Set ${environmentName(key)}=${instead}`;
  if (kind !== "config") return `Write ${isBareArgument(key) ? "" : `${flagName(key)} `}${instead}`;
  const { type } = settings[key];
  const isBare = type === "integer" || type === "frequency" || type === "boolean" || instead.startsWith('"');
  return `Write ${key}: ${isBare ? instead : JSON.stringify(instead)} in ${file?.name}`;
}

function nameAt(key: SettingKey, kind: SourceKind): string {
  if (kind === "environment") return environmentName(key);
  if (kind === "config") return key;
  return settings[key].type === "names" ? `a ${key}` : flagName(key);
}

function isBareArgument(key: SettingKey): boolean {
  return !flagName(key).startsWith("-");
}

/** A variable that is one slip away from a setting is surely meant to be one; others may be the user's own. */
function misspelledVariables(env: Environment): string[] {
  const known = new Set([...settingKeys.filter(hasFlag).map(environmentName), "SMARTPBX_TOKEN", MCP_KEY]);
  return Object.keys(env).flatMap((name) => {
    if (!name.startsWith("SMARTPBX_") || known.has(name)) return [];
    const meant = suggest(
      name.slice("SMARTPBX_".length),
      [...known].map((other) => other.slice("SMARTPBX_".length)),
    );
    return meant ? [`${name} is not a setting and is ignored. Did you mean SMARTPBX_${meant}?`] : [];
  });
}
