/** A recorded call on one screen of a terminal: what it was, who spoke when, how fast it was answered, what is wrong. */

import type { Finding } from "../../analysis/finding.js";
import type { Inspection } from "../inspection.js";
import { count, percentile, spellMs } from "../numbers.js";
import { wrapLine } from "../results/wrap.js";
import { safeText } from "../safe-text.js";
import type { Style } from "../style.js";
import { cutText, textWidth } from "../text-width.js";
import { END_WORDS, GOOD_ENDS } from "../words.js";
import { lane, marksLine, moment, ruler } from "./lane.js";

export interface ScreenOptions {
  readonly columns: number;
  /** How many lines there may be. */
  readonly rows: number;
  readonly style: Style;
  readonly unicode: boolean;
}

const NARROWEST = 40;
const NAME_CELLS = 9;
/** What is said of each kind of thing before the rest is summed up. */
const MOST_EACH = 3;
const REPLY_CELLS = 19;
const MOST_REPLY_LINES = 12;

/** Lines without line breaks at their ends. */
export function inspectScreen(inspection: Inspection, options: ScreenOptions): string[] {
  const width = Math.max(NARROWEST, options.columns);
  const screen = new Screen(inspection, { ...options, columns: width });
  const top = [...screen.head(), "", ...screen.timeline(), ""];
  const facts = screen.facts();
  const answered = inspection.analysis.utterances.some(({ reply }) => reply !== undefined);
  const fixedRows = top.length + facts.length + 1 + (answered ? 1 : 0);
  const problems = screen.problems(Math.max(4, options.rows - fixedRows));
  const replies = screen.replies(Math.min(MOST_REPLY_LINES, options.rows - fixedRows + 1 - problems.length));
  return [...top, ...replies, ...facts, "", ...problems];
}

class Screen {
  readonly #inspection: Inspection;
  readonly #options: ScreenOptions;

  constructor(inspection: Inspection, options: ScreenOptions) {
    this.#inspection = inspection;
    this.#options = options;
  }

