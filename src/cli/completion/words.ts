/** What a shell may complete, from the table of settings and the list of commands: the same for every shell. */
import { agentKinds } from "../../agents/index.js";
import { flagName, hasFlag, isGlobal, keysOf, settingKeys, settings } from "../../config/schema.js";
import { REPEATABLE, type SettingKey } from "../../config/setting.js";
import { QUIRK_NAMES } from "../../protocol/quirks.js";
import { REPORTERS } from "../../report/results/reporter-names.js";
import { budgetNames } from "../../simulate/budgets.js";
import { BUILT_IN_NAMES } from "../../simulate/scenario/built-in.js";
import { commands } from "../commands/index.js";
import { isArgument, TOPICS } from "../help.js";

/** What may stand somewhere. A word that ends in `:` or `=` goes on without a space. */
export interface Values {
  readonly words: readonly string[];
  /** Names of files, or of folders only, beside the words. */
  readonly names: "files" | "folders" | "none";
}

export interface CompletedFlag {
  /** `--port` first, then `-p` where there is one. */
  readonly spellings: readonly string[];
  readonly help: string;
  /** What the value is, for people; undefined for a switch. */
  readonly value: string | undefined;
  readonly isOptional: boolean;
  readonly isRepeatable: boolean;
  readonly values: Values;
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
  /** What may stand as bare arguments; undefined where none may. */
  readonly argument: Values | undefined;
}

/** Every command with its flags, `help` among them. */
export async function completedCommands(): Promise<CompletedCommand[]> {
  const agents = await agentWords();
  const listed = commands.map(({ name, summary }): CompletedCommand => {
    const keys = keysOf(name).filter((key) => hasFlag(key) && !isGlobal(key));
    const argument = keys.find(isArgument);
    return {
      name,
      summary,
      flags: [...keys.filter((key) => !isArgument(key)).map((key) => completedFlag(key, agents)), HELP],
      argument: argument && valuesOf(argument, agents),
    };
  });
  const topics = [...commands.map(({ name }) => name), ...Object.keys(TOPICS)];
  return [
    ...listed,
    {
      name: "help",
      summary: "explain a command or a topic",
      flags: [],
      argument: { words: topics, names: "none" },
    },
  ];
}

/** The flags that go before and after every command. */
export function completedGlobals(): CompletedFlag[] {
  return [...settingKeys.filter((key) => hasFlag(key) && isGlobal(key)).map((key) => completedFlag(key, []))];
}

const NOTHING: Values = { words: [], names: "none" };
const HELP: CompletedFlag = {
  spellings: ["--help", "-h"],
  help: "show the options and examples",
  value: undefined,
  isOptional: false,
  isRepeatable: false,
  values: NOTHING,
};

function completedFlag(key: SettingKey, agents: readonly string[]): CompletedFlag {
  const { flag = "", help, type } = settings[key];
  const short = /^-[a-z]\b/.exec(flag)?.[0];
  return {
    spellings: [flagName(key), ...(short ? [short] : [])],
    help,
    value: /[<[]([^>\]]+)[>\]]/.exec(flag)?.[1],
    isOptional: flag.includes("["),
    isRepeatable: REPEATABLE.has(type),
    values: valuesOf(key, agents),
  };
}

function valuesOf(key: SettingKey, agents: readonly string[]): Values {
  const { type, choices, flag = "" } = settings[key];
  if (choices) return { words: choices, names: "none" };
  if (type === "agent") return { words: agents, names: "files" };
  if (type === "quirks") return { words: ["all", ...QUIRK_NAMES], names: "none" };
  if (type === "budgets") return { words: budgetNames.map((name) => `${name}=`), names: "none" };
  if (type === "network") return { words: ["jitter=", "burst=", "stall=", "loss="], names: "none" };
  if (type === "reporters")
    return {
      words: Object.entries(REPORTERS).map(([name, { file }]) => (file === "required" ? `${name}:` : name)),
      names: "none",
    };
  if (key === "scenario") return { words: BUILT_IN_NAMES, names: "files" };
  if (type === "path" || type === "names")
    return { words: [], names: /dir|recording/.test(flag.replace(/^.*--[a-z-]+/, "")) ? "folders" : "files" };
  return NOTHING;
}

/** `echo`, `openai`, and `adk:` where an address must follow. */
async function agentWords(): Promise<string[]> {
  const kinds = await Promise.all(agentKinds.map((entry) => entry.load()));
  return kinds.map(({ name, url }) => (url === "required" ? `${name}:` : name));
}
