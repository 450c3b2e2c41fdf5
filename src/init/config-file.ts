/** The text of `smartpbx.config.mjs`: every setting with a line that explains it. */
import type { AgentKind, OptionSpec } from "../agents/agent.js";
import type { AgentFacts } from "./agent-facts.js";
import type { Answers } from "./answers.js";
import type { Place } from "./place.js";

const HEAD = `// The settings of smartpbx-bridge. A flag wins over a variable (also one in .env), and a variable over this file.
// All settings: npx smartpbx-bridge help environment
`;

/** A setting as a line of code, and what is said above it. One that is off stands there as a comment. */
interface Entry {
  readonly says: readonly string[];
  readonly code: string;
  readonly isOff?: boolean;
}

export function configText(
  answers: Answers,
  agent: AgentFacts,
  { isInstalled }: Pick<Place, "isInstalled">,
): string {
  const entries = [...agentEntries(agent), ...serverEntries(answers), ...callEntries(answers)];
  const body = entries.map(spell).join("\n");
  // Without the package beside it the file must load all the same: an import would fail.
  return isInstalled
    ? `${HEAD}import { defineConfig } from "smartpbx-bridge";\n\nexport default defineConfig({\n${body}});\n`
    : `${HEAD}\n/** @type {import("smartpbx-bridge").Config} */\nexport default {\n${body}};\n`;
}

function agentEntries({ spec, kind, isSecret }: AgentFacts): Entry[] {
  const says = [
    `Who answers the calls. ${kind ? `${kind.name}: ${kind.summary}.` : "A module of your own: its default export is defineAgent({ … })."}`,
    ...(isSecret ? ["Its address holds a secret, so it stands in .env, as SMARTPBX_AGENT."] : []),
    "The kinds there are, with their options: npx smartpbx-bridge agents",
  ];
  const example = isSecret ? (kind?.example ?? "echo") : spec;
  const entries: Entry[] = [{ says, code: `agent: ${JSON.stringify(example)}`, isOff: isSecret }];
  const option = kind && exampleOption(kind);
  if (option) entries.push(option);
  if (kind?.url === "required" && kind.schemes)
    entries.push({
      says: ["Request headers for it; $NAME comes from the environment or .env."],
      code: `agentHeader: { Authorization: "Bearer $AGENT_KEY" }`,
      isOff: true,
    });
  return entries;
}

/** Most people want to say how the agent begins, or what it is; else any option shows how it is done. */
function exampleOption({ options }: AgentKind): Entry | undefined {
  const names = Object.keys(options);
  const name = ["greeting", "instructions", "prompt"].find((wished) => names.includes(wished)) ?? names[0];
  const spec = name === undefined ? undefined : options[name];
  if (name === undefined || spec === undefined) return undefined;
  return {
    says: [`An option of it. ${name}: ${spec.help}.`],
    code: `agentOption: { ${name}: ${JSON.stringify(exampleValue(spec))} }`,
    isOff: true,
  };
}

function exampleValue(spec: OptionSpec): string | number | boolean {
  if (spec.default) return spec.default;
  if (spec.type === "boolean") return true;
  if (spec.choices?.[0] !== undefined) return spec.choices[0];
  if (spec.type === "number") return spec.min ?? 0;
  return /\bsays\b/.test(spec.help) ? "Hello, how can I help you?" : "Greet the caller.";
}

function serverEntries({ port, authHeader }: Answers): Entry[] {
  return [
    {
      says: ["serve listens on ws://HOST:PORT/PATH. The host 0.0.0.0 lets other computers in."],
      code: `host: "127.0.0.1"`,
    },
    { says: ["0 takes a free port."], code: `port: ${port}` },
    { says: ["The path of the media WebSocket."], code: `path: "/media-stream"` },
    {
      says: [
        "Only who sends the value of SMARTPBX_TOKEN in this header may call. In the portal: websocket_headers.",
      ],
      code: `authHeader: ${JSON.stringify(authHeader ?? "X-Api-Key")}`,
      isOff: authHeader === undefined,
    },
    {
      says: ["How long running calls may go on after ^C or SIGTERM."],
      code: `drain: "30s"`,
      isOff: true,
    },
  ];
}

function callEntries({ format, record }: Answers): Entry[] {
  return [
    {
      says: ["Every call is saved in this folder, to inspect and to replay. Voices are personal data."],
      code: `record: ${JSON.stringify(record ?? "recordings")}`,
      isOff: record === undefined,
    },
    {
      says: ["The audio of the calls that simulate places: g711_ulaw as on a phone line, pcm16 or opus."],
      code: `format: ${JSON.stringify(format)}`,
    },
    {
      says: ["What a run of simulate is held to: over it, the exit code is 1."],
      code: `budget: ["first-audio.p95=1500ms"]`,
      isOff: true,
    },
  ];
}

function spell({ says, code, isOff = false }: Entry): string {
  return [...says.map((line) => `  // ${line}`), `  ${isOff ? "// " : ""}${code},`, ""].join("\n");
}
