/** The report for people: one line an event, with its time, its call and an arrow that shows who dialled whom. */
import { formatName } from "../audio/format.js";
import type { CallEvent, Observer } from "../call/events.js";
import type { Clock } from "../clock.js";
import { count, percentile, spellMs, timeOfDay } from "./numbers.js";
import { type Personal, personal } from "./personal.js";
import { factLine, portalLines } from "./portal.js";
import { Repeats } from "./repeats.js";
import type { ListeningInfo, Output, Reporter } from "./reporter.js";
import { safeText, shortId } from "./safe-text.js";
import type { Style } from "./style.js";
import { summaryLines } from "./summary.js";
import { numbersOf, verdictLines } from "./verdicts.js";
import { END_WORDS, GOOD_ENDS } from "./words.js";

export interface TerminalOptions {
  /** Results and events. */
  readonly out: Output;
  /** Warnings. */
  readonly err: Output;
  readonly clock: Clock;
  readonly style: Style;
  /** `quiet` leaves only warnings, calls that failed and the summary; `verbose` adds transcripts. */
  readonly level: "quiet" | "normal" | "verbose";
  readonly showPersonal: boolean;
}

export class TerminalReporter implements Reporter {
  readonly #options: TerminalOptions;
  readonly #personal: Personal;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#personal = personal(options.showPersonal);
  }

  listening(info: ListeningInfo): void {
    const { out, clock, style, level } = this.#options;
    if (level === "quiet") return;
    const lines = [
      `${style.bold(style.good("Ready"))} in ${spellMs(clock.now())}  ${style.dim("(^C to stop)")}`,
      "",
      factLine("Calls", style.accent(info.url), style),
      factLine("Agent", safeText(info.agent), style),
      ...(info.metricsUrl ? [factLine("Metrics", style.accent(info.metricsUrl), style)] : []),
      ...(info.portal ? portalLines(info.portal, style) : []),
    ];
    out.write(`\n${lines.map((line) => (line ? `  ${line}` : "")).join("\n")}\n\n`);
  }

  phone(url: string): void {
    const { out, style } = this.#options;
    out.write(`  ${factLine("Phone", style.accent(url), style)}\n\n`);
  }

  inspector(url: string): void {
    const { out, style } = this.#options;
    out.write(`  ${factLine("Inspect", style.accent(url), style)}\n\n`);
  }

  recorded(callId: string, folder: string): void {
    this.#event(" ", callId, "recorded", [folder]);
  }

  warning(code: string, message: string): void {
    const { err, style } = this.#options;
    err.write(`${style.warn("warning:")} ${safeText(message)} ${style.dim(`(${code})`)}\n`);
  }

  step(_type: string, _fields: object, text: string): void {
    for (const line of text.split("\n")) this.#options.out.write(`${safeText(line, 400)}\n`);
  }

  summary(summary: object): void {
    const { out, style } = this.#options;
    const lines = [...summaryLines(numbersOf(summary), style), ...verdictLines(summary, style)];
    out.write(`${lines.join("\n")}\n`);
  }

  call(): Observer {
    const repeats = new Repeats();
    let callId = "?";
    let turns = 0;
    return (event) => {
      if (event.type === "call-started") callId = event.info.callId;
      if (event.type === "turn") turns++;
      if (event.type === "fault" || event.type === "warning") {
        const message = event.type === "fault" ? event.detail : event.message;
        if (repeats.add(event.code, message)) this.#warn(callId, event.code, message, 1);
        return;
      }
      if (event.type === "call-ended")
        for (const { code, message, count } of repeats.repeated()) this.#warn(callId, code, message, count);
      this.#callEvent(event, callId, turns);
    };
  }

  #callEvent(event: CallEvent, callId: string, turns: number): void {
    const { style, level } = this.#options;
    const say = (name: string, ...facts: string[]) => this.#event(" ", callId, name, facts);
    switch (event.type) {
      case "call-started": {
        const { format, caller, callee } = event.info;
        const numbers = `${this.#number(caller)} → ${this.#number(callee)}`;
        this.#event(style.good("→"), callId, "started", [formatName(format), numbers]);
        break;
      }
      case "greeting":
        say("greeting", `first audio ${spellMs(event.greetingMs)}`);
        break;
      case "turn":
        say(`turn ${turns}`, `first audio ${spellMs(event.firstAudioMs)}`);
        break;
      case "barge-in":
        say("barge-in", `heard ${spellMs(event.heardMs)}`, `dropped ${spellMs(event.droppedMs)}`);
        break;
      case "dtmf":
        say("key", safeText(this.#personal.digit(event.digit)));
        break;
      case "mark":
        say(`mark ${event.number}`);
        break;
      case "tool-call":
        say("tool", safeText(event.name, 64));
        break;
      case "tool-result":
        if (event.isError) say("tool", safeText(event.name, 64), style.warn("failed"), spellMs(event.tookMs));
        break;
      case "transcript":
        if (level === "verbose") say(event.who, safeText(this.#personal.words(event.text)));
        break;
      case "call-ended":
        this.#ended(event, callId);
    }
  }

  #ended({ reason, detail, fix, summary }: CallEvent & { type: "call-ended" }, callId: string): void {
    const { style } = this.#options;
    const isGood = GOOD_ENDS.has(reason);
    const words = isGood || detail === "" ? END_WORDS[reason] : `${END_WORDS[reason]}: ${safeText(detail)}`;
    const p50 = percentile(summary.firstAudioMs, 50);
    const facts = [
      isGood ? words : style.bad(words),
      spellMs(summary.durationMs),
      count(summary.turns, "turn"),
      ...(p50 === null ? [] : [`first audio ${spellMs(p50)}`]),
      ...(summary.droppedMs > 0 ? [style.warn(`${spellMs(summary.droppedMs)} of audio lost`)] : []),
    ];
    this.#event(
      isGood ? style.dim("←") : style.bad("←"),
      callId,
      "ended",
      facts,
      isGood ? "normal" : "quiet",
    );
    if (fix !== undefined) this.#options.err.write(`${style.warn("fix:")} ${safeText(fix)}\n`);
  }

  #warn(callId: string, code: string, message: string, times: number): void {
    const { err, style } = this.#options;
    const facts = [
      safeText(message),
      style.dim(`(${code})`),
      ...(times > 1 ? [style.dim(`(x${times})`)] : []),
    ];
    err.write(this.#line(style.warn("!"), callId, style.warn("warning"), facts));
  }

  #event(
    arrow: string,
    callId: string,
    name: string,
    facts: readonly string[],
    from: "quiet" | "normal" = "normal",
  ): void {
    if (this.#options.level === "quiet" && from !== "quiet") return;
    this.#options.out.write(this.#line(arrow, callId, name, facts));
  }

  #line(arrow: string, callId: string, name: string, facts: readonly string[]): string {
    const { clock, style } = this.#options;
    return `${style.dim(timeOfDay(clock.wallMs()))} ${arrow} ${style.bold(shortId(callId))} ${[name, ...facts].join("  ")}\n`;
  }

  #number(number: string): string {
    return safeText(this.#personal.number(number), 40);
  }
}
