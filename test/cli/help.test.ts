import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands/index.js";
import { commandHelp, programHelp, TOPICS } from "../../src/cli/help.js";
import { readArguments } from "../../src/cli/program.js";
import {
  environmentName,
  flagName,
  hasFlag,
  isGlobal,
  keysOf,
  settingKeys,
  settings,
} from "../../src/config/schema.js";
import { QUIRK_NAMES, QUIRKS } from "../../src/protocol/quirks.js";

describe.each(commands)("the help of $name", (command) => {
  const text = commandHelp(command);

  it("fits on a screen", () => {
    expect(text.split("\n").length).toBeLessThanOrEqual(60);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("has every setting with its help and default", () => {
    for (const key of keysOf(command.name).filter(hasFlag)) {
      expect(text).toContain(flagName(key));
      if (isGlobal(key)) continue;
      const { flag = "", help, default: fallback } = settings[key];
      const line = text.split("\n").find((line) => line.trim().startsWith(flag));
      expect(line).toContain(help);
      if (fallback !== undefined) expect(line).toMatch(new RegExp(`\\(${fallback.replace("+", "\\+")}\\)$`));
    }
  });

  it("has examples that are read without fault", () => {
    expect(command.examples.length).toBeGreaterThan(0);
    for (const example of command.examples) {
      const words = example.replace(/ +#.*/, "").match(/'[^']*'|\S+/g)!;
      expect(readArguments(words)).toMatchObject({ command: { name: command.name } });
    }
  });

  it("is the same by --help and by help", () => {
    expect(readArguments([command.name, "--help"])).toEqual({ text });
    expect(readArguments(["help", command.name])).toEqual({ text });
  });
});

it("lists every command and every topic, and fits on a screen", () => {
  const text = programHelp();
  for (const { name, summary } of commands)
    expect(text.split("\n").map((line) => line.replace(/ {2,}/g, "  "))).toContain(`  ${name}  ${summary}`);
  for (const topic of Object.keys(TOPICS)) expect(text).toContain(`help ${topic} `);
  expect(text.split("\n").length).toBeLessThanOrEqual(40);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

it("groups many flags under headings, keeps a few together, and says where to read on", () => {
  const { text } = readArguments(["serve", "--help"]) as { text: string };
  expect(text.match(/^(Network|Agent|Limits|Sound)$/gm)).toEqual(["Network", "Agent", "Limits", "Sound"]);
  expect(text.split("\nNetwork\n")[1]!.split("\n\n")[0]).toContain("--tunnel");
  expect(commandHelp(commands.find(({ name }) => name === "redact")!)).not.toContain("What is saved");
  for (const command of commands) expect(commandHelp(command)).toMatch(/^See also: .*help exit-codes/m);
  expect(text).toContain("Exit codes: 0 fine");
  // Where there is room for it.
  expect(commandHelp(commands.find(({ name }) => name === "record")!)).toContain("Variables: SMARTPBX_");
});

it("has a topic that names every variable", () => {
  const { text } = readArguments(["help", "environment"]) as { text: string };
  for (const key of settingKeys) expect(text).toContain(hasFlag(key) ? environmentName(key) : key);
  expect(text).toContain("SMARTPBX_TOKEN");
  expect(text).toContain("SMARTPBX_MCP_KEY");
});

it("has a topic that lists every quirk, and how sure it is, on a screen", () => {
  const { text } = readArguments(["help", "quirks"]) as { text: string };
  for (const name of QUIRK_NAMES) {
    expect(text).toMatch(new RegExp(`^ {2}${name} +${QUIRKS[name].summary}$`, "m"));
    expect(text.split("How sure")[1]).toContain(name);
  }
  expect(text.split("\n").length).toBeLessThanOrEqual(40);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

it("names every quirk in the help of simulate", () => {
  const { text } = readArguments(["simulate", "--help"]) as { text: string };
  const block = text.split("\nQuirks\n")[1]?.split("\n\n")[0] ?? "";
  expect(block.split(",").map((name) => name.trim())).toEqual(QUIRK_NAMES);
});

it("has a topic that explains every exit code", () => {
  const { text } = readArguments(["help", "exit-codes"]) as { text: string };
  expect(text.match(/^ +\d+/gm)!.map(Number)).toEqual([0, 1, 2, 3, 70, 130, 143]);
});
