/** A saved call as the agent: it says and does what the first agent did, without a key and without a network. */
import { formatName, sameFormat } from "../audio/format.js";
import type { Leg, LegEvent } from "../call/leg.js";
import { realClock } from "../clock.js";
import { BridgeError } from "../errors.js";
import type { CallInfo } from "../protocol/messages.js";
import { defineAgent } from "./agent.js";
import { ExactLeg } from "./recording/exact-leg.js";
import { checkFolder, folderFor, foldersAt, type OpenScore, openScore } from "./recording/library.js";
import { openTurns } from "./recording/turns-leg.js";

const OPTIONS = {
  timing: {
    type: "string",
    choices: ["turns", "exact"],
    default: "turns",
    help: "answer when the caller has spoken, or send each payload at its recorded moment",
  },
} as const;

export const recording = defineAgent({
  name: "recording",
  summary: "a saved call answers as its agent did, with no key and no network",
  url: "required",
  isPath: true,
  example: "recording:recordings",
  options: OPTIONS,
  async probe({ url }) {
    // With a placeholder in it, the path is known only when a call comes.
    if (!/\{\w+\}/.test(url as string)) await check([url as string]);
  },
  connect: ({ url, options, ...context }) => answer([url as string], options.timing, context),
});

/** The agent kind of these recordings and folders of recordings. */
export function recordingsAgent(paths: readonly string[]) {
  return defineAgent({
    ...recording,
    name: `recording:${paths.join(", ")}`,
    url: "none",
    probe: () => check(paths),
    connect: ({ options, ...context }) => answer(paths, options.timing, context),
  });
}

/** Opens each of them, and reads the only one, so that no caller waits for that. */
async function check(paths: readonly string[]): Promise<void> {
  const folders = await allFolders(paths);
  if (folders.length === 1) await (await openScore(folders[0])).recording.close();
  else for (const folder of folders) await checkFolder(folder);
}

async function answer(
  paths: readonly string[],
  timing: "turns" | "exact",
  { call, emit, signal }: { call: CallInfo; emit: (event: LegEvent) => void; signal: AbortSignal },
): Promise<Leg> {
  const opened = await openScore(await folderFor(await allFolders(paths), call.callId));
  try {
    signal.throwIfAborted();
    assertAnswers(opened);
    if (timing === "exact") assertFormat(opened, call);
    if (opened.score.hasMaskedArguments) emit(MASKED_ARGUMENTS);
    if (timing === "exact") return new ExactLeg(opened.recording, opened.score, emit, realClock);
    return await openTurns(opened, call, emit);
  } catch (error) {
    await opened.recording.close();
    throw error;
  }
}

async function allFolders(paths: readonly string[]): Promise<string[]> {
  return (await Promise.all(paths.map(foldersAt))).flat();
}

const MASKED_ARGUMENTS: LegEvent = {
  type: "warning",
  code: "masked-arguments",
  message:
    "the recording hides the arguments of its tools, which are called without: record with --show-personal",
};

/** An agent that could not be reached then cannot be reached now. */
function assertAnswers({ recording: { call, folder } }: OpenScore): void {
  if (call.reason !== "agent-unreachable") return;
  throw new BridgeError("agent-unreachable", call.detail ?? "the agent was not reached", {
    fix: `As in the recording: ${folder} is a call that its agent never answered`,
  });
}

function assertFormat({ recording: { call: recorded } }: OpenScore, call: CallInfo): void {
  if (sameFormat(recorded.format, call.format)) return;
  throw new BridgeError(
    "agent-refused",
    `The recording is of a ${formatName(recorded.format)} call, and this one is ${formatName(call.format)}`,
    {
      fix: `Call with --format ${recorded.format.encoding}, or let it answer in turns: --agent-option timing=turns`,
    },
  );
}
