/** The completion script for fish. */
import type { CompletedCommand, CompletedFlag, Values } from "./words.js";

export function fishScript(commands: readonly CompletedCommand[], globals: readonly CompletedFlag[]): string {
  const lines = [
    "complete -c smartpbx-bridge -f",
    ...globals.map((flag) => flagLine(flag)),
    `complete -c smartpbx-bridge -n __fish_use_subcommand -l version -d ${quoted("show the version")}`,
    ...commands.flatMap(({ name, summary, flags, argument }) => {
      const seen = `__fish_seen_subcommand_from ${name}`;
      return [
        `complete -c smartpbx-bridge -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
        ...flags.map((flag) => flagLine(flag, seen)),
        ...(argument ? [`complete -c smartpbx-bridge -n ${quoted(seen)} ${offers(argument)}`] : []),
      ];
    }),
  ];
  return `# fish completion for smartpbx-bridge:  smartpbx-bridge completion fish > ~/.config/fish/completions/smartpbx-bridge.fish\n${lines.join("\n")}\n`;
}

function flagLine({ spellings, help, value, isOptional, values }: CompletedFlag, seen?: string): string {
  const [long, short] = spellings;
  return [
    "complete -c smartpbx-bridge",
    ...(seen === undefined ? [] : ["-n", quoted(seen)]),
    `-l ${long!.slice(2)}`,
    ...(short ? [`-s ${short.slice(1)}`] : []),
    ...(value === undefined || isOptional ? [] : [`-r ${offers(values)}`]),
    `-d ${quoted(help)}`,
  ].join(" ");
}

function offers({ words, names }: Values): string {
  const offered = [...words, ...(names === "folders" ? ["(__fish_complete_directories)"] : [])].join(" ");
  return [names === "files" ? "-F" : "-f", ...(offered ? [`-a ${quoted(offered)}`] : [])].join(" ");
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
