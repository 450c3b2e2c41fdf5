/** `replay` as the caller: places every recorded call again, one after the other, and compares. */
import { basename, join } from "node:path";
import { type BridgeServer, startServer } from "../../bridge/server.js";
import type { Observer } from "../../call/events.js";
import { BridgeError } from "../../errors.js";
import { shownUrl } from "../../pbx/dial.js";
import { compareCalls } from "../../replay/compare.js";
import {
  EXPECTATIONS_FILE,
  type Expectations,
  loadExpectations,
  writeExpectations,
} from "../../replay/expectations.js";
import { findRecordings } from "../../replay/find-recordings.js";
import { openReplay, type Replayable, type Replayed, replayCall } from "../../replay/replay.js";
import { count, spellMs } from "../../report/numbers.js";
import type { Reporter } from "../../report/reporter.js";
import type { ResultReporters } from "../../report/results/open.js";
import type { Check, CheckResult } from "../../report/results/result.js";
import { EXIT_FAILED, EXIT_OK, EXIT_UNREACHABLE } from "../exit-codes.js";
import type { Io } from "../ui/io.js";
import { makeReporter } from "../ui/reporter.js";
import { openResults } from "../ui/results.js";
import { StatusLine } from "../ui/status-line.js";
import { TwoStepStop } from "../ui/stop.js";
import { openAgent } from "./agent.js";
import { ownServer } from "./own-server.js";
import type { ReplaySettings } from "./replay.js";
import { notReplayed, ReplaySums, resultOf } from "./replay-results.js";

/** A recorded call may have been longer than `serve` would let one be. */
const LONGEST_MS = 24 * 3600_000;

/** @returns 0 when every call was as recorded, 1 when not, 3 when nobody could be reached, 130 or 143 when it was stopped. */
export async function replayAsCaller(settings: ReplaySettings, io: Io): Promise<number> {
  const run = new ReplayRun(settings, io);
  try {
    return await run.play();
  } finally {
    await run.close();
  }
}

/** Whom to call, and how a call is listened to. */
interface Target {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly name: string;
  readonly overhear?: (observer: Observer) => void;
}

class ReplayRun {
  readonly #settings: ReplaySettings;
  readonly #io: Io;
  readonly #stopping = new AbortController();
  readonly #stop: TwoStepStop;
  readonly #status: StatusLine | undefined;
  readonly #sums = new ReplaySums();
  readonly #results: CheckResult[] = [];
  #server: BridgeServer | undefined;
  #reporter!: Reporter;
  #reporters!: ResultReporters;
  /** What is being done, for the status line. */
  #doing: (() => string) | undefined;
  #calls = 0;
  #firstError: BridgeError | undefined;
  /** Somebody has answered. */
  #reached = false;

  constructor(settings: ReplaySettings, io: Io) {
    this.#settings = settings;
    this.#io = io;
    if (!settings.quiet && !settings.json) this.#status = new StatusLine(io, () => this.#doing?.());
    const stop: TwoStepStop = new TwoStepStop(io, {
      calls: () => this.#calls,
      finish: () => this.#stopping.abort(new Error("interrupted")),
      cut: () => process.exit(stop.exitCode(EXIT_OK)),
    });
    this.#stop = stop;
  }

