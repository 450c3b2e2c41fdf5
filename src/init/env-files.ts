/** The texts of `.env.example`, `.env` and `.gitignore`: secrets stand in `.env` only, and `.env` stays out of git. */
import { parseEnv } from "node:util";
import type { AgentFacts } from "./agent-facts.js";
import type { Answers } from "./answers.js";

const HEAD = `# The variables that this project needs. Write them into a file .env beside this one, which stays out of git.
# smartpbx-bridge reads .env in the folder where it is started. A variable that is set already wins.
`;

/** Names and what they are for; no values. */
export function envExample({ authHeader }: Answers, agent: AgentFacts): string {
  const blocks = agent.variables.map(({ name, help, isNeeded }) =>
    isNeeded ? `# ${help}.\n${name}=\n` : `# ${help}.\n# ${name}=\n`,
  );
  if (agent.isSecret) blocks.push("# Who answers the calls, with the agent's address.\nSMARTPBX_AGENT=\n");
  blocks.push(
    authHeader === undefined
      ? "# What callers must send, once authHeader is set in smartpbx.config.mjs. Make one: openssl rand -hex 32\n# SMARTPBX_TOKEN=\n"
      : `# What callers must send in ${authHeader}. Make one: openssl rand -hex 32\nSMARTPBX_TOKEN=\n`,
  );
  return [HEAD, ...blocks].join("\n");
}

/**
 * `.env` with what is secret in the answers. A variable that it has keeps its value.
 * @param present its text so far
 */
export function envText(present: string, secrets: Readonly<Record<string, string>>): string {
  const known = parseEnv(present);
  const lines = Object.entries(secrets).flatMap(([name, value]) =>
    known[name] ? [] : [`${name}=${quoted(value)}\n`],
  );
  return withLines(present, lines);
}

/** `.gitignore` with these lines, where they are missing. @param present its text so far */
export function ignoreText(present: string, wanted: readonly string[]): string {
  const bare = (line: string) => line.trim().replace(/^\/|\/$/g, "");
  const known = new Set(present.split("\n").map(bare));
  return withLines(
    present,
    wanted.filter((line) => !known.has(bare(line))).map((line) => `${line}\n`),
  );
}

function withLines(present: string, lines: readonly string[]): string {
  if (lines.length === 0) return present;
  return `${present}${present === "" || present.endsWith("\n") ? "" : "\n"}${lines.join("")}`;
}

/** As Node reads it: a `#` outside quotes begins a comment. */
function quoted(value: string): string {
  if (/^[\w.:/-]*$/.test(value)) return value;
  const mark = ["'", "`"].find((one) => !value.includes(one)) ?? '"';
  return `${mark}${value}${mark}`;
}
