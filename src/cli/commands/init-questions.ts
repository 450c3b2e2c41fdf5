/** The questions of `init`, in their order. Each has a flag, and is not asked where that was given. */
import { agentKinds } from "../../agents/index.js";
import { BadValue } from "../../config/bad-value.js";
import { parseValue } from "../../config/parse.js";
import { settings } from "../../config/schema.js";
import { BridgeError } from "../../errors.js";
import { agentFacts } from "../../init/agent-facts.js";
import type { Answers } from "../../init/answers.js";
import type { Choice, Questions } from "../ui/questions.js";

/** With what follows each, for the error that lists them. */
export const questionFlags = {
  agent: "--agent SPEC",
  format: "--format g711_ulaw|pcm16|opus",
  record: "--record DIR",
  port: "--port N",
  authHeader: "--auth-header NAME",
  ci: "--ci github|gitlab|none",
} as const;

export type QuestionKey = keyof typeof questionFlags;

/** What stands in the list of kinds for a module of the user's own. */
const OWN_MODULE = "./agent.mjs";

/** @param given the answers so far, with defaults for those in `open`. @throws Interrupted after ^C */
export async function askRest(
  given: Answers,
  open: readonly QuestionKey[],
  questions: Questions,
): Promise<Answers> {
  let answers = given;
  for (const key of open) answers = { ...answers, [key]: await ASK[key](questions, given) };
  return answers;
}

const ASK: { readonly [K in QuestionKey]: (questions: Questions, given: Answers) => Promise<Answers[K]> } = {
  agent: askAgent,
  format: (questions, { format }) =>
    questions.choose<Answers["format"]>(
      "Which audio for simulated calls?",
      [
        {
          value: "g711_ulaw",
          name: "g711_ulaw",
          description: "8 kHz, as on a phone line: what SmartPBX sends most",
        },
        { value: "pcm16", name: "pcm16", description: "24 kHz, uncompressed" },
        { value: "opus", name: "opus", description: "48 kHz, compressed" },
      ],
      format,
    ),
  record: async (questions) => {
    if (!(await questions.confirm("Save every call, to inspect and replay it?", false))) return undefined;
    return questions.write("In which folder?", "recordings", async (text) =>
      text === "" ? "A folder is needed" : undefined,
    );
  },
  port: async (questions, { port }) =>
    Number(
      await questions.write("On which port are calls answered?", String(port), async (text) =>
        faultOf("port", text),
      ),
    ),
  authHeader: async (questions) => {
    if (!(await questions.confirm("Let only callers in who send a secret header?", false))) return undefined;
    return questions.write("Which header?", "X-Api-Key", async (text) => faultOf("authHeader", text));
  },
  ci: (questions, { ci }) =>
    questions.choose<Answers["ci"]>(
      "Which CI should place the calls on every push?",
      [
        { value: "github", name: "GitHub Actions" },
        { value: "gitlab", name: "GitLab" },
        { value: "none", name: "none" },
      ],
      ci,
    ),
};

async function askAgent(questions: Questions, { agent }: Answers): Promise<string> {
  const kinds = await Promise.all(agentKinds.map((entry) => entry.load()));
  const choices: Choice<string>[] = kinds.map(({ name, summary }) => ({
    value: name,
    name,
    description: summary,
  }));
  choices.push({
    value: OWN_MODULE,
    name: "your own module",
    description: "a file whose default export is defineAgent({ … })",
  });
  const name = await questions.choose("Which agent answers the calls?", choices, agent);
  if (name === OWN_MODULE) return questions.write("Where is it?", OWN_MODULE, moduleFault);
  const kind = kinds.find((one) => one.name === name);
  if (kind?.url !== "required") return name;
  const example = kind.example?.slice(name.length + 1) ?? "";
  const where = kind.isPath
    ? "In which folder are its calls?"
    : kind.schemes
      ? "At which address?"
      : "Which id has it?";
  const isUsable = kind.isPath || /127\.0\.0\.1/.test(example);
  const given = await questions.write(
    isUsable || !example ? where : `${where} (as ${example})`,
    isUsable ? example : "",
    (text) => specFault(`${name}:${text}`),
  );
  return `${name}:${given}`;
}

async function specFault(spec: string): Promise<string | undefined> {
  try {
    await agentFacts(spec);
    return undefined;
  } catch (error) {
    if (error instanceof BridgeError) return `${error.message}. ${error.fix}`;
    throw error;
  }
}

async function moduleFault(text: string): Promise<string | undefined> {
  if (/^(\.{0,2}[\\/]|[a-z]:[\\/])|^[^:]+\.[cm]?[jt]s$/i.test(text)) return undefined;
  return "The path of a .js, .mjs or .ts file is needed, as ./agent.mjs";
}

/** The rules of the setting itself. */
function faultOf(key: "port" | "authHeader", text: string): string | undefined {
  try {
    parseValue(settings[key], text, {});
    return undefined;
  } catch (error) {
    if (error instanceof BadValue)
      return error.instead ? `${error.message}; as ${error.instead}` : error.message;
    throw error;
  }
}
