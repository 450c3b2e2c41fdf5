/** `redact`: takes personal data out of a saved call. */
import type { Resolution } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import { BridgeError } from "../../errors.js";
import { type Redacted, writeRedacted } from "../../recording/redact-recording.js";
import { copyRecording, replaceRecording } from "../../recording/swap-folder.js";
import { count, spellMs } from "../../report/numbers.js";
import { safeText } from "../../report/safe-text.js";
import { EXIT_OK } from "../exit-codes.js";
import type { Io } from "../ui/io.js";
import { checkNamed } from "./named-recordings.js";

export interface RedactSettings extends Values<"redact"> {
  readonly inspected: string;
}

/** Whoever waits longer is told for what. */
const PATIENCE_MS = 1000;

/** @throws BridgeError `bad-flag` without a recording */
export function readSettings({ values }: Resolution<"redact">): RedactSettings {
  if (values.inspected === undefined)
    throw new BridgeError("bad-flag", "redact needs the folder of a saved call", {
      fix: "smartpbx-bridge redact recordings/CALL",
    });
  return { ...values, inspected: values.inspected };
}

/** In place, or as a new recording; says what it changed. */
export async function run(settings: RedactSettings, io: Io): Promise<number> {
  const { inspected: folder, redacted: directory, silenced: silence, side } = settings;
  checkNamed("redact", [folder]);
  const startedAt = io.clock.now();
  const isTold = !settings.json && !settings.quiet;
  const waiting = io.clock.setTimer(() => {
    if (isTold) io.stderr.write(`Redacting ${safeText(folder)} …\n`);
  }, PATIENCE_MS);
  const make = (from: string, to: string) => writeRedacted(from, to, { silence, side });
  try {
    const { made, others, target } =
      directory === undefined
        ? { ...(await replaceRecording(folder, make)), target: folder }
        : await copyRecording(folder, directory, make);
    if (settings.json) {
      const t = Math.round(io.clock.now() - startedAt);
      const { callMasked, ...changes } = made;
      const document = {
        version: 1,
        type: "redacted",
        t,
        folder: target,
        callMasked,
        ...changes,
        kept: others,
      };
      io.stdout.write(`${JSON.stringify(document)}\n`);
    } else io.stdout.write(`${words(target, made, others, silence.length > 0)}\n`);
  } catch (error) {
    throw systemError(error, folder);
  } finally {
    waiting.cancel();
  }
  return EXIT_OK;
}

const NAMES: Readonly<Record<string, string>> = {
  start: "start message",
  dtmf: "key",
  "tool-call": "tool call",
  "call-ended": "last word",
};

function words(folder: string, made: Redacted, others: readonly string[], isSilenced: boolean): string {
  const masked = [
    ...(made.callMasked ? ["call.json"] : []),
    ...Object.entries(made.masked).map(([type, number]) => count(number, NAMES[type] ?? type)),
  ];
  const { caller, agent } = made.silencedMs;
  const silenced = [
    ...(caller > 0 ? [`caller ${spellMs(caller)}`] : []),
    ...(agent > 0 ? [`agent ${spellMs(agent)}`] : []),
  ];
  return [
    `Redacted: ${safeText(folder)}`,
    `  masked    ${masked.join(", ") || "nothing: it was masked already"}`,
    `  silenced  ${silenced.join(", ") || (isSilenced ? "nothing: no audio there" : "nothing: the sound is as it was (--silence 2s-4.5s)")}`,
    ...(made.dropped > 0 ? [`  dropped   ${count(made.dropped, "line")} that cannot be read`] : []),
    ...(others.length > 0
      ? [`  kept      ${others.map(safeText).join(", ")}: look whether they hold personal data`]
      : []),
  ].join("\n");
}

function systemError(error: unknown, folder: string): unknown {
  if (error instanceof BridgeError || !(error instanceof Error) || !("syscall" in error)) return error;
  return new BridgeError("cannot-write", `cannot redact ${folder}: ${error.message}`, {
    fix: "Write the redacted recording to a folder of yours, for example: -o shared",
    cause: error,
  });
}
