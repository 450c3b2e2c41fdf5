/** The texts of `--help`, from the table of settings and the list of commands. Each fits on a screen of 80 columns. */
import {
  environmentName,
  flagName,
  hasFlag,
  isGlobal,
  keysOf,
  settingKeys,
  settings,
} from "../config/schema.js";
import type { CommandName, SettingKey } from "../config/setting.js";
import { QUIRK_NAMES, QUIRKS } from "../protocol/quirks.js";
import { MCP_KEY } from "../tools/config.js";
import { type Command, commands } from "./commands/index.js";
import { EXIT_CODE_WORDS } from "./exit-codes.js";
import { grouped } from "./help-groups.js";

const PROGRAM = "smartpbx-bridge";

export function programHelp(): string {
  return page([
    `Usage: ${PROGRAM} <command> [options]`,
    "Answer SmartPBX calls with any voice agent, and be the phone that tests it.",
    ["Commands", columns(commands.map(({ name, summary }) => [name, summary]))],
    [
      "Options of every command",
      columns([...settingKeys.filter(isGlobal).map(row), ["    --version", "show the version"]]),
    ],
    [
      "More",
      columns([
        ["<command> --help", "options and examples of a command"],
        ...Object.entries(TOPICS).map(([name, { summary }]): [string, string] => [`help ${name}`, summary]),
      ]),
    ],
    [
      "Try it, in two terminals",
      `  ${PROGRAM} serve\n  ${PROGRAM} simulate --url ws://127.0.0.1:8080/media-stream --out out.wav`,
    ],
  ]);
}

export function commandHelp(command: Command): string {
  const own = keysOf(command.name).filter((key) => hasFlag(key) && !isGlobal(key));
  const argument = own.find(isArgument);
  const globals = settingKeys.filter(isGlobal).map((key) => settings[key].flag);
  const headed = (options: Block[], after: readonly string[]) =>
    page([
      `Usage: ${PROGRAM} ${command.name}${argument ? ` ${settings[argument].flag}` : ""} [options]`,
      command.description,
      ...options,
      [`Also: ${globals.join(" ")}`, ...after].join("\n"),
      ...(own.includes("quirk") ? [quirkNames()] : []),
      ["Examples", command.examples.map((example) => `  ${PROGRAM} ${example}`).join("\n")],
    ]);
  const after = ending(command.name, own);
  const flat = own.length > 0 ? [columns(own.map(row))] : [];
  // Where there are very many flags, the rest makes room for them: they are to be on one screen.
  const pages = [
    ...[3, 2, 1].map((lines) => () => headed(groupsOf(own), after.slice(0, lines))),
    ...[3, 2, 1, 0].map((lines) => () => headed(flat, after.slice(0, lines))),
  ];
  const fits = pages.find((make) => make().split("\n").length <= MOST_LINES);
  return (fits ?? pages.at(-1)!)();
}

const MOST_LINES = 60;
/** Fewer are seen at a glance. */
const FEW = 12;

function groupsOf(keys: readonly SettingKey[]): Block[] {
  if (keys.length === 0) return [];
  const groups = keys.length <= FEW ? [["", keys] as const] : grouped(keys);
  const width = Math.max(...keys.map((key) => row(key)[0].length));
  return groups.map(([heading, members]) => {
    const body = columns(members.map(row), width);
    return heading === "" ? body : [heading, body];
  });
}

/** Where to read on, exit codes, variables: the most useful first. */
function ending(name: CommandName, own: readonly SettingKey[]): string[] {
  const variable = own.find((key) => !isArgument(key) && settings[key].inFile !== false);
  const see = [...SEE[name], "help exit-codes", "help environment"].join(", ");
  return [
    `See also: ${see}`,
    "Exit codes: 0 fine, 1 checked and failed, 2 called wrongly, 3 not reached",
    ...(variable ? [`Variables: ${environmentName(variable)} for ${flagName(variable)}, and so on`] : []),
  ];
}

