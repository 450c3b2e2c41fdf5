/** docs/agents.md says what the kinds say of themselves. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { OptionSpec } from "../../src/agents/agent.js";
import { agentKinds } from "../../src/agents/index.js";

const PAGE = readFileSync(new URL("../../docs/agents.md", import.meta.url), "utf8");

function values(spec: OptionSpec): string {
  if (spec.type === "boolean") return "`true` `false`";
  if (spec.choices) return spec.choices.map((choice) => `\`${choice}\``).join(" ");
  return spec.type === "string" ? "text" : `${spec.min} to ${spec.max}`;
}

it("lists every kind with every option, as they are", async () => {
  const rows: string[] = [];
  for (const { load } of agentKinds) {
    const { name, url, isPath, summary, options } = await load();
    const address = isPath ? ":DIR" : ":URL";
    rows.push(`| \`${name}${url === "required" ? address : ""}\` | | | | ${summary} |`);
    for (const [option, spec] of Object.entries<OptionSpec>(options)) {
      const standard = spec.default === undefined ? "" : `\`${spec.default}\` `;
      rows.push(`| | \`${option}\` | ${values(spec)} | ${standard}| ${spec.help} |`);
    }
  }
  expect(PAGE).toContain(`|---|---|---|---|---|\n${rows.join("\n")}\n\n`);
});
