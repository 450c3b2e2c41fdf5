/** docs/hostile-peers.md as the catalogue has it: every case with its outcome. */
import { inWords } from "../hostile/case.js";
import { CATALOGUE } from "../hostile/cases/index.js";

const HEAD = `# Hostile peers

What becomes of a PBX, a web page or an agent that keeps to no rule. \`test/hostile\` plays every row against one real server, many side
by side, while a call in good order runs beside them: that call gets every frame back, in order, unchanged, and never more than
20 ms late through the server's own fault. After all of it the server holds no call, socket or timer more than before, and its heap is back within 24 MB.

\`\`\`
npx vitest run test/hostile
npm run trust
\`\`\`

The server's own fault is what is left of a frame's lateness when that is taken away which another call suffered at the same moment, to
another server that nobody attacks, and the time for which this server waited for a processor. The server is one with
\`--start-timeout 1s --idle-timeout 3s --ping 1s --agent-timeout 1500ms\`, so that nobody waits for long; what each limit is by default
stands in [configuration.md](configuration.md), the outcomes in general in [outcomes.md](outcomes.md).

A call that sends more than 2,000 messages or 4 MB a second is read no faster than that: what is too much waits in the network, and in the end with its
sender. Whatever has come already, 32 little messages or a large one are read in a turn of the event loop, and every other call has its turn between them. Who sends
more than 100 pings at once is cut off. JSON of more than 64 levels, or with more than 65,536 characters outside of
its strings, is not parsed; a text of an agent has at most 4 MB, other messages of it 16 MB. Compression is never agreed, on no socket, so there is no bomb to open.

This page is made from the catalogue: \`HOSTILE_PAGE=write npx vitest run test/docs/hostile-page\`.
`;

export function hostilePage(): string {
  const sections = Object.entries(CATALOGUE).map(([title, rows]) => {
    const merged = new Map<string, string[]>();
    for (const { peer, does, outcome } of rows) {
      const key = `${cell(does)} | ${cell(inWords(outcome))}`;
      merged.set(key, [...(merged.get(key) ?? []), peer.replace(/^agent /, "")]);
    }
    const lines = [...merged].map(([key, peers]) => `| ${peers.join(", ")} | ${key} |`);
    return `## ${title}\n\n| peer | does | outcome |\n|---|---|---|\n${lines.join("\n")}\n`;
  });
  return `${HEAD}\n${sections.join("\n")}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
