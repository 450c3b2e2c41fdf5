/** What `doctor` shows people: a line for each check as it finishes, then the findings, the gravest first, and the totals. */
import type { Checked, Problem } from "../../doctor/checked.js";
import { count, spellMs } from "../../report/numbers.js";
import type { Output } from "../../report/reporter.js";
import { shown } from "../../report/results/check-words.js";
import { type Part, wrapLine } from "../../report/results/wrap.js";
import type { Style } from "../../report/style.js";

export interface DoctorTotals {
  readonly checks: number;
  readonly ok: number;
  readonly failed: number;
  readonly skipped: number;
  /** The gravest first. */
  readonly findings: readonly Found[];
  readonly durationMs: number;
}

/** A finding and the check that made it. */
export interface Found extends Problem {
  readonly check: string;
}

const NAME_WIDTH = 18;
/** Narrower than this, values go below their names. */
const ROOMY = 60;
const NARROWEST = 20;

export class DoctorScreen {
  readonly #out: Output & { readonly columns?: number | undefined };
  readonly #style: Style;
  readonly #quiet: boolean;

  constructor(
    out: Output & { readonly columns?: number | undefined },
    style: Style,
    { quiet }: { readonly quiet: boolean },
  ) {
    this.#out = out;
    this.#style = style;
    this.#quiet = quiet;
  }

  checked(checked: Checked): void {
    const { what, value, hint, details = [], isSkipped, findings } = checked;
    if (this.#quiet && findings.length === 0) return;
    const { dim } = this.#style;
    const [mark, paint] = this.#mark(checked);
    const name = this.#isRoomy ? `${what.padEnd(NAME_WIDTH)}  ` : what;
    const head = { text: `${mark} ${name}`, paint: () => `${paint(mark)} ${name}` };
    this.#headed(head, { text: shown(value), ...(isSkipped && { paint: dim }) }, NAME_WIDTH + 4);
    for (const detail of details) this.#below([{ text: shown(detail), paint: dim }], 4, 6);
    if (hint !== undefined) this.#below([{ text: shown(hint), paint: dim }], 4, 4);
  }

  end({ findings, ...totals }: DoctorTotals): void {
    const { good, bad, warn, dim, bold } = this.#style;
    findings.forEach((found, k) => {
      this.#finding(found, k + 1);
    });
    const errors = findings.filter(({ severity }) => severity === "error").length;
    const warnings = findings.length - errors;
    const fact = (text: string): Part => ({ text, paint: dim, whole: true });
    const outcome: Part[] =
      findings.length === 0
        ? [{ text: "✓ nothing found", paint: (text) => good(bold(text)), whole: true }]
        : [
            ...(errors > 0 ? [{ text: `✗ ${count(errors, "error")}`, paint: bad, whole: true }] : []),
            ...(warnings > 0 ? [{ text: `! ${count(warnings, "warning")}`, paint: warn, whole: true }] : []),
          ];
    this.#out.write("\n");
    this.#line(
      [
        ...outcome,
        fact(count(totals.checks, "check")),
        ...(totals.skipped > 0 ? [fact(`${totals.skipped} left out`)] : []),
        fact(spellMs(totals.durationMs)),
      ],
      2,
    );
  }

  #finding({ severity, check, seen, why, fix }: Found, number: number): void {
    const { bold, bad, warn, good, dim } = this.#style;
    const [mark, paint] = severity === "error" ? (["✗", bad] as const) : (["!", warn] as const);
    const name = `${check}${this.#isRoomy ? "  " : ""}`;
    const head = { text: `${number}) ${mark} ${name}`, paint: () => `${number}) ${paint(mark)} ${name}` };
    this.#out.write("\n");
    this.#headed(head, { text: shown(seen), paint: bold }, 3);
    this.#below([{ text: "why", paint: dim, whole: true }, { text: shown(why) }], 3, 8);
    this.#below([{ text: "fix", paint: good, whole: true }, { text: shown(fix) }], 3, 8);
  }

  #mark({ findings, isSkipped }: Checked): readonly [string, (text: string) => string] {
    const { good, warn, bad, dim } = this.#style;
    if (isSkipped) return ["-", dim];
    if (findings.length === 0) return ["✓", good];
    return findings.some(({ severity }) => severity === "error") ? ["✗", bad] : ["!", warn];
  }

  /** What belongs to a head stands beside it, or below where there is no room. */
  #headed(head: Part, part: Part, indent: number): void {
    if (this.#isRoomy) this.#line([part], indent, head);
    else {
      this.#line([], 0, head);
      this.#below([part], 4, 4);
    }
  }

  get #isRoomy(): boolean {
    return this.#width === undefined || this.#width >= ROOMY;
  }

  #below(parts: readonly Part[], from: number, indent: number): void {
    this.#line(parts, indent, { text: " ".repeat(from) });
  }

  #line(parts: readonly Part[], indent: number, lead?: Part): void {
    this.#out.write(`${wrapLine(parts, { width: this.#width, indent, lead })}\n`);
  }

  /** Undefined where nobody looks. */
  get #width(): number | undefined {
    const { columns } = this.#out;
    return columns === undefined ? undefined : Math.max(NARROWEST, columns);
  }
}
