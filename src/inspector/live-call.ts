/** One call of the server as the inspector keeps it: its row, its levels, and the last lines of what happened in it. */
import { formatName } from "../audio/format.js";
import type { OpusModule } from "../audio/opus.js";
import type { CallEvent } from "../call/events.js";
import type { CallInfo } from "../protocol/messages.js";
import type { Personal } from "../report/personal.js";
import { Repeats } from "../report/repeats.js";
import { safeText } from "../report/safe-text.js";
import { GOOD_ENDS } from "../report/words.js";
import { endWords, eventLine, warningLine } from "./event-line.js";
import { Loudness } from "./loudness.js";
import type { CallRow, Levels, Line } from "./messages.js";

/** Older lines of a call are forgotten: its recording has them all. */
const MOST_LINES = 300;

export interface LiveCallFacts {
  readonly n: number;
  readonly info: CallInfo;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly personal: Personal;
  readonly opus: OpusModule | undefined;
}

export class LiveCall {
  readonly n: number;
  readonly callId: string;
  readonly #personal: Personal;
  readonly #caller: Loudness;
  readonly #agent: Loudness;
  readonly #repeats = new Repeats();
  readonly #lines: Line[] = [];
  /** Lines that were there before the oldest that is kept. */
  #forgotten = 0;
  #row: CallRow;

  constructor({ n, info, startedAt, personal, opus }: LiveCallFacts) {
    this.n = n;
    this.callId = info.callId;
    this.#personal = personal;
    this.#caller = new Loudness(info.format, opus);
    this.#agent = new Loudness(info.format, opus);
    this.#row = {
      n,
      callId: safeText(info.callId, 80),
      caller: safeText(personal.number(info.caller), 40),
      callee: safeText(personal.number(info.callee), 40),
      format: formatName(info.format),
      startedAt,
      speaks: { caller: false, agent: false },
      turns: 0,
      bargeIns: 0,
      warnings: 0,
    };
  }

  get row(): CallRow {
    return this.#row;
  }

  /** How many lines there have been. */
  get lineCount(): number {
    return this.#forgotten + this.#lines.length;
  }

  /** The lines from the `from`-th on that are still kept. */
  linesFrom(from: number): readonly Line[] {
    return this.#lines.slice(Math.max(0, from - this.#forgotten));
  }

  /** @returns undefined where they cannot be told. */
  takeLevels(): Levels | undefined {
    if (this.#row.end || !this.#caller.isKnown) return undefined;
    return [this.n, this.#caller.take(), this.#agent.take()];
  }

  /** @param isWatched levels are of use to somebody. @returns whether row or lines have changed. */
  observe(event: CallEvent, isWatched: boolean): boolean {
    if (event.type === "caller-audio" || event.type === "agent-audio") {
      if (isWatched) (event.type === "caller-audio" ? this.#caller : this.#agent).hear(event.payload);
      return false;
    }
    if (event.type === "fault" || event.type === "warning") return this.#warn(event);
    const line = eventLine(event, this.#personal);
    if (line) this.#add(line);
    const changes = this.#changes(event);
    if (changes) this.#row = { ...this.#row, ...changes };
    return line !== undefined || changes !== undefined;
  }

  #warn(event: CallEvent & { type: "fault" | "warning" }): boolean {
    const message = event.type === "fault" ? event.detail : event.message;
    this.#row = { ...this.#row, warnings: this.#row.warnings + 1 };
    if (this.#repeats.add(event.code, message)) this.#add(warningLine(event.at, event.code, message));
    return true;
  }

  #add(line: Line): void {
    this.#lines.push(line);
    if (this.#lines.length <= MOST_LINES) return;
    this.#lines.shift();
    this.#forgotten++;
  }

  #changes(event: CallEvent): Partial<CallRow> | undefined {
    const { speaks, turns, bargeIns } = this.#row;
    switch (event.type) {
      case "speech-started":
        return { speaks: { ...speaks, [event.who]: true } };
      case "speech-ended":
        return { speaks: { ...speaks, [event.who]: false } };
      case "greeting":
        return { greetingMs: Math.round(event.greetingMs) };
      case "turn":
        return { turns: turns + 1, firstAudioMs: Math.round(event.firstAudioMs) };
      case "barge-in":
        return { bargeIns: bargeIns + 1 };
      case "call-ended": {
        this.#caller.free();
        this.#agent.free();
        const durationMs = Math.round(event.summary.durationMs);
        return {
          speaks: { caller: false, agent: false },
          end: { ok: GOOD_ENDS.has(event.reason), words: endWords(event), durationMs },
        };
      }
      default:
        return undefined;
    }
  }
}
