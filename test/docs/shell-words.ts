/** Command lines as a shell reads them, as far as documents use one: words, quotes, comments, continuations, assignments. */

export interface ShellCommand {
  /** The line in which it begins, counted from 0. */
  readonly line: number;
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly string[];
}

interface State {
  readonly commands: ShellCommand[];
  words: string[];
  word: string | undefined;
  line: number;
  began: number;
}

/** All commands of a text: one a line, or several with `&&`, `;`, `|` or `&` between them. */
export function readShell(text: string): ShellCommand[] {
  const state: State = { commands: [], words: [], word: undefined, line: 0, began: 0 };
  for (let at = 0; at < text.length; at++) at = readCharacter(text, at, state);
  endCommand(state);
  return state.commands;
}

/** @returns where the last character stands that was taken. */
function readCharacter(text: string, at: number, state: State): number {
  const character = text[at]!;
  if (character === "'" || character === '"') {
    const end = text.indexOf(character, at + 1);
    // A lone apostrophe is prose: of no command.
    if (end < 0) return at;
    state.word = (state.word ?? "") + text.slice(at + 1, end);
    return end;
  }
  if (character === "\\") {
    if (text[at + 1] === "\n") state.line++;
    else state.word = (state.word ?? "") + (text[at + 1] ?? "");
    return at + 1;
  }
  if (character === "#" && state.word === undefined) return `${text}\n`.indexOf("\n", at) - 1;
  if (character === "\n") {
    endCommand(state);
    state.line++;
    state.began = state.line;
  } else if (/[;&|]/.test(character)) endCommand(state);
  else if (/\s/.test(character)) endWord(state);
  else state.word = (state.word ?? "") + character;
  return at;
}

function endWord(state: State): void {
  if (state.word === undefined) return;
  if (state.words.length === 0) state.began = state.line;
  state.words.push(state.word);
  state.word = undefined;
}

function endCommand(state: State): void {
  endWord(state);
  const first = state.words.findIndex((word) => !/^[A-Z_][A-Z0-9_]*=/.test(word));
  if (first >= 0) {
    const env = state.words
      .slice(0, first)
      .map((word) => [word.split("=", 1)[0]!, word.slice(word.indexOf("=") + 1)]);
    state.commands.push({ line: state.began, env: Object.fromEntries(env), words: state.words.slice(first) });
  }
  state.words = [];
}
