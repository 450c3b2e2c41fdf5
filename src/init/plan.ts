/** The files that `init` makes: what each will hold, and what becomes of one that is there already. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BridgeError } from "../errors.js";
import type { AgentFacts } from "./agent-facts.js";
import type { Answers } from "./answers.js";
import { githubText, gitlabText } from "./ci-file.js";
import { configText } from "./config-file.js";
import { envExample, envText, ignoreText } from "./env-files.js";
import { CONFIG_NAME, type Place } from "./place.js";
import { scenarioText } from "./scenario-file.js";

/** - `new`: is not there
 *  - `same`: is there and holds just this
 *  - `other`: is there and holds something else, which would be lost
 *  - `longer`: is there, and lines are added to it */
type State = "new" | "same" | "other" | "longer";

export interface PlannedFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly says: string;
  readonly text: string;
  /** What it holds now; undefined when it is not there. */
  readonly present: string | undefined;
  readonly state: State;
  /** For its owner only. */
  readonly isSecret?: boolean;
}

export interface Plan {
  readonly files: readonly PlannedFile[];
  /** What the user has to know or do besides. */
  readonly notes: readonly string[];
}

/** @throws BridgeError `cannot-write` when a folder stands where a file belongs, `cannot-read` when one cannot be read */
export async function makePlan(answers: Answers, agent: AgentFacts, place: Place): Promise<Plan> {
  const notes: string[] = [];
  const files: PlannedFile[] = [];
  const add = async (path: string, says: string, text: string) => {
    const present = await textOf(place, path);
    const state = present === undefined ? "new" : present === text ? "same" : "other";
    files.push({ path, says, text, present, state });
  };
  const extend = async (path: string, says: string, more: (present: string) => string, isSecret = false) => {
    const present = await textOf(place, path);
    const text = more(present ?? "");
    const state = present === undefined ? "new" : present === text ? "same" : "longer";
    if (text !== "") files.push({ path, says, text, present, state, isSecret });
  };

  if (place.otherConfig)
    notes.push(
      `${place.otherConfig} is the config file here and stays as it is; two would be an error. Remove it to get a new one.`,
    );
  else await add(CONFIG_NAME, "the settings, each explained", configText(answers, agent, place));
  await add(".env.example", "the variables it needs", envExample(answers, agent));
  const secrets = secretsOf(answers, agent);
  if (Object.keys(secrets).length > 0) {
    await extend(
      ".env",
      `${Object.keys(secrets).join(" and ")}, for you only`,
      (text) => envText(text, secrets),
      true,
    );
    notes.push(secretNote(answers, agent));
  }
  await add("scenarios/first-call.yaml", "a call, and what is expected of it", scenarioText(place));
  await addCi();
  const ignored = [...(answers.record ? [folderLine(answers.record)] : []), "recordings/", ".env"];
  await extend(".gitignore", "keeps recordings and secrets out of git", (text) =>
    ignoreText(text, [...new Set(ignored)].filter(isInside)),
  );
  return { files, notes };

  async function addCi(): Promise<void> {
    const says = "places the calls of scenarios/ on every push";
    if (answers.ci === "github") {
      await add(".github/workflows/calls.yml", says, githubText(agent, place));
      if (place.belowTop)
        notes.push(
          `GitHub reads .github only at the top of the repository: move it there, and add to the job "defaults: { run: { working-directory: ${place.belowTop} } }".`,
        );
    } else if (answers.ci === "gitlab") {
      const text = gitlabText(agent, place);
      const present = await textOf(place, ".gitlab-ci.yml");
      const isOwn = present === undefined || present === text;
      await add(isOwn ? ".gitlab-ci.yml" : "calls.gitlab-ci.yml", says, text);
      if (!isOwn) notes.push('Add to your .gitlab-ci.yml: include: "calls.gitlab-ci.yml"');
    }
  }
}

function secretsOf({ authHeader }: Answers, { spec, isSecret }: AgentFacts): Record<string, string> {
  return {
    ...(authHeader === undefined ? {} : { SMARTPBX_TOKEN: randomBytes(32).toString("hex") }),
    ...(isSecret ? { SMARTPBX_AGENT: spec } : {}),
  };
}

function secretNote({ authHeader }: Answers, { isSecret }: AgentFacts): string {
  const whats = [
    authHeader !== undefined && `the token that callers must send in ${authHeader}`,
    isSecret && "the agent's address, because it holds a secret",
  ].filter(Boolean);
  return `.env has ${whats.join(", and ")}. It is read where smartpbx-bridge is started; do not commit it.`;
}

function folderLine(folder: string): string {
  return `${folder.replaceAll("\\", "/").replace(/^\.\//, "").replace(/\/+$/, "")}/`;
}

/** Git knows nothing of what lies elsewhere. */
function isInside(line: string): boolean {
  return !/^(\/|\.\.|[a-z]:)/i.test(line) && line !== "./";
}

async function textOf({ folder }: Place, path: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, path), "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code === "EISDIR" || code === "ENOTDIR")
      throw new BridgeError(
        "cannot-write",
        `${path} cannot be written: ${code === "EISDIR" ? "it is a folder" : "its folder is a file"}`,
        {
          fix: "Move it away, or name another folder: smartpbx-bridge init DIR",
          cause,
        },
      );
    throw new BridgeError("cannot-read", `${path} is there and cannot be read: ${code}`, {
      fix: "Look at who may read it, or name another folder: smartpbx-bridge init DIR",
      cause,
    });
  }
}
