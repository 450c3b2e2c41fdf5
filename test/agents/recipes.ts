/** The commands that docs/agents.md gives for a service, as a test can run them: against another host, in everything else as they are. */
import { readFileSync } from "node:fs";

export interface Recipe {
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  /** The spec with a fake's address in place of the vendor's. */
  spec(url: string): string;
}

const PAGE = readFileSync(new URL("../../docs/agents.md", import.meta.url), "utf8");

/** Every command under this heading that has a `# name` before it. */
export function recipesUnder(heading: string): Recipe[] {
  const section = PAGE.split(/^## /m).find((text) => text.startsWith(heading)) ?? "";
  const blocks = [...section.matchAll(/^```\n(.*?)^```/gms)].map(([, block]) => block);
  return blocks.flatMap((block) => block.split(/^# /m).slice(1)).map(recipe);
}

function recipe(text: string): Recipe {
  const [name, ...lines] = text.split("\n");
  const words = [...lines.join("\n").matchAll(/'([^']*)'|([^\s'\\]+)/g)].map((match) => match[1] ?? match[2]);
  const after = (flag: string) => words.flatMap((word, i) => (words[i - 1] === flag ? [word] : []));
  const [agent] = after("--agent");
  const options = Object.fromEntries(
    after("--agent-option").map((option) => option.split(/=(.*)/s).slice(0, 2)),
  );
  return {
    name,
    options,
    spec(url) {
      const { pathname, search } = new URL(
        agent.includes(":") ? agent.slice(agent.indexOf(":") + 1) : "wss://h/v1/realtime",
      );
      return `openai:${url}${pathname}${search}`;
    },
  };
}
