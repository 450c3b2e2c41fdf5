/** The project's pages as a reader has them: their fenced blocks, inline code, headings and links. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

export interface Snippet {
  /** `docs/replay.md:8`. */
  readonly place: string;
  readonly text: string;
}

export interface Page {
  /** Relative to the project. */
  readonly path: string;
  /** Whole fenced blocks. */
  readonly blocks: readonly Snippet[];
  readonly inline: readonly Snippet[];
  readonly links: readonly Snippet[];
  /** What a link to a heading is named. */
  readonly anchors: ReadonlySet<string>;
}

export const pages: readonly Page[] = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "SECURITY.md",
  ...found("docs"),
  ...found("examples"),
].map(readPage);

/** Files in which a comment says how they are run. */
export const examples: readonly Snippet[] = ["home-made-agent.mjs", "own-agent.mjs"].map((name) => ({
  place: `examples/${name}:1`,
  text: readFileSync(join(ROOT, "examples", name), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("//"))
    .map((line) => line.slice(2).trim())
    .join("\n"),
}));

function found(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md") && !path.includes("node_modules"))
    .map((path) => join(folder, path))
    .sort();
}

function readPage(path: string): Page {
  const blocks: Snippet[] = [];
  const inline: Snippet[] = [];
  const links: Snippet[] = [];
  const anchors = new Set<string>();
  let block: { readonly line: number; readonly indent: number; readonly lines: string[] } | undefined;
  const lines = readFileSync(join(ROOT, path), "utf8").split("\n");
  lines.forEach((line, at) => {
    const place = `${relative(ROOT, join(ROOT, path))}:${at + 1}`;
    const fence = /^( *)```/.exec(line);
    if (fence && block) {
      blocks.push({ place: `${path}:${block.line}`, text: block.lines.join("\n") });
      block = undefined;
    } else if (fence) block = { line: at + 2, indent: fence[1]!.length, lines: [] };
    else if (block) block.lines.push(line.slice(block.indent));
    else {
      const heading = /^#+ (.*)/.exec(line)?.[1];
      if (heading !== undefined) anchors.add(anchorOf(heading, anchors));
      for (const [, text] of line.matchAll(/`([^`]+)`/g))
        inline.push({ place, text: text!.replaceAll("\\|", "|") });
      const prose = line.replace(/`[^`]*`/g, "");
      for (const [, text] of prose.matchAll(/\]\(([^)\s]+)\)/g)) links.push({ place, text: text! });
    }
  });
  return { path, blocks, inline, links, anchors };
}

/** As GitHub names the headings of a page. */
function anchorOf(heading: string, taken: ReadonlySet<string>): string {
  const name = heading
    .replace(/`|\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
  let unique = name;
  for (let n = 1; taken.has(unique); n++) unique = `${name}-${n}`;
  return unique;
}
