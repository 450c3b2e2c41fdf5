/** `agents`: lists the kinds of agents, how each is written in `--agent`, and its options. */
import type { AgentKind } from "../../agents/agent.js";
import { agentKinds } from "../../agents/index.js";
import { describeOptions, indent } from "../../agents/options.js";
import type { Values } from "../../config/setting.js";
import { jsonLine } from "../../report/jsonl.js";
import type { Style } from "../../report/style.js";
import { EXIT_OK } from "../exit-codes.js";
import { makeStyle } from "../ui/color.js";
import type { Io } from "../ui/io.js";

export async function run({ json, noColor }: Values<"agents">, io: Io): Promise<number> {
  const kinds = await Promise.all(agentKinds.map((entry) => entry.load()));
  if (json) {
    const agents = kinds.map(({ name, summary, url, example, options }) => ({
      name,
      summary,
      url,
      example,
      options,
    }));
    io.stdout.write(jsonLine({ type: "agents", agents }));
  } else {
    const style = await makeStyle(io, noColor);
    io.stdout.write(`${[...kinds.map((kind) => describe(kind, style)), ownModule(style)].join("\n\n")}\n`);
  }
  return EXIT_OK;
}

/** The kind as `--agent` wants it and what it does, then one line an option. */
function describe({ name, summary, url, isPath, options, example }: AgentKind, style: Style): string {
  const spec = { required: `${name}:${isPath ? "DIR" : "URL"}`, optional: `${name}[:URL]`, none: name }[url];
  const lines = describeOptions(options);
  return [
    `${style.bold(spec)}  ${summary}`,
    ...(example ? [`  ${style.dim(`--agent '${example}'`)}`] : []),
    ...(lines.length > 0
      ? [`  ${style.dim("each as --agent-option NAME=VALUE:")}`, indent(lines, "    ")]
      : []),
  ].join("\n");
}

function ownModule(style: Style): string {
  return `${style.bold("./my-agent.js")}  your own: a module whose default export is defineAgent({ … })`;
}
