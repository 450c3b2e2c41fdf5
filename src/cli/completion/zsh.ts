/** The completion script for zsh. */
import type { CompletedCommand, CompletedFlag, Values } from "./words.js";

export function zshScript(commands: readonly CompletedCommand[], globals: readonly CompletedFlag[]): string {
  const all = globals.map(spec);
  return `#compdef smartpbx-bridge
# zsh completion for smartpbx-bridge. In a folder of $fpath:  smartpbx-bridge completion zsh > "\${fpath[1]}/_smartpbx-bridge"

_smartpbx-bridge-words() {
  local -a open closed
  open=(\${(M)@:#*[:=]}) closed=(\${@:#*[:=]})
  (( $#closed )) && compadd -a closed
  (( $#open )) && compadd -S '' -a open
}

_smartpbx-bridge() {
  local curcontext="$curcontext" state line
  local -a commands
  typeset -A opt_args
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join("\n")}
  )
  _arguments -C \\
    ${[...all, "'--version[show the version]'", "'(-h --help)'{-h,--help}'[show the commands]'", "'1:command:->command'", "'*::argument:->argument'"].join(" \\\n    ")}
  case $state in
    command) _describe command commands ;;
    argument)
      curcontext="\${curcontext%:*:*}:smartpbx-bridge-$line[1]:"
      case $line[1] in
${commands.map((command) => commandCase(command, all)).join("\n")}
      esac ;;
  esac
}

if [ "$funcstack[1]" = "_smartpbx-bridge" ]; then
  _smartpbx-bridge "$@"
else
  compdef _smartpbx-bridge smartpbx-bridge
fi
`;
}

function commandCase({ name, flags, argument }: CompletedCommand, globals: readonly string[]): string {
  const specs = [...flags.map(spec), ...globals, ...(argument ? [`'*:argument:${action(argument)}'`] : [])];
  return `        ${name}) _arguments \\
          ${specs.join(" \\\n          ")} ;;`;
}

/** One flag as `_arguments` wants it: `'(-p --port)'{-p+,--port=}'[help]:port: '`. */
function spec({ spellings, help, value, isOptional, isRepeatable, values }: CompletedFlag): string {
  const colons = isOptional ? "::" : ":";
  const tail = value === undefined ? "" : `${colons}${escaped(value)}:${action(values)}`;
  const said = `'[${escaped(help)}]${tail}'`;
  const marked = spellings.map(
    (spelling) => `${spelling}${value === undefined ? "" : spelling.startsWith("--") ? "=" : "+"}`,
  );
  const forms = marked.length > 1 ? `{${marked.join(",")}}` : `'${marked[0]}'`;
  return `${isRepeatable ? "'*'" : `'(${spellings.join(" ")})'`}${forms}${said}`;
}

/** Goes into single quotes. A space completes nothing. */
function action({ words, names }: Values): string {
  const parts = [
    ...(words.length > 0 ? [`_smartpbx-bridge-words ${words.join(" ").replaceAll(":", "\\:")}`] : []),
    ...(names === "files" ? ["_files"] : names === "folders" ? ["_files -/"] : []),
  ];
  if (parts.length === 0) return " ";
  return parts.length === 1 && words.length === 0 ? parts[0]! : `{ ${parts.join("; ")} }`;
}

function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, "\\$&").replaceAll("'", "'\\''");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
