/** What the list of saved calls tells of each: read from the recording, which nobody vouches for. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { formatName } from "../audio/format.js";
import { BridgeError } from "../errors.js";
import { analyseRecording } from "../recording/analyse.js";
import { type CallFile, RECORDING_FILES, WAV_FILE } from "../recording/format.js";
import { openRecording } from "../recording/reader.js";
import { personal } from "../report/personal.js";
import { safeText } from "../report/safe-text.js";
import { END_WORDS } from "../report/words.js";
import type { Problems, SavedFacts } from "./messages.js";

/** Nobody reads more of them in a list; the report has all. */
const MOST_FINDINGS = 20;

/** Never rejects: a folder that is no recording says so. */
export async function savedFacts(folder: string, showPersonal: boolean): Promise<SavedFacts> {
  try {
    const recording = await openRecording(folder);
    try {
      return factsOf(recording.call, await sizesIn(folder), showPersonal);
    } finally {
      await recording.close();
    }
  } catch (error) {
    return { state: "broken", detail: reasonOf(error) };
  }
}

function factsOf(call: CallFile, sizes: ReadonlyMap<string, number>, showPersonal: boolean): SavedFacts {
  const numbers = call.personal === "masked" ? personal(true) : personal(showPersonal);
  const startedAt = Date.parse(call.startedAt);
  const endedAt = Date.parse(call.endedAt ?? "");
  return {
    state: call.state,
    callId: safeText(call.callId, 80),
    caller: safeText(numbers.number(call.caller), 40),
    callee: safeText(numbers.number(call.callee), 40),
    format: formatName(call.format),
    agent: safeText(call.agent, 120),
    startedAt,
    ...(endedAt >= startedAt && { durationMs: endedAt - startedAt }),
    bytes: [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0),
    hasSound: call.audio !== false,
    hasWav: call.state === "closed" && sizes.has(WAV_FILE),
    ...(call.reason !== undefined && {
      end: safeText(Object.hasOwn(END_WORDS, call.reason) ? END_WORDS[call.reason] : call.reason, 80),
    }),
  };
}

async function sizesIn(folder: string): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for (const name of RECORDING_FILES) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.isFile()) sizes.set(name, found.size);
  }
  return sizes;
}

/** @throws BridgeError `bad-recording` */
export async function problemsOf(folder: string): Promise<Problems> {
  const { findings } = await analyseRecording(folder);
  const errors = findings.filter(({ severity }) => severity === "error").length;
  return {
    errors,
    warnings: findings.length - errors,
    findings: findings.slice(0, MOST_FINDINGS).map(({ code, severity, side, seen, why, fix }) => ({
      code,
      severity,
      side,
      seen,
      why,
      fix,
    })),
  };
}

export function reasonOf(error: unknown): string {
  return safeText(error instanceof BridgeError ? `${error.message} ${error.fix}` : "it cannot be read", 400);
}
