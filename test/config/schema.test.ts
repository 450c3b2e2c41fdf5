import { describe, expect, it } from "vitest";
import { parseValue } from "../../src/config/parse.js";
import {
  environmentName,
  flagName,
  hasFlag,
  isGlobal,
  keysOf,
  settingKeys,
  settings,
} from "../../src/config/schema.js";
import type { CommandName } from "../../src/config/setting.js";

const COMMANDS: readonly CommandName[] = [
  "serve",
  "simulate",
  "record",
  "replay",
  "inspect",
  "redact",
  "agents",
  "devices",
  "doctor",
  "init",
];

describe("the table of settings", () => {
  it.each(settingKeys)("%s has a help line, a flag that can be read, and a default that is valid", (key) => {
    const { flag, help, default: fallback, type } = settings[key];
    expect(help).toMatch(/^\S.{3,50}$/);
    if (flag === undefined) return;
    expect(flag).toMatch(/^(-[a-z], )?--[a-z-]+( <[^>]+>| \[device\])?$|^<[a-z]+>$|^\[[a-z]+(\.{3})?\]$/);
    expect(/[<[]/.test(flag)).toBe(type !== "boolean");
    if (fallback !== undefined) expect(() => parseValue(settings[key], fallback, {})).not.toThrow();
  });

  it("has no two settings with the same variable", () => {
    expect(new Set(settingKeys.map(environmentName)).size).toBe(settingKeys.length);
    expect(settingKeys.map(environmentName)).not.toContain("SMARTPBX_TOKEN");
    expect(settingKeys.filter((key) => !hasFlag(key))).toEqual(["tools"]);
  });

  it.each(COMMANDS)("gives %s no flag twice, neither long nor short", (command) => {
    const spellings = keysOf(command).flatMap(
      (key) => settings[key].flag?.match(/-{1,2}[a-z-]+|^<\w+>/g) ?? [],
    );
    expect(new Set(spellings).size).toBe(spellings.length);
  });

  it("refers only to settings that exist", () => {
    for (const key of settingKeys) {
      const { excludes = [], belongsTo = [], needs } = settings[key];
      for (const other of [...excludes, ...belongsTo, ...(needs ? [needs] : [])])
        expect(settingKeys).toContain(other);
    }
  });

  it("keeps the names of the command line's contract", () => {
    expect(keysOf("serve").map(flagName)).toEqual(
      expect.arrayContaining([
        "--port",
        "--host",
        "--path",
        "--agent",
        "--agent-option",
        "--record",
        "--auth-header",
        "--max-calls",
        "--tls-cert",
        "--tls-key",
        "--drain",
      ]),
    );
    expect(keysOf("simulate").map(flagName)).toEqual(
      expect.arrayContaining([
        "--url",
        "--provider",
        "--header",
        "--format",
        "--profile",
        "--caller",
        "--callee",
        "--account",
        "--wav",
        "--tone",
        "--silence",
        "--out",
        "--dtmf",
        "--hang-up-after",
        "--drop-after",
        "--calls",
        "--concurrency",
        "--rate",
        "--record",
      ]),
    );
    expect(keysOf("record").map(flagName)).toEqual(
      expect.arrayContaining(["<upstream>", "--port", "--path", "--out", "--header"]),
    );
    expect(settingKeys.filter(isGlobal).map(flagName)).toEqual([
      "--json",
      "--quiet",
      "--verbose",
      "--show-personal",
      "--config",
      "--no-color",
    ]);
    expect(environmentName("maxCalls")).toBe("SMARTPBX_MAX_CALLS");
  });
});
