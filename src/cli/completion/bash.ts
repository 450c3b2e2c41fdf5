/** The completion script for bash, from 3.2 (macOS) on. */
import type { CompletedCommand, CompletedFlag, Values } from "./words.js";

export function bashScript(commands: readonly CompletedCommand[], globals: readonly CompletedFlag[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const withValue = globals.filter(({ value }) => value !== undefined).flatMap(({ spellings }) => spellings);
  return `# bash completion for smartpbx-bridge. In ~/.bashrc:  source <(smartpbx-bridge completion bash)
_smartpbx_bridge_names() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY+=($(compgen "$1" -- "$cur"))
}

_smartpbx_bridge_words() {
  COMPREPLY+=($(compgen -W "$1" -- "$cur"))
  case "\${COMPREPLY[*]}" in *[:=]) compopt -o nospace 2>/dev/null ;; esac
}

_smartpbx_bridge() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= word k
  COMPREPLY=()
  # bash takes --agent=e apart, into three words.
  if [ "$cur" = "=" ]; then cur=; elif [ "$prev" = "=" ]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((k = 1; k < COMP_CWORD; k++)); do
    word=\${COMP_WORDS[k]}
    case "$word" in
      ${withValue.join("|")}) k=$((k + 1)); [ "\${COMP_WORDS[k]}" = "=" ] && k=$((k + 1)) ;;
      -*) ;;
      *) command=$word; break ;;
    esac
  done
  case "$prev" in
${globals.flatMap((flag) => valueCase(flag, "")).join("\n")}
  esac
  case "$command $prev" in
${commands.flatMap(({ name, flags }) => flags.flatMap((flag) => valueCase(flag, `${name} `))).join("\n")}
  esac
  case "$command" in
    "") case "$cur" in
      -*) _smartpbx_bridge_words "${words([...globals])} --version --help" ;;
      *) _smartpbx_bridge_words "${names}" ;;
    esac ;;
${commands.map((command) => commandCase(command, globals)).join("\n")}
  esac
}

complete -F _smartpbx_bridge smartpbx-bridge
`;
}

function valueCase({ spellings, value, isOptional, values }: CompletedFlag, before: string): string[] {
  // What may be left out is not waited for.
  if (value === undefined || isOptional) return [];
  const patterns = spellings.map((spelling) => `"${before}${spelling}"`).join("|");
  return [`    ${patterns}) ${[...offers(values), "return"].join("; ")} ;;`];
}

function commandCase({ name, flags, argument }: CompletedCommand, globals: readonly CompletedFlag[]): string {
  const rest = argument ? offers(argument) : [];
  return `    ${name}) case "$cur" in
      -*) _smartpbx_bridge_words "${words([...flags, ...globals])}" ;;
      *) ${rest.length > 0 ? rest.join("; ") : ":"} ;;
    esac ;;`;
}

function offers({ words, names }: Values): string[] {
  return [
    ...(words.length > 0 ? [`_smartpbx_bridge_words "${words.join(" ")}"`] : []),
    ...(names === "none" ? [] : [`_smartpbx_bridge_names ${names === "files" ? "-f" : "-d"}`]),
  ];
}

function words(flags: readonly CompletedFlag[]): string {
  return flags.flatMap(({ spellings }) => spellings).join(" ");
}
