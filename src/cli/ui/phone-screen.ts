/** What a person at the phone sees of a live call, as a few lines for any width of terminal. */
import { spellMs } from "../../report/numbers.js";
import { safeText } from "../../report/safe-text.js";
import type { Style } from "../../report/style.js";
import { clockText, fittedLine, keyPart, type Look } from "./fitted-line.js";
import { type Level, levelText, meterBar } from "./meter.js";
import type { StyledLine } from "./pinned.js";

export interface PhoneView {
  readonly state: "dialling" | "ringing" | "up" | "ended";
  /** Since dialling began, or the length of the call once it is up. */
  readonly elapsedMs: number;
  /** Why it ended, in words. */
  readonly ended?: string;
  readonly isMuted: boolean;
  readonly isCallerSpeaking: boolean;
  readonly isAgentSpeaking: boolean;
  /** Undefined where that side has no device. */
  readonly caller: PhoneSide;
  readonly agent: PhoneSide;
  /** Audio of the agent that is not yet heard. */
  readonly bufferedMs: number;
  /** Of the last turn. */
  readonly firstAudioMs?: number;
  readonly turns: number;
  readonly bargeIns: number;
  readonly underruns: number;
  /** `cancel`, `guard` or `off`; undefined without microphone or speaker. */
  readonly echo?: string;
  readonly recording?: string;
  readonly marks: number;
  /** The last thing a key did, or a trouble with the sound. */
  readonly notice?: string;
  readonly showsHelp: boolean;
}

export interface PhoneSide {
  readonly level: Level;
  /** `MacBook Microphone (parec)`. */
  readonly device: string;
}

export const PHONE_KEYS: readonly (readonly [key: string, does: string])[] = [
  ["space", "mute"],
  ["0-9*#", "press"],
  ["b", "mark"],
  ["h", "hang up"],
  ["?", "help"],
];

const HELP: readonly (readonly [key: string, does: string])[] = [
  ["space", "mute the microphone, or let it be heard again"],
  ["0-9 * #", "press this key of the phone"],
  ["b", "mark this moment in the recording"],
  ["h", "hang up; ^C does so too, and twice cuts the call"],
  ["?", "hide this help"],
];

const STATE_WORDS = { dialling: "dialling", ringing: "ringing", up: "up", ended: "ended" } as const;

/** At most `rows - 1` lines, each narrower than `columns`. */
export function phoneLines(view: PhoneView, look: Look): StyledLine[] {
  const { style } = look;
  const { state, firstAudioMs } = view;
  const lines = [
    fittedLine(
      [
        { text: `${stateSign(view, look)} ${stateWord(view)}`, paint: stateColor(view, style), rank: 0 },
        { text: clockText(view.elapsedMs), rank: 1 },
        ...(view.isMuted ? [{ text: "muted", paint: style.warn, rank: 2 }] : []),
        ...(state === "up" ? [{ text: whoSpeaks(view), paint: style.accent, rank: 3 }] : []),
        ...(view.ended === undefined ? [] : [{ text: safeText(view.ended), rank: 3, isProse: true }]),
      ],
      look,
    ),
    meterLine("you", view.caller, look, view.isMuted),
    meterLine("agent", view.agent, look, false),
    fittedLine(
      [
        {
          text: firstAudioMs === undefined ? "first audio -" : `first audio ${spellMs(firstAudioMs)}`,
          rank: 0,
        },
        { text: many(view.turns, "turn"), rank: 1 },
        { text: many(view.bargeIns, "barge-in"), rank: 2 },
        ...(view.underruns > 0
          ? [{ text: many(view.underruns, "underrun"), paint: style.warn, rank: 3 }]
          : []),
        { text: `${Math.round(view.bufferedMs)} ms buffered`, paint: style.dim, rank: 5 },
        ...(view.echo === undefined ? [] : [{ text: `echo ${view.echo}`, paint: style.dim, rank: 4 }]),
      ],
      look,
    ),
    ...(view.recording === undefined ? [] : [recordingLine(view.recording, view.marks, look)]),
    ...(view.notice === undefined
      ? []
      : [fittedLine([{ text: safeText(view.notice), paint: style.warn, rank: 0 }], look)]),
    ...(state === "ended" ? [] : keyLines(view.showsHelp, look)),
  ];
  return lines.slice(0, Math.max(1, look.rows - 1));
}

function stateSign({ state, isAgentSpeaking }: PhoneView, { unicode }: Look): string {
  if (state === "ended") return unicode ? "○" : "o";
  if (state === "up") return isAgentSpeaking ? (unicode ? "◉" : "@") : unicode ? "●" : "*";
  return unicode ? "◌" : ".";
}

function stateWord({ state }: PhoneView): string {
  return STATE_WORDS[state];
}

function stateColor({ state }: PhoneView, style: Style): (text: string) => string {
  return state === "up" ? style.good : state === "ended" ? style.dim : style.accent;
}

function whoSpeaks({ isAgentSpeaking, isCallerSpeaking }: PhoneView): string {
  if (isAgentSpeaking && isCallerSpeaking) return "both speak";
  if (isAgentSpeaking) return "agent speaking";
  return isCallerSpeaking ? "you speak" : "quiet";
}

function many(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

/** Label 5, level 6, two spaces between: what is left of a narrow terminal is the bar's. */
function meterLine(label: string, { level, device }: PhoneSide, look: Look, isMuted: boolean): StyledLine {
  const { columns, unicode, style } = look;
  const cells = columns < 40 ? Math.max(3, columns - 14) : columns < 100 ? 16 : 28;
  const bar = meterBar(level, cells, unicode);
  return fittedLine(
    [
      { text: `${label.padEnd(5)} ${bar}`, paint: isMuted ? style.dim : style.good, rank: 0 },
      { text: levelText(level, unicode), rank: 1 },
      ...(level.isClipping ? [{ text: "clips", paint: style.bad, rank: 2 }] : []),
      { text: safeText(device), paint: style.dim, rank: 3, isProse: true },
    ],
    look,
    " ",
  );
}

function recordingLine(folder: string, marks: number, look: Look): StyledLine {
  return fittedLine(
    [
      { text: `recording ${safeText(folder)}`, paint: look.style.dim, rank: 0 },
      ...(marks > 0 ? [{ text: many(marks, "mark"), rank: 1 }] : []),
    ],
    look,
  );
}

function keyLines(showsHelp: boolean, look: Look): StyledLine[] {
  const { bold } = look.style;
  if (showsHelp)
    return HELP.map(([key, does]) =>
      fittedLine(
        [
          { text: key.padEnd(7), paint: bold, rank: 0 },
          { text: does, rank: 1, isProse: true },
        ],
        look,
      ),
    );
  return [
    fittedLine(
      // Where there is little room: how to end it, and how to learn the rest.
      PHONE_KEYS.map(([key, does], index) => keyPart(key, does, { h: 0, "?": 1 }[key] ?? index + 2, look)),
      look,
    ),
  ];
}
