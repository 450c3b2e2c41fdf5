/** Every command that README, docs, examples and `--help` show, as the words that a shell would make of it. */
import { commands as ours } from "../../src/cli/commands/index.js";
import { programHelp } from "../../src/cli/help.js";
import { examples, pages, type Snippet } from "./pages.js";
import { readShell } from "./shell-words.js";

export interface ShownCommand {
  readonly place: string;
  readonly program: "smartpbx-bridge" | "npm";
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** Shown to be typed as it stands; else it is named in a sentence, and may leave things out. */
  readonly isWhole: boolean;
}

const help: readonly Snippet[] = [
  {
    place: "--help",
    text: programHelp()
      .split("Try it")[1]!
      .split("\n")
      .slice(1)
      .map((line) => line.trim())
      .join("\n"),
  },
  ...ours.map(({ name, examples }) => ({
    place: `${name} --help`,
    text: examples.map((example) => `smartpbx-bridge ${example}`).join("\n"),
  })),
];

export const shown: readonly ShownCommand[] = [
  ...[...pages.flatMap(({ blocks }) => blocks), ...examples, ...help].flatMap((snippet) => whole(snippet)),
  ...pages.flatMap(({ inline }) => inline).flatMap((snippet) => [...whole(snippet), ...named(snippet)]),
];

function whole({ place, text }: Snippet): ShownCommand[] {
  const [file, first] = place.split(":") as [string, string?];
  return readShell(text.split("\n").map(unwrapped).join("\n")).flatMap(({ line, env, words }) => {
    const at = first === undefined ? place : `${file}:${Number(first) + line}`;
    const [program, ...args] = words[0] === "npx" ? words.slice(1) : words;
    const isOurs = program === "smartpbx-bridge" || (program === "npm" && words[0] === "npm");
    if (!isOurs || args.length === 0) return [];
    return [{ place: at, program, env, args, isWhole: true }];
  });
}

/** A line without what stands around a command: a prompt, YAML's `- run:`, Jenkins' `sh '…'`. */
function unwrapped(line: string): string {
  return line
    .replace(/^\s*\$ /, "")
    .replace(/^\s*(- )(run: )?(?=np[mx] )/, "")
    .replace(/^\s*sh '(.*)'$/, "$1")
    .trim();
}

/** `simulate --browser` in a sentence. */
function named({ place, text }: Snippet): ShownCommand[] {
  if (!/^[a-z]+ [-\w<./"']/.test(text) || /[→…]/.test(text)) return [];
  const [{ env, words } = { env: {}, words: [] }] = readShell(text);
  if (words.length < 2 || !ours.some(({ name }) => name === words[0])) return [];
  return [{ place, program: "smartpbx-bridge", env, args: words, isWhole: false }];
}
