/** `init`: asks what it was not told, and writes the first files of a project. */
import { relative, resolve } from "node:path";
import type { Resolution } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import { BridgeError } from "../../errors.js";
import { agentFacts } from "../../init/agent-facts.js";
import { type Place, placeOf } from "../../init/place.js";
import { makePlan, type Plan, type PlannedFile } from "../../init/plan.js";
import { writeAll } from "../../init/write-files.js";
import { jsonLine } from "../../report/jsonl.js";
import { EXIT_OK } from "../exit-codes.js";
import { makeStyle } from "../ui/color.js";
import { Interrupted } from "../ui/interrupted.js";
import { type Io, isInteractive } from "../ui/io.js";
import { type Questions, terminalQuestions } from "../ui/questions.js";
import { version } from "../version.js";
import { askRest, type QuestionKey, questionFlags } from "./init-questions.js";
import { type Action, initReport, nextCommands } from "./init-report.js";

export interface InitSettings extends Values<"init"> {
  /** What was given, by flag or variable, and need not be asked. */
  readonly given: ReadonlySet<QuestionKey>;
}

export function readSettings({ values, sources }: Resolution<"init">): InitSettings {
  const keys = Object.keys(questionFlags) as QuestionKey[];
  return { ...values, given: new Set(keys.filter((key) => sources[key] !== "default")) };
}

/** @throws BridgeError `bad-flag` where there is a question and nobody to answer it, `cannot-write` with nothing changed */
export async function run(
  settings: InitSettings,
  io: Io,
  questions: Questions = terminalQuestions,
): Promise<number> {
  const asks = !settings.yes && isInteractive(io, settings);
  const open = (Object.keys(questionFlags) as QuestionKey[]).filter((key) => !settings.given.has(key));
  if (!asks && !settings.yes && open.length > 0) throw nobodyThere(open);
  if (typeof settings.agent !== "string") throw new TypeError("an agent from a flag is a text");
  const given = { ...settings, agent: settings.agent };
  try {
    // What was given is looked at before anything is asked.
    await agentFacts(given.agent);
    const answers = asks ? await askRest(given, open, questions) : given;
    const place = placeOf(resolve(io.cwd, settings.folder), version());
    const plan = await makePlan(answers, await agentFacts(answers.agent), place);
    const actions = await decide(plan, settings, asks ? questions : undefined);
    const written = plan.files.filter((file) =>
      ["written", "overwritten", "extended"].includes(actions.get(file)!),
    );
    await writeAll(place.folder, written);
    await show(plan, actions, place, nextCommands(answers, relative(io.cwd, place.folder)), settings, io);
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    io.stderr.write("\nNothing was written.\n");
    return error.exitCode;
  }
}

/** What becomes of each file: none that holds something else is replaced unasked. */
async function decide(
  { files }: Plan,
  { force }: Pick<InitSettings, "force">,
  questions: Questions | undefined,
): Promise<Map<PlannedFile, Action>> {
  const actions = new Map<PlannedFile, Action>();
  for (const file of files) {
    if (file.state === "other") {
      const replace =
        force || (await questions?.confirm(`${file.path} is there already. Overwrite it?`, false));
      actions.set(file, replace ? "overwritten" : "kept");
    } else
      actions.set(file, ({ new: "written", same: "unchanged", longer: "extended" } as const)[file.state]);
  }
  return actions;
}

async function show(
  { notes }: Plan,
  actions: ReadonlyMap<PlannedFile, Action>,
  { folder }: Place,
  next: readonly string[],
  { json, quiet, noColor }: InitSettings,
  io: Io,
): Promise<void> {
  const files = [...actions].map(([{ path, says }, action]) => ({ path, action, says }));
  if (json) io.stdout.write(jsonLine({ type: "init", folder, files, notes, next }));
  else if (!quiet) {
    const style = await makeStyle(io, noColor);
    const place = relative(io.cwd, folder) || "this folder";
    io.stdout.write(
      initReport(
        { place, files, notes, next, columns: io.stdout.isTTY ? io.stdout.columns : undefined },
        style,
      ),
    );
  }
}

function nobodyThere(open: readonly QuestionKey[]): BridgeError {
  return new BridgeError("bad-flag", "init has questions, and nobody sits at a terminal to answer them", {
    fix: `Add --yes to take the defaults, and what differs as flags: ${open.map((key) => questionFlags[key]).join(" ")}`,
  });
}