/** The commands and topics that are read next. */
const SEE: Readonly<Record<CommandName, readonly string[]>> = {
  serve: ["agents", "doctor", "record"],
  simulate: ["devices", "replay", "help quirks"],
  record: ["inspect", "replay", "redact"],
  replay: ["record", "inspect"],
  inspect: ["replay", "redact"],
  redact: ["inspect"],
  agents: ["serve", "init"],
  devices: ["simulate"],
  doctor: ["serve", "simulate"],
  init: ["serve", "agents"],
  completion: [],
};

function quirkNames(): Block {
  return ["Quirks", columns(wrapped(["", QUIRK_NAMES.join(", ")], 74)).replace(/^ +/gm, "  ")];
}

interface Topic {
  readonly summary: string;
  text(): string;
}

/** What `help <topic>` knows beside the commands. */
export const TOPICS: Readonly<Record<string, Topic>> = {
  environment: {
    summary: "every setting as a variable and as a key of the config file",
    text: () =>
      page([
        "A setting comes from its flag, else its variable, else the config file\n(smartpbx.config.{js,mjs,json}), else its default. Variables are also read from\n.env in the current folder; one that is set already wins.",
        columns([
          ...settingKeys.map((key): [string, string] => [
            hasFlag(key) ? environmentName(key) : "-",
            settings[key].inFile === false ? "-" : key,
          ]),
          ["SMARTPBX_TOKEN", "- (what --auth-header must hold)"],
          [MCP_KEY, "- (key for SmartPBX's call control)"],
          ["OPENAI_API_KEY and others", "- (keys of agents; see: agents)"],
          ["NO_COLOR, FORCE_COLOR, CI", "- (colours; CI also asks nothing and opens nothing)"],
          ["BROWSER=none", "- (opens no page)"],
        ]),
      ]),
  },
  quirks: {
    summary: "what a real PBX may do, for simulate --quirk",
    text: () =>
      page([
        "simulate --quirk NAME,NAME shows an endpoint what a real PBX may do. all is\nevery one but close-without-hangup, which would hide how the others hang up.",
        columns(QUIRK_NAMES.map((name) => [name, QUIRKS[name].summary])),
        ...certainties(),
      ]),
  },
  "exit-codes": {
    summary: "what the exit codes mean",
    text: () =>
      page([
        columns(EXIT_CODE_WORDS),
        "What checks is simulate with expectations and budgets, replay, and doctor. A server\nthat is told to stop ends with 0 when every call could finish. Under --json, a\nfailure is a document of type error with its code, message and fix.",
      ]),
  },
};

/** How sure it is that a PBX does each of them. */
function certainties(): Block[] {
  const kinds = new Set(QUIRK_NAMES.map((name) => QUIRKS[name].certainty));
  const rows = [...kinds].map((kind): [string, string] => [
    kind,
    QUIRK_NAMES.filter((name) => QUIRKS[name].certainty === kind).join(", "),
  ]);
  return [["How sure it is that one does", columns(rows.flatMap((row) => wrapped(row)))]];
}

/** A row whose right side is wrapped at its commas, so that it fits on a screen. @param width of the right side. */
function wrapped([left, right]: readonly [string, string], width = 54): [string, string][] {
  const lines = right.match(new RegExp(`.{1,${width}}(?:, |$)`, "g")) ?? [];
  return lines.map((line, k) => [k === 0 ? left : "", line.trimEnd()]);
}

/** Whether a setting is given as a bare argument. */
export function isArgument(key: SettingKey): boolean {
  return /^[<[]/.test(settings[key].flag ?? "");
}

function row(key: SettingKey): [string, string] {
  const { flag = key, help, default: fallback } = settings[key];
  const indented = flag.startsWith("--") ? `    ${flag}` : flag;
  return [indented, fallback === undefined ? help : `${help} (${fallback})`];
}

type Block = string | readonly [heading: string, body: string];

function page(blocks: readonly Block[]): string {
  return `${blocks.map((block) => (typeof block === "string" ? block : block.join("\n"))).join("\n\n")}\n`;
}

function columns(
  rows: readonly (readonly [string, string])[],
  width = Math.max(...rows.map(([left]) => left.length)),
): string {
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
