/** What is pinned below the events of running calls, drawn from a state for any size of terminal. */
import { count, percentile, spellMs } from "../../report/numbers.js";
import { personal } from "../../report/personal.js";
import { safeText } from "../../report/safe-text.js";
import { fittedLine, keyPart, type Look } from "./fitted-line.js";
import type { LiveCallView } from "./live-call.js";
import { callTable } from "./live-columns.js";
import type { StyledLine } from "./pinned.js";

export interface LiveKey {
  /** One character. */
  readonly key: string;
  /** What it does as things stand: `stop recording`. */
  readonly does: string;
  /** The same at length. */
  readonly help: string;
}

export interface LiveView {
  /** Those that are shown: `callRoom` says how many. */
  readonly calls: readonly LiveCallView[];
  readonly running: number;
  /** What goes on while no call runs. */
  readonly idle: string;
  /** Calls that are over. */
  readonly ended: number;
  readonly failed: number;
  /** Where calls that start now are recorded. */
  readonly recording: string | undefined;
  readonly details: boolean;
  readonly showPersonal: boolean;
  readonly keys: readonly LiveKey[];
  readonly showsHelp: boolean;
  /** Which digit chooses each of `calls`, while one is to be chosen. */
  readonly chosenBy?: readonly string[];
  /** The last thing a key did, or a question. */
  readonly notice?: string;
}

/** Fewer rows than this leave no room for more than the calls and the keys. */
const SMALL_ROWS = 12;
const DETAIL_LINES = 2;

type Room = Pick<LiveView, "details" | "showsHelp" | "keys" | "notice">;

/** How many calls can be shown, and leave room for the events above. At least 1. */
export function callRoom(view: Room, { rows }: Pick<Look, "rows">): number {
  const isSmall = rows < SMALL_ROWS;
  const keys = view.showsHelp ? view.keys.length : 1;
  const fixed = keys + (isSmall ? 0 : 2) + (view.notice === undefined ? 0 : 1);
  const events = Math.min(8, Math.floor(rows / 3));
  // One line says how many more there are.
  const room = rows - 1 - fixed - events - 1;
  return Math.max(1, Math.floor(room / (view.details ? 1 + DETAIL_LINES : 1)));
}

/** At most `rows - 1` lines, each narrower than the terminal. The keys come last and stay longest. */
export function liveLines(view: LiveView, look: Look): StyledLine[] {
  const isSmall = look.rows < SMALL_ROWS;
  const { head, rows } = callTable(view.calls, look, view);
  const more = view.running - view.calls.length;
  const lines = [
    ...(isSmall ? [] : [statusLine(view, look)]),
    ...(isSmall || rows.length === 0 ? [] : [head]),
    ...rows.flatMap((row, index) => [
      row,
      ...(view.details ? detailLines(view.calls[index] as LiveCallView, view, look) : []),
    ]),
    ...(more > 0 && view.calls.length > 0
      ? [fittedLine([{ text: `  and ${more} more`, paint: look.style.dim, rank: 0 }], look)]
      : []),
    ...(view.notice === undefined
      ? []
      : [fittedLine([{ text: safeText(view.notice), paint: look.style.warn, rank: 0 }], look)]),
    ...keyLines(view, look),
  ];
  return lines.slice(-Math.max(1, look.rows - 1));
}

function statusLine({ running, idle, ended, failed, recording }: LiveView, look: Look): StyledLine {
  const { good, dim, bad, warn } = look.style;
  return fittedLine(
    [
      running > 0
        ? { text: `${count(running, "call")} up`, paint: good, rank: 0 }
        : { text: idle, paint: dim, rank: 0 },
      ...(ended > 0 ? [{ text: `${ended} ended`, rank: 2 }] : []),
      ...(failed > 0 ? [{ text: `${failed} failed`, paint: bad, rank: 1 }] : []),
      ...(recording === undefined
        ? []
        : [{ text: `recording to ${safeText(recording)}`, paint: warn, rank: 3, isProse: true }]),
    ],
    look,
  );
}

function detailLines(call: LiveCallView, { showPersonal }: LiveView, look: Look): StyledLine[] {
  const { number } = personal(showPersonal);
  const { firstAudioMs } = call;
  const dim = (text: string, rank: number, isProse = false) => ({
    text,
    rank,
    isProse,
    paint: look.style.dim,
  });
  const numbers = [call.caller, call.callee]
    .map((one) => safeText(number(one), 40))
    .join(look.unicode ? " → " : " > ");
  const p50 = percentile(firstAudioMs, 50);
  return [
    fittedLine(
      [
        dim(`    ${call.format}`, 0),
        dim(numbers, 1),
        dim(safeText(call.agent, 60), 2, true),
        dim(safeText(call.callId, 80), 3),
      ],
      look,
    ),
    fittedLine(
      [
        dim(`    ${count(firstAudioMs.length, "turn")}`, 0),
        ...(p50 === null
          ? []
          : [dim(`first audio p50 ${spellMs(p50)} max ${spellMs(Math.max(...firstAudioMs))}`, 1)]),
        ...(call.greetingMs === undefined ? [] : [dim(`greeting ${spellMs(call.greetingMs)}`, 3)]),
        dim(count(call.bargeIns, "barge-in"), 4),
        dim(`frames ${call.framesIn} in ${call.framesOut} out`, 2),
      ],
      look,
    ),
  ];
}

function keyLines({ keys, showsHelp }: LiveView, look: Look): StyledLine[] {
  if (showsHelp)
    return keys.map(({ key, help }) =>
      fittedLine(
        [
          { text: key.padEnd(3), paint: look.style.bold, rank: 0 },
          { text: help, rank: 1, isProse: true },
        ],
        look,
      ),
    );
  // Where there is little room: how to learn the rest, and how to end it.
  const ranks: Readonly<Record<string, number>> = { "?": 0, q: 1 };
  return [
    fittedLine(
      keys.map(({ key, does }, index) => keyPart(key, does, ranks[key] ?? index + 2, look)),
      look,
    ),
  ];
}