  head(): string[] {
    const { call, analysis } = this.#inspection;
    const { style, columns } = this.#options;
    const { encoding, sampleRate } = call.format;
    const end = analysis.end;
    const words = end ? `${END_WORDS[end.reason] ?? end.reason}` : withoutEnd(call);
    const ended = end && GOOD_ENDS.has(end.reason) ? words : style.bad(words);
    const started = `${new Date(call.startedAt).toISOString().slice(0, 19).replace("T", " ")} UTC`;
    const [agent, caller, callee] = [call.agent, call.caller, call.callee].map((text) => safeText(text, 60));
    const facts = `${encoding}/${sampleRate}  ${spellMs(analysis.durationMs)}`;
    const id = cutText(safeText(call.callId), Math.max(8, columns - 9 - facts.length - words.length), "…");
    return [
      `${style.bold(`Call ${id}`)}  ${facts}  ${ended}`,
      style.dim(
        this.#cut(
          `${started}  ${caller || "unknown"} → ${callee || "unknown"}  ${call.source}, agent ${agent}`,
        ),
      ),
    ];
  }

  timeline(): string[] {
    const { analysis } = this.#inspection;
    const { style, columns, unicode } = this.#options;
    const cells = columns - NAME_CELLS;
    const durationMs = Math.max(1, analysis.durationMs);
    const arrow = unicode ? "▲" : "^";
    const marks = [
      ...analysis.bargeIns.map(({ at }) => ({ at, text: arrow, long: `${arrow} barge-in` })),
      ...analysis.keys.map(({ at, digit }) => ({
        at,
        text: safeText(digit, 1),
        long: `key ${safeText(digit, 1)}`,
      })),
    ];
    return [
      style.dim(" ".repeat(NAME_CELLS) + ruler(durationMs, cells)),
      `${"caller".padEnd(NAME_CELLS)}${style.accent(lane(analysis.utterances, durationMs, cells, unicode))}`,
      `${"agent".padEnd(NAME_CELLS)}${style.good(lane(analysis.agentSpeech, durationMs, cells, unicode))}`,
      ...(marks.length > 0 ? [" ".repeat(NAME_CELLS) + style.warn(marksLine(marks, durationMs, cells))] : []),
    ];
  }

  /** Each reply with its latency, or the slowest where there is no room for all. */
  replies(rows: number): string[] {
    const { analysis, slowMs } = this.#inspection;
    const { style, columns } = this.#options;
    const replies = analysis.utterances.flatMap(({ to, reply }, index) =>
      reply ? [{ number: index + 1, at: to, latencyMs: reply.latencyMs }] : [],
    );
    if (replies.length === 0) return [];
    const perLine = Math.max(1, Math.floor((columns - NAME_CELLS) / REPLY_CELLS));
    const room = Math.max(1, rows) * perLine;
    const shown = replies.length <= room ? replies : slowest(replies, room);
    const cells = shown.map(({ number, at, latencyMs }) => {
      const text = `${number} ${moment(at)} ${spellMs(latencyMs)}`.padEnd(REPLY_CELLS);
      return latencyMs > slowMs ? style.bad(text) : text;
    });
    const name = replies.length <= room ? "first" : "slowest";
    return Array.from({ length: Math.ceil(cells.length / perLine) }, (_, line) => {
      const label = line === 0 ? name : line === 1 && name === "first" ? "audio" : "";
      return `${style.dim(label.padEnd(NAME_CELLS))}${cells.slice(line * perLine, (line + 1) * perLine).join("")}`.trimEnd();
    });
  }

  /** One line each of what there was. */
  facts(): string[] {
    const { call, analysis, slowMs } = this.#inspection;
    const { style } = this.#options;
    const latencies = analysis.utterances.flatMap(({ reply }) => (reply ? [reply.latencyMs] : []));
    const slow = latencies.filter((ms) => ms > slowMs).length;
    const spell = (ms: number | null) => (ms === null ? "none" : spellMs(ms));
    const { caller, agent, tools, warnings } = analysis;
    return [
      this.#fact("replies", [
        `${latencies.length} to ${count(analysis.utterances.length, "utterance")}`,
        `first audio p50 ${spell(percentile(latencies, 50))}`,
        `max ${spell(percentile(latencies, 100))}`,
        ...(slow > 0 ? [style.bad(`${slow} slow`)] : []),
        ...(analysis.greetingMs === undefined ? [] : [`greeting ${spellMs(analysis.greetingMs)}`]),
      ]),
      ...this.#each("barge-in", analysis.bargeIns, ({ at, stoppedAfterMs, heardMs, droppedMs }) => [
        moment(at),
        stoppedAfterMs === undefined
          ? style.bad("agent spoke on")
          : `agent silent after ${spellMs(stoppedAfterMs)}`,
        ...(heardMs === undefined ? [] : [`heard ${spellMs(heardMs)}`]),
        ...(droppedMs === undefined ? [] : [`dropped ${spellMs(droppedMs)}`]),
      ]),
      this.#fact("levels", [
        ...(call.audio === false
          ? ["no sound was kept"]
          : [
              `caller ${decibel(caller.speechDbfs)}, peak ${decibel(caller.peakDbfs)}`,
              `agent ${decibel(agent.speechDbfs)}, peak ${decibel(agent.peakDbfs)}`,
            ]),
        `both spoke ${spellMs(analysis.talkOverMs)}`,
      ]),
      ...this.#each("tool", tools, ({ at, name, result }) => [
        moment(at),
        safeText(name, 40),
        result
          ? `${result.isError ? style.bad("failed") : "answered"} after ${spellMs(result.tookMs)}`
          : style.bad("no answer"),
      ]),
      ...this.#each("warning", warnings, ({ at, code, message, count: times }) => [
        moment(at),
        style.warn(safeText(code, 40)),
        ...(times > 1 ? [`${times}×`] : []),
        safeText(message),
      ]),
    ];
  }

  /** What was seen and what to change; the last in one line each where there is little room, or counted. */
  problems(rows: number): string[] {
    const { findings } = this.#inspection.analysis;
    const { style } = this.#options;
    if (findings.length === 0) return [style.good("No problems found.")];
    const lines: string[] = [];
    for (const [index, finding] of findings.entries()) {
      const left = findings.length - index;
      const whole = this.#problem(finding);
      if (index === 0 || lines.length + whole.length + left - 1 <= rows) lines.push(...whole);
      else if (left === 1 || lines.length + 2 <= rows) lines.push(this.#problem(finding, true)[0]);
      else {
        lines.push(style.dim(`and ${count(left, "more problem")}: --json, or --html FILE --open`));
        break;
      }
    }
    return lines;
  }

  #problem({ severity, seen, fix, at }: Finding, isBrief = false): string[] {
    const { style, columns: width } = this.#options;
    const isError = severity === "error";
    const lead = { text: isError ? "✗" : "!", paint: isError ? style.bad : style.warn };
    const place = at === undefined ? "" : ` (${moment(at)})`;
    const text = ` ${safeText(seen, 400)}`;
    if (isBrief) return [lead.paint(lead.text) + cutText(text, width - 1 - place.length, "…") + place];
    const advice = { width, lead: { text: "  Fix: ", paint: style.bold }, indent: 7 };
    return [
      ...wrapLine([{ text: text + place }], { width, lead, indent: 2 }).split("\n"),
      ...wrapLine([{ text: safeText(fix, 400), paint: style.dim }], advice).split("\n"),
    ];
  }

  #each<T>(name: string, all: readonly T[], parts: (one: T) => string[]): string[] {
    const lines = all
      .slice(0, MOST_EACH)
      .map((one, index) => this.#fact(index === 0 ? name : "", parts(one)));
    const left = all.length - MOST_EACH;
    return left > 0 ? [...lines, this.#fact("", [this.#options.style.dim(`and ${left} more`)])] : lines;
  }

  #fact(name: string, parts: readonly string[]): string {
    const { style, columns } = this.#options;
    const text = parts.join("  ");
    // Colours take no room, so only text without them is cut.
    const plain = text.replace(COLOR, "");
    const room = columns - NAME_CELLS;
    return `${style.dim(name.padEnd(NAME_CELLS))}${textWidth(plain) > room ? cutText(plain, room, "…") : text}`;
  }

  #cut(text: string): string {
    return cutText(text, this.#options.columns, "…");
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences.
const COLOR = /\u001b\[[\d;]*m/g;

function decibel(db: number | undefined): string {
  return db === undefined ? "silent" : `${Math.round(db)} dB`.replace("-", "−");
}

/** In the order of the call. */
function slowest<T extends { readonly number: number; readonly latencyMs: number }>(
  replies: readonly T[],
  most: number,
): T[] {
  return [...replies]
    .sort((a, b) => b.latencyMs - a.latencyMs)
    .slice(0, most)
    .sort((a, b) => a.number - b.number);
}

/** Why a recording has no end of its call: a closed one may say so, `cut short: ENOSPC: …`. */
function withoutEnd({ state, detail }: Inspection["call"]): string {
  if (state === "open") return "cut off, or still running";
  return safeText(/^[^:]*(: E[A-Z]+)?/.exec(detail ?? "")?.[0] || "cut off", 40);
}
