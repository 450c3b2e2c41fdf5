/** Replays saved calls against the very server they are shown by, one at a time, and tells what is different. */
import type { Observer } from "../call/events.js";
import type { Clock } from "../clock.js";
import { BridgeError } from "../errors.js";
import type { CallOptions } from "../simulate/place-call.js";
import type { ReplayState, SavedCall } from "./messages.js";
import { Overhearing } from "./overhearing.js";

/** Nobody reads more. */
const MOST_CHECKS = 50;

/** How the server's own endpoint is called. */
export type OwnEndpoint = Pick<CallOptions, "url" | "headers" | "isSelf"> & { readonly endpoint: string };

export interface ReplaysSettings {
  readonly clock: Clock;
  readonly endpoint: () => OwnEndpoint;
  readonly tell: (state: ReplayState) => void;
}

export class Replays {
  readonly #settings: ReplaysSettings;
  readonly #overhearing = new Overhearing();
  #running: { readonly id: string; readonly stop: AbortController; readonly done: Promise<void> } | undefined;
  /** How each call's last replay stands. */
  readonly #states = new Map<string, ReplayState>();

  constructor(settings: ReplaysSettings) {
    this.#settings = settings;
  }

  get states(): readonly ReplayState[] {
    return [...this.#states.values()];
  }

  /** For the server's side of every call: one of them is the replayed one. */
  overhear(): Observer {
    return this.#overhearing.observer();
  }

  /** @returns false while another runs. */
  start(call: SavedCall, folder: string): boolean {
    if (this.#running) return false;
    const stop = new AbortController();
    const done = this.#replay(call, folder, stop.signal).finally(() => {
      this.#running = undefined;
    });
    this.#running = { id: call.id, stop, done };
    return true;
  }

  stop(id: string): void {
    if (this.#running?.id === id) this.#running.stop.abort(new Error("stopped"));
  }

  async close(): Promise<void> {
    this.#running?.stop.abort(new Error("stopped"));
    await this.#running?.done;
  }

  async #replay({ id, name }: SavedCall, folder: string, signal: AbortSignal): Promise<void> {
    const tell = (state: Omit<ReplayState, "id" | "name">) => this.#tell({ id, name, ...state });
    tell({ state: "reading" });
    try {
      const [{ openReplay, replayCall }, { compareCalls }, { loadExpectations }] = await Promise.all([
        import("../replay/replay.js"),
        import("../replay/compare.js"),
        import("../replay/expectations.js"),
      ]);
      const replay = await openReplay(folder, "exact");
      const expectations = await loadExpectations(folder, undefined);
      signal.throwIfAborted();
      tell({ state: "calling", durationMs: replay.caller.durationMs });
      const { recorded, replayed } = await replayCall(replay, {
        ...this.#settings.endpoint(),
        clock: this.#settings.clock,
        signal,
        observers: [this.#overhearing.caller()],
        overhear: (observer) => this.#overhearing.listen(observer),
      });
      signal.throwIfAborted();
      const checks = compareCalls({ recorded, replayed, ...expectations });
      tell({
        state: "done",
        ok: checks.length > 0 && checks.every(({ ok }) => ok),
        checks: checks.slice(0, MOST_CHECKS).map(({ expect, ok, measured, limit, unit, reason }) => ({
          expect,
          ok,
          measured,
          limit,
          ...(unit && { unit }),
          reason,
        })),
      });
    } catch (error) {
      tell({ state: "failed", detail: signal.aborted ? "The replay was stopped." : wordsOf(error) });
    } finally {
      this.#overhearing.forget();
    }
  }

  #tell(state: ReplayState): void {
    this.#states.delete(state.id);
    this.#states.set(state.id, state);
    // As many as saved calls are shown.
    const [oldest] = this.#states.keys();
    if (this.#states.size > 200) this.#states.delete(oldest as string);
    this.#settings.tell(state);
  }
}

export function wordsOf(error: unknown): string {
  if (error instanceof BridgeError) return `${error.message} ${error.fix}`;
  process.emitWarning(error instanceof Error ? (error.stack ?? error.message) : String(error), "BridgeBug");
  return "It failed for a reason that is the program's fault: see where it runs.";
}
