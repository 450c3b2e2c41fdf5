/** What an examination knows so far, and how its probes place calls and report. */
import type { WebSocket } from "ws";
import type { Finding } from "../../analysis/finding.js";
import type { FindingKind } from "../../analysis/findings.js";
import { explains, findingOf, rootsOf } from "../../analysis/root-causes.js";
import { type Encoding, PORTAL_FORMATS } from "../../audio/format.js";
import { type Clock, realClock } from "../../clock.js";
import type { BridgeError } from "../../errors.js";
import type { Checked, EndpointToExamine } from "../checked.js";
import { ExamCall, type ExamCallOptions, examCall } from "./exam-call.js";
import { type Knocked, knock } from "./knock.js";
import { Phrases } from "./phrases.js";

export interface Examined extends EndpointToExamine {
  /** The formats to call in, the one that matters most first. Default: all three. */
  readonly formats?: readonly Encoding[];
  readonly clock?: Clock;
  /** Given each open socket: for pings and nothing else. */
  readonly onSocket?: (socket: WebSocket) => void;
}

/** How a call differs from an ordinary one. */
export type CallSettings = Partial<Pick<ExamCallOptions, "profile" | "end" | "onSocket">> & {
  readonly format?: Encoding;
  /** In place of the given ones. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Another call may hold the line: to be refused means just that. */
  readonly isOneOfSeveral?: boolean;
};

/** Enough for an endpoint to notice that the call before is over. */
const REDIAL_MS = 2000;
const LONGEST_MS = 58_000;

type Told = Pick<Checked, "details" | "hint" | "measured" | "isSkipped">;

export class Examination {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** In the order in which they are tried. */
  readonly formats: readonly Encoding[];
  /** The format of all calls that are not about formats: the first that the endpoint takes. */
  base: Encoding;
  /** Two calls at once are taken. */
  isParallel = true;
  /** The endpoint answers what it is told in an ordinary call. */
  isAnswering = false;
  /** Its line is never quiet, so that nothing is gained by waiting for that. */
  isNeverQuiet = false;
  /** How high the agent's voice is in an ordinary call, where that can be told. */
  voiceHz: number | undefined;
  /** Nothing more can be examined. */
  isOver = false;
  readonly #examined: Examined;
  #found: Finding[] = [];
  #checkedAt: number;
  #begunAt: number;

  constructor(examined: Examined) {
    this.#examined = examined;
    this.clock = examined.clock ?? realClock;
    this.signal = examined.signal;
    this.formats = examined.formats ?? ["g711_ulaw", "pcm16", "opus"];
    this.base = this.formats[0]!;
    this.#begunAt = this.clock.now();
    this.#checkedAt = this.#begunAt;
  }

  /** Whoever takes one call at a time, or answers slowly, is examined less. */
  hasTimeFor(ms: number): boolean {
    return this.clock.now() - this.#begunAt + ms <= LONGEST_MS;
  }

  get url(): string {
    return this.#examined.url;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#examined.headers;
  }

  /** Encodes all that will be said: nothing may hold up a call once it has begun. The minute begins after that. */
  async prepare(): Promise<void> {
    for (const format of this.formats) {
      this.signal.throwIfAborted();
      await phrasesIn(format);
    }
    this.#begunAt = this.clock.now();
    this.#checkedAt = this.#begunAt;
  }

  doing(what: string): void {
    this.signal.throwIfAborted();
    this.#examined.onProgress?.(what);
  }

  knock(headers = this.headers): Promise<Knocked> {
    const { clock, signal, url } = this;
    return knock({ url, headers, clock, signal, ...this.#watched });
  }

  /** @returns the call, or why it could not begin: whoever is refused calls once more, because the line may not be free yet. */
  async call(course: ExamCallOptions["course"], options: CallSettings = {}): Promise<ExamCall | BridgeError> {
    const call = await this.#place(course, options);
    if (call instanceof ExamCall || call.code !== "endpoint-refused" || options.isOneOfSeveral) return call;
    await this.pause(REDIAL_MS);
    return this.#place(course, options);
  }

  async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const over = () => {
        timer.cancel();
        this.signal.removeEventListener("abort", over);
        resolve();
      };
      const timer = this.clock.setTimer(over, ms);
      this.signal.addEventListener("abort", over);
    });
    this.signal.throwIfAborted();
  }

  async #place(course: ExamCallOptions["course"], options: CallSettings): Promise<ExamCall | BridgeError> {
    const { format = this.base, onSocket, headers = this.headers, isOneOfSeveral: _, ...rest } = options;
    const { clock, signal, url } = this;
    signal.throwIfAborted();
    const phrases = await phrasesIn(format);
    const opened = (socket: WebSocket) => {
      this.#examined.onSocket?.(socket);
      onSocket?.(socket);
    };
    return examCall({ ...rest, url, headers, clock, signal, phrases, course, onSocket: opened });
  }

  /** Reports a check with what was found. What an earlier finding explains is not said again. */
  report(name: string, what: string, value: string, found: readonly Finding[] = [], told: Told = {}): void {
    const now = this.clock.now();
    const news = rootsOf(found).filter((finding) => !this.#isKnown(finding));
    this.#found.push(...news);
    const follows = found.length > 0 && news.length === 0;
    this.#examined.onChecked(
      {
        name,
        what,
        value: follows ? `${value}: follows from what was found above` : value,
        findings: news,
        ...told,
        ...(follows && { isSkipped: true }),
      },
      now - this.#checkedAt,
    );
    this.#checkedAt = now;
  }

  skip(name: string, what: string, why: string): void {
    this.report(name, what, why, [], { isSkipped: true });
  }

  /** Whether this was found, in this or another call. */
  has(kind: FindingKind): boolean {
    return this.#found.some(({ code }) => code === kind || code === `agent-${kind}`);
  }

  /** What it means that the endpoint ended a call, or did not take it. `when` completes "just …". */
  async death(call: ExamCall | BridgeError, when: string): Promise<Finding> {
    const isGone = (await this.knock()).type === "unreachable";
    if (isGone) this.isOver = true;
    const how = call instanceof ExamCall ? call.result.detail : call.message.replace(/\.$/, "");
    const seen = `${how.charAt(0).toUpperCase()}${how.slice(1)}, just ${when}${isGone ? "; now nothing listens there any more" : ""}.`;
    return findingOf({ kind: "endpoint-dies", side: "call", seen });
  }

  get #watched() {
    const { onSocket } = this.#examined;
    return onSocket ? { onSocket } : {};
  }

  #isKnown(finding: Finding): boolean {
    return this.#found.some((other) => other.code === finding.code || explains(other, finding));
  }
}

/** They are the same in every examination. */
const encoded = new Map<Encoding, Promise<Phrases>>();

function phrasesIn(format: Encoding): Promise<Phrases> {
  const phrases = encoded.get(format) ?? Phrases.open(PORTAL_FORMATS[format]);
  encoded.set(format, phrases);
  return phrases;
}
