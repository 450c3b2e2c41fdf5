/** The command line as commander sees it, built from the table of settings and the list of commands. */
import { type Command as Commander, CommanderError, Option, Command as Program } from "commander";
import type { Flags } from "../config/resolve.js";
import { flagName, hasFlag, isGlobal, keysOf, settingKeys, settings } from "../config/schema.js";
import { REPEATABLE, type SettingKey } from "../config/setting.js";
import { BridgeError } from "../errors.js";
import { suggest } from "../suggest.js";
import { type Command, commands } from "./commands/index.js";
import { commandHelp, isArgument, programHelp, TOPICS } from "./help.js";
import { version } from "./version.js";

/** What the arguments ask for: a text to print, or a command to run. */
export type Asked = { readonly text: string } | { readonly command: Command; readonly flags: Flags };

/**
 * Reads the arguments after the program's name.
 * @throws BridgeError `bad-flag`, with what was probably meant
 */
export function readArguments(args: readonly string[]): Asked {
  let asked: Asked = { text: programHelp() };
  const program = new Program("smartpbx-bridge");
  program.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  program.helpCommand(false).helpOption("-h, --help").version(version(), "--version");
  for (const key of settingKeys) if (isGlobal(key)) program.addOption(optionOf(key));
  for (const command of commands) {
    const sub = program.command(command.name);
    for (const key of keysOf(command.name)) {
      if (isArgument(key)) sub.argument(`[${flagName(key).slice(1, -1)}]`);
      else if (hasFlag(key) && !isGlobal(key)) sub.addOption(optionOf(key));
    }
    sub.action(() => {
      asked = { command, flags: flagsOf(command, sub, program) };
    });
  }
  program.command("help [topic]").action((topic?: string) => {
    asked = { text: topic === undefined ? programHelp() : topicHelp(topic) };
  });
  try {
    program.parse(args, { from: "user" });
    return asked;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const command = commands.find(({ name }) => program.args[0] === name);
    if (error.code === "commander.version") return { text: `${version()}\n` };
    if (error.code === "commander.helpDisplayed" || error.code === "commander.help")
      return { text: command ? commandHelp(command) : programHelp() };
    throw explain(error, command);
  }
}

function optionOf(key: SettingKey): Option {
  const { flag = "", type } = settings[key];
  const option = new Option(flag);
  return REPEATABLE.has(type)
    ? option.argParser((value, before: string[] = []) => [...before, value])
    : option;
}

function flagsOf(command: Command, sub: Commander, program: Commander): Flags {
  const flags: Partial<Record<SettingKey, string | true | readonly string[]>> = {};
  for (const key of keysOf(command.name).filter(hasFlag)) {
    const owner = isGlobal(key) ? program : sub;
    const option = owner.options.find(({ long }) => long === flagName(key));
    if (option === undefined) {
      if (sub.args[0] !== undefined) flags[key] = settings[key].type === "names" ? sub.args : sub.args[0];
    } else if (owner.getOptionValueSource(option.attributeName()) === "cli") {
      // `--speaker` and `--no-speaker` share one value, which tells the two apart.
      const value = owner.getOptionValue(option.attributeName());
      if (option.negate === (value === false)) flags[key] = option.negate ? true : value;
    }
  }
  return flags;
}

function topicHelp(topic: string): string {
  const command = commands.find(({ name }) => name === topic);
  if (command) return commandHelp(command);
  if (Object.hasOwn(TOPICS, topic)) return TOPICS[topic]!.text();
  throw unknownWord(
    "help topic",
    topic,
    [...commands.map(({ name }) => name), ...Object.keys(TOPICS)],
    "smartpbx-bridge --help",
  );
}

/** What commander found wrong, in our words. The text after a flag is never repeated: it may be a secret. */
function explain(error: CommanderError, command: Command | undefined): BridgeError {
  const help = `smartpbx-bridge ${command ? `${command.name} ` : ""}--help`;
  const quoted = /'([^'=]*)/.exec(error.message)?.[1] ?? "";
  if (error.code === "commander.unknownOption") return unknownFlag(quoted, command, help);
  if (error.code === "commander.optionMissingArgument")
    return new BridgeError("bad-flag", `${/--[a-z-]+/.exec(quoted)?.[0] ?? quoted} needs a value`, {
      fix: `See: ${help}`,
    });
  if (error.code === "commander.unknownCommand")
    return unknownWord(
      "command",
      quoted,
      commands.map(({ name }) => name),
      help,
    );
  if (error.code === "commander.excessArguments") {
    const hasUrl = command && keysOf(command.name).includes("url");
    const takesOne = !command || keysOf(command.name).some(isArgument);
    const most = takesOne ? "one argument" : "no argument without a flag before it";
    return new BridgeError("bad-flag", `${command?.name ?? "help"} takes ${most}`, {
      fix: hasUrl
        ? `An address goes after --url. See: ${help}`
        : `Put quotes around a value with spaces. See: ${help}`,
    });
  }
  return new BridgeError("bad-flag", error.message.replace(/^error: /, ""), { fix: `See: ${help}` });
}

function unknownFlag(flag: string, command: Command | undefined, help: string): BridgeError {
  // `--json=yes`: commander does not know it in this form.
  const own = settingKeys.find((key) => flagName(key) === flag && (isGlobal(key) || isOf(key, command)));
  if (own && settings[own].type === "boolean")
    return new BridgeError("bad-flag", `${flag} takes no value`, { fix: `Write ${flag}, or leave it out.` });
  const known = settingKeys.filter(
    (key) =>
      hasFlag(key) && !isArgument(key) && (command ? keysOf(command.name).includes(key) : isGlobal(key)),
  );
  const others = commands
    .filter(({ name }) => keysOf(name).some((key) => flagName(key) === flag || shortFlag(key) === flag))
    .map(({ name }) => name);
  if (others.length > 0)
    return new BridgeError(
      "bad-flag",
      `${flag} is not a flag of ${command?.name ?? "smartpbx-bridge itself"}`,
      {
        fix: `It belongs to ${others.join(", ").replace(/, ([^,]*)$/, " and $1")}. See: ${help}`,
      },
    );
  return unknownWord("flag", flag, [...known.map(flagName), "--help", "--version"], help);
}

function isOf(key: SettingKey, command: Command | undefined): boolean {
  return command !== undefined && settings[key].commands.includes(command.name);
}

/** `-p` of `-p, --port`. */
function shortFlag(key: SettingKey): string | undefined {
  return /^-[a-z]\b/.exec(settings[key].flag ?? "")?.[0];
}

function unknownWord(what: string, word: string, known: readonly string[], help: string): BridgeError {
  const meant = suggest(word, known);
  return new BridgeError("bad-flag", `Unknown ${what} ${word}`, {
    fix: `${meant ? `Did you mean ${meant}? ` : ""}See: ${help}`,
  });
}
