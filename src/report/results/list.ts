/** The results for people: a line each as they come; at the end the failures once more, numbered, with all that is known of them. */
import { count, spellMs } from "../numbers.js";
import {
  causeOf,
  expectationOf,
  factsOf,
  firstAudioOf,
  inspectCommand,
  measuredAndLimit,
  momentOf,
  nameOf,
  shown,
  spellLatency,
} from "./check-words.js";
import { type Distribution, distributions } from "./distribution.js";
import type { ResultsPlace } from "./open.js";
import type { Check, CheckResult, ResultReporter, RunResult } from "./result.js";
import { cutMiddle, type Part, wrapLine } from "./wrap.js";

/** Narrower than this, text is wrapped as if there was so much room. */
const NARROWEST = 20;
/** The part of a line that a name may take, so that what went wrong begins in the same line. */
const NAME_SHARE = 0.5;

export function listReporter(place: ResultsPlace): ResultReporter {
  return new List(place);
}

class List implements ResultReporter {
  readonly #place: ResultsPlace;

  constructor(place: ResultsPlace) {
    this.#place = place;
  }

  result(result: CheckResult): void {
    const { style, quiet } = this.#place;
    if (result.ok && quiet) return;
    const { width } = this;
    const full = nameOf(result);
    const name = width === undefined ? full : cutMiddle(full, Math.floor(width * NAME_SHARE));
    const facts = [spellMs(result.durationMs), ...firstAudio(result)].map(this.#fact);
    const parts: Part[] = result.ok
      ? [{ text: `✓ ${name}`, paint: style.good, whole: true }, ...facts]
      : [{ text: `✗ ${name}`, paint: style.bad, whole: true }, { text: causeOf(result) }, ...facts];
    this.#line(parts, 2);
  }

  async end(run: RunResult): Promise<void> {
    const failures = run.results.filter(({ ok }) => !ok);
    failures.forEach((result, k) => {
      this.#failure(result, k + 1);
    });
    for (const distribution of distributions(run.results)) this.#distribution(distribution);
    this.#totals(run, failures.length);
  }

  #failure(result: CheckResult, number: number): void {
    const { style, out } = this.#place;
    const lead = { text: `${number}) `, paint: style.bold };
    const indent = lead.text.length;
    out.write("\n");
    this.#line([{ text: nameOf(result), paint: style.bold }], indent, lead);
    for (const check of result.checks) this.#check(check, indent);
    if (result.checks.length === 0) this.#below([{ text: causeOf(result) }], indent);
    const { file, recording } = result;
    const say = (text: string) => out.write(`${" ".repeat(indent)}${text}\n`);
    if (file !== undefined) say(`${style.dim("asked for by")} ${shown(file)}`);
    if (recording !== undefined) say(`${style.dim("recorded in")} ${shown(recording)}`);
    const command = inspectCommand(result);
    if (command !== undefined) say(`${style.dim("look closer:")} ${style.accent(command)}`);
  }

  #check(check: Check, indent: number): void {
    const { style } = this.#place;
    const under = indent + 2;
    const mark = check.ok ? style.good("✓") : style.bad("✗");
    const lead = { text: `${" ".repeat(indent)}✓ `, paint: () => `${" ".repeat(indent)}${mark} ` };
    const [measured] = measuredAndLimit(check);
    const value =
      check.ok && measured !== undefined && check.measured !== check.limit ? [this.#fact(measured)] : [];
    this.#line([{ text: expectationOf(check) }, ...value], under, lead);
    if (check.ok) return;
    if (check.reason !== "") this.#below([{ text: shown(check.reason) }], under);
    const facts = [...factsOf(check), ...(check.at === undefined ? [] : [`at ${momentOf(check.at)}`])];
    if (facts.length > 0) this.#below(facts.map(this.#fact), under);
  }

  #distribution({ name, runs, replies }: Distribution): void {
    const { style, out } = this.#place;
    out.write("\n");
    this.#line([{ text: `First audio of ${nameOf({ name })}, ${count(runs, "run")}`, paint: style.bold }], 2);
    for (const { reply, came, p50, p95, max } of replies) {
      const numbers = [`p50 ${spellLatency(p50)}`, `p95 ${spellLatency(p95)}`, `max ${spellLatency(max)}`];
      const facts = [...(came === runs ? [] : [`in ${came} of ${runs}`]), ...(came > 0 ? numbers : [])];
      const parts = facts.map((text) => ({ text, whole: true }));
      this.#line([{ text: `reply ${reply}`, whole: true }, ...parts], 4, { text: "  " });
    }
  }

  #totals({ results, durationMs }: RunResult, failed: number): void {
    const { style, out } = this.#place;
    const ok = results.length - failed;
    const checks = results.reduce((sum, result) => sum + result.checks.length, 0);
    out.write("\n");
    const outcome: Part[] =
      results.length === 0
        ? [{ text: "✗ nothing was checked", paint: style.bad, whole: true }]
        : [
            ...(failed > 0 ? [{ text: `✗ ${failed} failed`, paint: style.bad, whole: true }] : []),
            ...(ok > 0 || failed === 0 ? [{ text: `✓ ${ok} ok`, paint: style.good, whole: true }] : []),
          ];
    this.#line([...outcome, this.#fact(count(checks, "check")), this.#fact(spellMs(durationMs))], 2);
  }

  readonly #fact = (text: string): Part => ({ text, paint: this.#place.style.dim, whole: true });

  #below(parts: readonly Part[], indent: number): void {
    this.#line(parts, indent, { text: " ".repeat(indent) });
  }

  #line(parts: readonly Part[], indent: number, lead?: Part): void {
    this.#place.out.write(`${wrapLine(parts, { width: this.width, indent, lead })}\n`);
  }

  /** Undefined where nobody looks. */
  get width(): number | undefined {
    const { columns } = this.#place.out;
    return columns === undefined ? undefined : Math.max(NARROWEST, columns);
  }
}

function firstAudio(result: CheckResult): string[] {
  const found = firstAudioOf(result);
  if (!found) return [];
  return [`first audio ${found.p50}${found.replies > 1 ? ` (max ${found.max})` : ""}`];
}
