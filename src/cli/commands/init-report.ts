/** What `init` says at its end: the files, what there is to know, and what to type next. */

import type { Answers } from "../../init/answers.js";
import { wrapLine } from "../../report/results/wrap.js";
import type { Style } from "../../report/style.js";

export type Action = "written" | "overwritten" | "extended" | "kept" | "unchanged";

export interface InitReport {
  readonly place: string;
  readonly files: readonly { readonly path: string; readonly action: Action; readonly says: string }[];
  readonly notes: readonly string[];
  readonly next: readonly string[];
  /** Of the terminal; undefined where it is none. */
  readonly columns: number | undefined;
}

const WORDS: Readonly<Record<Action, string>> = {
  written: "written",
  overwritten: "overwritten",
  extended: "added to",
  kept: "kept as it was (--force overwrites it)",
  unchanged: "is up to date",
};

/** With less room than this, what each file is for is left out. */
const ROOMY = 72;

export function initReport({ place, files, notes, next, columns: width }: InitReport, style: Style): string {
  const longest = Math.max(...files.map(({ path }) => path.length));
  const lines = files.map(({ path, action, says }) => {
    const isDone = action === "written" || action === "extended" || action === "overwritten";
    const words = action === "written" ? says : isDone ? `${WORDS[action]}: ${says}` : WORDS[action];
    const sign = isDone ? style.good("+") : style.dim("=");
    return width !== undefined && width < ROOMY
      ? `  ${sign} ${path}${action === "written" ? "" : `  ${WORDS[action]}`}`
      : `  ${sign} ${path.padEnd(longest)}  ${style.dim(words)}`;
  });
  const blocks = [
    `In ${place}:\n${lines.join("\n")}`,
    ...notes.map((note) =>
      wrapLine([{ text: note }], { width, lead: { text: "note: ", paint: style.warn }, indent: 6 }),
    ),
    `Next:\n${next.map((command) => `  ${style.bold(command)}`).join("\n")}`,
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** @param folder from where the user is; empty when it is there. */
export function nextCommands({ port, record, authHeader }: Answers, folder: string): string[] {
  const header = authHeader === undefined ? "" : ` --header '${authHeader}: $SMARTPBX_TOKEN'`;
  const url = `ws://127.0.0.1:${port || "PORT"}/media-stream`;
  const calls = word(record ?? "recordings");
  return [
    ...(folder === "" ? [] : [`cd ${word(folder)}`]),
    "npx smartpbx-bridge serve",
    `npx smartpbx-bridge simulate --url ${url}${header} --record ${calls}`,
    `npx smartpbx-bridge inspect ${calls}/CALL`,
  ];
}

/** As a shell reads it. */
function word(path: string): string {
  return /^[\w./:@%+=-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
