/** The settings and where each comes from: flag, variable, config file or default. Values that may be secret are not shown. */
import { Secrets } from "../../agents/wire/secrets.js";
import type { Environment } from "../../config/headers.js";
import type { ConfigFile } from "../../config/load.js";
import { type Flags, resolve, type SourceKind } from "../../config/resolve.js";
import { environmentName, flagName, isGlobal, keysOf, settingKeys, settings } from "../../config/schema.js";
import type { CommandName, SettingKey } from "../../config/setting.js";
import { safeText } from "../../report/safe-text.js";
import { type Checked, fine } from "../checked.js";

/** What is given, as a command is started with it. */
export interface GivenSettings {
  readonly flags: Flags;
  readonly env: Environment;
  readonly file?: ConfigFile | undefined;
}

/** Those whose settings may stand in a config file or a variable. */
const COMMANDS: readonly CommandName[] = ["serve", "simulate", "record", "replay"];
/** Shown even where nobody has set them: what people ask for first. */
const ALWAYS: readonly SettingKey[] = ["port", "host", "path", "agent"];
const HIDDEN = "***";
const LONGEST = 80;
const SECRET_NAME = /key$|token|secret|passw|credential|auth/i;

export interface ShownSetting {
  readonly key: SettingKey;
  readonly value: string;
  readonly source: SourceKind;
  /** `--port`, `SMARTPBX_PORT`, `smartpbx.config.js`, `default`. */
  readonly from: string;
}

/**
 * @throws BridgeError `bad-config` or `bad-flag` for a value that one of the commands could not use: as that command would.
 */
export function checkSettings(given: GivenSettings): Checked {
  const { env, file } = given;
  const shown = shownSettings(given);
  const { warnings } = resolve("doctor", given);
  const set = shown.filter(({ source }) => source !== "default").length;
  const where = file ? `${file.name} was read` : "no config file here";
  const value = `${where}; ${set === 0 ? "all settings at their defaults" : `${set} set`}`;
  return {
    ...fine("settings", "settings", value, {
      details: columns(shown),
      measured: { file: file?.name ?? null, settings: shown },
    }),
    findings: warnings.map((warning) => ({
      code: "misspelled-variable",
      severity: "warning" as const,
      seen: new Secrets({ env, headers: {}, url: undefined }).hide(warning),
      why: "What it was meant to change stays at its default.",
      fix: "Correct the name, or take the variable away. All names: smartpbx-bridge help environment",
    })),
  };
}

function shownSettings(given: GivenSettings): ShownSetting[] {
  const { flags, env, file } = given;
  const sources = new Map<SettingKey, SourceKind>();
  for (const command of [...COMMANDS, "doctor" as const]) {
    // Flags are of this command; another's may not even know them.
    const own = command === "doctor" ? flags : {};
    const found = resolve(command, { flags: own, env, file }).sources;
    for (const key of settingKeys) {
      const source = found[key];
      if (source !== undefined && (source !== "default" || !sources.has(key))) sources.set(key, source);
    }
  }
  const secrets = new Secrets({ env, headers: {}, url: undefined });
  const listed = new Set(COMMANDS.flatMap((command) => keysOf(command)));
  return settingKeys
    .filter((key) => listed.has(key) && !isGlobal(key))
    .flatMap((key) => {
      const source = sources.get(key) ?? "default";
      if (source === "default" && !ALWAYS.includes(key)) return [];
      const raw = rawOf(key, source, given);
      return [
        {
          key,
          value: safeText(secrets.hide(spell(key, raw)), LONGEST),
          source,
          from: placeOf(key, source, file),
        },
      ];
    });
}

function rawOf(key: SettingKey, source: SourceKind, { flags, env, file }: GivenSettings): unknown {
  if (source === "flag") return flags[key];
  if (source === "environment") return env[environmentName(key)];
  return source === "config" ? file?.values[key] : settings[key].default;
}

function placeOf(key: SettingKey, source: SourceKind, file: ConfigFile | undefined): string {
  return {
    flag: flagName(key),
    environment: environmentName(key),
    config: file?.name ?? "",
    default: "default",
  }[source];
}

/** A value as it was written, without what may be secret or personal. */
function spell(key: SettingKey, raw: unknown): string {
  const { type } = settings[key];
  if (type === "headers")
    return names(raw)
      .map((name) => `${name}: ${HIDDEN}`)
      .join(", ");
  if (type === "options")
    return entries(raw)
      .map(([name, value]) => `${name}=${SECRET_NAME.test(name) ? HIDDEN : value}`)
      .join(", ");
  if (key === "caller" || key === "callee" || key === "account" || key === "allowAccount") return HIDDEN;
  if (key === "tools") return "given";
  if (type === "agent" && typeof raw === "object" && raw !== null)
    return String((raw as { name?: unknown }).name);
  if (raw !== null && typeof raw === "object" && !Array.isArray(raw)) return "given";
  const text = (Array.isArray(raw) ? raw : [raw]).map(String).join(" ");
  return type === "address" || type === "agent" || /:\/\//.test(text) ? withoutQuery(text) : text;
}

/** Queries, user names and passwords are where secrets travel in an address. */
function withoutQuery(text: string): string {
  return text.replace(/\?.*$/s, "?…").replace(/:\/\/[^/@]*@/, `://${HIDDEN}@`);
}

function names(raw: unknown): string[] {
  if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) return Object.keys(raw);
  return texts(raw).map((line) => line.split(":", 1)[0]!);
}

function entries(raw: unknown): [string, string][] {
  if (typeof raw === "object" && raw !== null && !Array.isArray(raw))
    return Object.entries(raw).map(([name, value]) => [name, String(value)]);
  return texts(raw).map((line) => {
    const at = line.indexOf("=");
    return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
  });
}

function texts(raw: unknown): string[] {
  return (Array.isArray(raw) ? raw.map(String) : String(raw).split("\n")).filter((line) => line !== "");
}

function columns(shown: readonly ShownSetting[]): string[] {
  const width = Math.max(0, ...shown.map(({ key }) => key.length));
  return shown.map(({ key, value, from }) => `${key.padEnd(width)}  ${value}  (${from})`);
}
