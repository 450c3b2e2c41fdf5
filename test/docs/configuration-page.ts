/** The text of docs/configuration.md, from the table of settings. */
import { environmentName, hasFlag, isGlobal, settingKeys, settings } from "../../src/config/schema.js";
import type { Setting, SettingKey, SettingType } from "../../src/config/setting.js";

const INTRO = `# Every setting

<!-- Made from src/config/schema.ts by test/docs/configuration.test.ts: change it there. -->

A setting comes from its **flag**, else its **variable**, else the **config file**, else its **default**. \`--verbose\` says where each
came from, and \`smartpbx-bridge help environment\` lists them all.

A file \`.env\` in the current folder sets variables that are not set already.

## The config file

\`smartpbx.config.js\`, \`.mjs\` or \`.json\` in the current folder, or what \`--config\` names. An unknown key is an error that names the
nearest known one. A key that the command does not have is left alone, so one file serves all commands.

\`\`\`js
import { defineConfig } from "smartpbx-bridge"; // checks the types in your editor; a plain object will do

export default defineConfig({
  port: 8080,
  agent: "adk:ws://127.0.0.1:8000/ws/{callId}?is_audio=true",
  agentOption: { inputRate: 24000 },
  agentHeader: { Authorization: "$AGENT_KEY" },
  authHeader: "X-Api-Key",
  record: "recordings",
  drain: "30s",
});
\`\`\`

- **Times** have a unit: \`300ms\`, \`30s\`, \`5m\`; only \`0\` needs none. **Sizes**: \`512B\`, \`256KiB\`, \`1MiB\`. **Rates**: \`20/s\`.
  **Frequencies**: \`440\` or \`440Hz\`.
- **Switches** are \`true\` or \`false\` in a file; as a variable also \`1\`, \`yes\`, \`on\` and \`0\`, \`no\`, \`off\`.
- **Several values**: a flag is given again, a variable has one a line, a file has a list. Headers and options are an object in a file:
  \`header: { "X-Api-Key": "$API_KEY" }\`.
- **\`$NAME\`** in the value of a header is filled in from the environment by the tool. Write keys that way: a config file needs to hold
  none.
- Two settings that exclude each other are an error where both come from the same place; else the stronger source wins.
- A config file's headers go only to the config file's own address. When the address comes from a flag or a variable, they are left out.
- In a \`.js\` file \`agent\` may also be an agent itself, as \`defineAgent\` gives it. \`tools\` stands in a file only: [tools.md](tools.md).

## Variables that are no settings

| variable | |
|---|---|
| \`SMARTPBX_TOKEN\` | what the header of \`--auth-header\` must hold; several tokens, one a line: [security.md](security.md#changing-the-token) |
| \`SMARTPBX_MCP_KEY\` | key for SmartPBX's call control: [tools.md](tools.md#transfers) |
| \`NO_COLOR\`, \`FORCE_COLOR\`, \`CI\` | no colours; colours without a terminal; nobody sits at this terminal |
| \`BROWSER=none\` | opens no browser |
| the agents' own keys | \`OPENAI_API_KEY\`, \`GEMINI_API_KEY\`, … : [agents.md](agents.md) |
`;

/** What each type takes, where no bounds are needed to say it. */
const VALUES: Readonly<Record<SettingType, string>> = {
  boolean: "`true` `false`",
  string: "text",
  path: "path",
  route: "path of a URL",
  headerName: "name of a header",
  address: "`ws://` or `wss://` address",
  publicUrl: "`https://` or `wss://` address",
  bucket: "`s3://bucket/prefix`",
  httpAddress: "`https://` or `http://` address",
  integer: "whole number",
  workers: "`auto`, or whole number",
  listenAddress: "port, or `ADDRESS:PORT`",
  duration: "time",
  bytes: "size",
  frequency: "frequency",
  rate: "`N/s`",
  choice: "",
  headers: "`Name: value`, several",
  options: "`key=value`, several",
  names: "names, several",
  dtmf: "`1@2s,#@3.5s`",
  network: "`jitter=30ms,loss=2%`: [network.md](network.md)",
  quirks: "names: [network.md](network.md#--quirk)",
  budgets: "`NAME=LIMIT`: [load.md](load.md#budgets)",
  reporters: "`list,junit:FILE`: [ci.md](ci.md)",
  spans: "`2s-4.5s`, several",
  addresses: "`203.0.113.0/24`, several",
  list: "texts, several",
  agent: "`kind`, `kind:URL` or a path: [agents.md](agents.md)",
  device: "name of a device, or none for the usual one",
  tools: "object: [tools.md](tools.md)",
};

export function configurationPage(): string {
  const sections = settings.json.commands.flatMap((command) => {
    const own = settingKeys.filter((key) => !isGlobal(key) && settings[key].commands[0] === command);
    return own.length > 0 ? [section(code(command), own, others(command))] : [];
  });
  sections.push(section("Of every command", settingKeys.filter(isGlobal)));
  return `${[INTRO, ...sections].join("\n")}`;
}

function section(heading: string, keys: readonly SettingKey[], also = ""): string {
  const rows = keys.map((key) => `| ${cells(key).join(" | ")} |`);
  return [
    `## ${heading}\n`,
    "| key | flag, variable | value | default | |",
    "|---|---|---|---|---|",
    ...rows,
    ...(also ? ["", also] : []),
    "",
  ].join("\n");
}

/** The settings of a command that stand in another command's table. */
function others(command: string): string {
  const shared = settingKeys.filter((key) => {
    const { commands } = settings[key];
    return !isGlobal(key) && commands[0] !== command && (commands as readonly string[]).includes(command);
  });
  return shared.length === 0 ? "" : `Also, in other tables: ${shared.map((key) => `\`${key}\``).join(" ")}.`;
}

function cells(key: SettingKey): string[] {
  const setting = settings[key];
  const { flag, commands, inFile, default: fallback, help } = setting;
  const notes = [
    ...(isGlobal(key) || commands.length === 1 ? [] : [`also of ${commands.slice(1).map(code).join(" ")}`]),
    ...(setting.needs ? [`needs ${code(setting.needs)}`] : []),
    ...(setting.excludes ? [`not with ${setting.excludes.map(code).join(" ")}`] : []),
  ];
  return [
    inFile === false ? "" : code(key),
    hasFlag(key) ? `${code(flag!)}<br>${code(environmentName(key))}` : "",
    takes(setting),
    fallback === undefined ? "" : code(fallback),
    [plain(help), ...notes].join("; "),
  ].map((cell) => cell.replaceAll("|", "\\|"));
}

function takes({ type, choices, min, max }: Setting): string {
  if (choices) return choices.map(code).join(" ");
  const unit = { duration: " ms", frequency: " Hz", bytes: " bytes" }[type as string] ?? "";
  const bounds = [
    ...(min === undefined ? [] : [`from ${min}`]),
    ...(max === undefined ? [] : [`to ${max}`]),
  ].join(" ");
  return VALUES[type] + (bounds ? `, ${bounds}${unit}` : "");
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Of a line of `--help`: angle brackets would be HTML. */
function plain(text: string): string {
  return text.replaceAll("<", "&lt;").replace(/--[a-z-]+(?=[ ;,]|$)|\$NAME/g, code);
}