  async play(): Promise<number> {
    const { settings, io } = { settings: this.#settings, io: this.#io };
    const folders = await findRecordings(settings.replayed);
    refuseUnclear(settings, folders.length);
    this.#reporter = await makeReporter(settings, io);
    // People read the list, unless they asked for something else.
    const reporter =
      settings.reporter.length > 0 || settings.json ? settings.reporter : [{ name: "list" } as const];
    this.#reporters = await openResults({ ...settings, reporter }, io);
    const only = await this.#checkAll(folders);
    const target = await this.#target();
    const startedAt = new Date(io.clock.wallMs()).toISOString();
    const begunAt = io.clock.now();
    for (const [k, folder] of folders.entries()) {
      if (this.#isOver) break;
      const replay = only ?? (await openReplay(folder, settings.timing));
      const expectations = await loadExpectations(folder, this.#expectFile);
      for (const warning of replay.caller.warnings)
        this.#aside(() => this.#reporter.warning("not-as-recorded", `${basename(folder)}: ${warning}`));
      for (let repeat = 1; repeat <= settings.repeat && !this.#isOver; repeat++)
        await this.#replay(replay, expectations, target, { number: k + 1, of: folders.length, repeat });
    }
    this.#status?.end();
    const durationMs = io.clock.now() - begunAt;
    await this.#server?.close();
    await this.#reporters.end({
      name: "smartpbx-bridge replay",
      startedAt,
      durationMs,
      results: this.#results,
    });
    if (this.#firstError && !this.#reached && !this.#stop.signal) throw this.#firstError;
    const summary = this.#sums.summary(durationMs, folders.length);
    if (settings.json) this.#reporter.summary(summary);
    else if (summary.failed > 0 && summary.untrustworthyBecause !== undefined)
      this.#reporter.warning("busy-computer", `this computer was too busy: ${summary.untrustworthyBecause}`);
    return this.#stop.exitCode(this.#exitCode());
  }

  async close(): Promise<void> {
    this.#status?.end();
    this.#stop.release();
    this.#sums.stop();
    await this.#server?.close();
  }

  get #isOver(): boolean {
    return this.#stopping.signal.aborted || (this.#firstError !== undefined && !this.#reached);
  }

  get #expectFile(): string | undefined {
    return this.#settings.accept ? undefined : this.#settings.expect;
  }

  #exitCode(): number {
    if (this.#sums.ok === 0 && !this.#reached) return EXIT_UNREACHABLE;
    return this.#sums.failed === 0 && this.#sums.ok > 0 ? EXIT_OK : EXIT_FAILED;
  }

  /** Whatever cannot be replayed is known before the first call is placed. @returns the recording, if it is the only one. */
  async #checkAll(folders: readonly string[]): Promise<Replayable | undefined> {
    let last: Replayable | undefined;
    for (const [k, folder] of folders.entries()) {
      if (this.#stopping.signal.aborted) return undefined;
      this.#doing = () => `Reading recording ${k + 1} of ${folders.length}: ${basename(folder)}`;
      last = await openReplay(folder, this.#settings.timing);
      await loadExpectations(folder, this.#expectFile);
    }
    this.#doing = undefined;
    return folders.length === 1 ? last : undefined;
  }

  async #target(): Promise<Target> {
    const { settings, io } = { settings: this.#settings, io: this.#io };
    if (settings.url !== undefined)
      return { url: settings.url, headers: settings.header, name: shownUrl(settings.url) };
    const answerer = await openAgent(settings, io);
    // With an agent of our own the bridge's side is watched: it knows what was held back at a barge-in.
    let next: Observer | undefined;
    const observe = () => {
      const observer = next;
      next = undefined;
      return observer ? [observer] : [];
    };
    // The next call may come while the last is not quite gone.
    const own = ownServer({ ...settings, maxCalls: 2 }, answerer, observe, io);
    this.#server = await startServer({ ...own, call: { ...own.call, maxDurationMs: LONGEST_MS } });
    const { url } = this.#server;
    const { name } = answerer.agent;
    if (settings.json) this.#reporter.listening({ url, agent: name });
    const overhear = (observer: Observer) => {
      next = observer;
    };
    return { url, name, overhear };
  }

  async #replay(
    replay: Replayable,
    expectations: Expectations,
    target: Target,
    place: { readonly number: number; readonly of: number; readonly repeat: number },
  ): Promise<void> {
    const { settings, io } = { settings: this.#settings, io: this.#io };
    const { clock } = io;
    const startedAt = new Date(clock.wallMs()).toISOString();
    const begunAt = clock.now();
    this.#doing = () => this.#progress(replay, clock.now() - begunAt, place);
    const { name: endpoint, ...where } = target;
    this.#calls = 1;
    let replayed: Replayed | undefined;
    let checks: readonly Check[];
    try {
      replayed = await replayCall(replay, {
        ...where,
        endpoint,
        observers: settings.verbose ? [this.#reporter.call()] : [],
        ...(settings.record !== undefined && { record: settings.record }),
        showPersonal: settings.showPersonal,
        onWarning: (code, message) => this.#aside(() => this.#reporter.warning(code, message)),
        lateness: this.#sums.lateness,
        signal: this.#stopping.signal,
        clock,
      });
      this.#reached ||= replayed.replayed.end?.reason !== "agent-unreachable";
      checks = await this.#checks(replay, replayed, expectations);
    } catch (error) {
      const wasStopped = error === this.#stopping.signal.reason;
      if (!wasStopped && !(error instanceof BridgeError)) throw error;
      if (!wasStopped) this.#firstError ??= error as BridgeError;
      checks = [notReplayed(wasStopped ? "interrupted" : (error as BridgeError))];
    }
    this.#calls = 0;
    const repeat = settings.repeat > 1 ? place.repeat : undefined;
    const durationMs = clock.now() - begunAt;
    const turn = { replay, repeat, startedAt, durationMs, file: expectations.file };
    this.#tell(replay.folder, resultOf(turn, checks, replayed));
  }

  async #checks(replay: Replayable, call: Replayed, expectations: Expectations): Promise<readonly Check[]> {
    if (this.#stopping.signal.aborted) return [notReplayed("interrupted")];
    if (this.#settings.accept) return [await this.#accept(replay, call)];
    const { recorded, replayed } = call;
    const { tolerances, accepted } = expectations;
    return compareCalls({ recorded, replayed, tolerances, accepted });
  }

  /** Makes this run what later ones are compared with. */
  async #accept({ folder }: Replayable, { replayed, result }: Replayed): Promise<Check> {
    const path = this.#settings.expect ?? join(folder, EXPECTATIONS_FILE);
    const check = { expect: `a good run for ${EXPECTATIONS_FILE}`, measured: null, limit: null };
    if (!result.ok) return { ...check, ok: false, reason: `Nothing was accepted: ${result.detail}.` };
    try {
      await writeExpectations(path, replayed);
      return { ...check, ok: true, reason: "" };
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      return { ...check, ok: false, reason: `${error.message} ${error.fix}` };
    }
  }

  #tell(recording: string, result: ReturnType<typeof resultOf>): void {
    this.#sums.add(result);
    this.#results.push(result);
    this.#aside(() => {
      if (this.#settings.json) this.#reporter.step("replay", jsonOf(recording, result), "");
      this.#reporters.result(result);
    });
  }

  /** Writes beside the status line. */
  #aside(write: () => void): void {
    this.#status?.clear();
    write();
  }

  #progress(
    { folder, caller }: Replayable,
    sinceMs: number,
    { number, of, repeat }: { readonly number: number; readonly of: number; readonly repeat: number },
  ): string {
    const { repeat: repeats } = this.#settings;
    const which = [
      ...(of > 1 ? [`${number} of ${of}`] : []),
      ...(repeats > 1 ? [`run ${repeat} of ${repeats}`] : []),
    ];
    const facts = [
      `Replaying${which.length > 0 ? ` ${which.join(", ")}` : ""}`,
      `${spellMs(sinceMs)} of ${spellMs(caller.durationMs)}`,
      ...(this.#results.length > 0 ? [`${this.#sums.ok} ok`, `${this.#sums.failed} failed`] : []),
      basename(folder),
    ];
    return facts.join("  ");
  }
}

/** The document of one call: what reporters get, under the names of the JSON output. */
function jsonOf(
  recording: string,
  { file: _, recording: folder, ...result }: ReturnType<typeof resultOf>,
): object {
  return { ...result, recording, ...(folder !== undefined && { folder }) };
}

/** @throws BridgeError `bad-flag` where it would not be clear what is accepted, and where. */
function refuseUnclear({ accept, repeat, expect }: ReplaySettings, recordings: number): void {
  if (!accept) return;
  if (repeat > 1)
    throw new BridgeError("bad-flag", "--accept takes one run of each call for good, not several", {
      fix: "Leave out --repeat.",
    });
  if (expect !== undefined && recordings > 1)
    throw new BridgeError("bad-flag", `${count(recordings, "recording")} cannot be accepted into one file`, {
      fix: `Leave out --expect: each gets an ${EXPECTATIONS_FILE} of its own.`,
    });
}
