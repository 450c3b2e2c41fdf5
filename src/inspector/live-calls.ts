/** The calls of the server for the inspector: those that run, the last that ended, and what has changed since it was asked. */
import type { OpusModule } from "../audio/opus.js";
import type { Observer } from "../call/events.js";
import type { Clock } from "../clock.js";
import type { Personal } from "../report/personal.js";
import { LiveCall } from "./live-call.js";
import type { CallRow, Levels } from "./messages.js";

/** More calls at a time are counted and not listed. */
const MOST_RUNNING = 400;
const MOST_ENDED = 50;

export interface LiveCallsSettings {
  readonly clock: Clock;
  readonly personal: Personal;
  /** Asked for each Opus call. */
  readonly opus: () => OpusModule | undefined;
  /** Whether anybody looks. */
  readonly isWatched: () => boolean;
  /** There is something new to show. */
  readonly changed: () => void;
  readonly ended: () => void;
}

/** What has changed since the last time. */
export interface Changes {
  readonly rows: readonly CallRow[];
  readonly gone: readonly number[];
  readonly levels: readonly Levels[];
  readonly unlisted: number;
}

interface Kept {
  readonly call: LiveCall;
  readonly hangUp: () => void;
}

export class LiveCalls {
  readonly #settings: LiveCallsSettings;
  /** In the order in which they began. */
  readonly #running = new Map<number, Kept>();
  readonly #ended: LiveCall[] = [];
  readonly #changed = new Set<LiveCall>();
  #gone: number[] = [];
  #unlisted = 0;
  #count = 0;

  constructor(settings: LiveCallsSettings) {
    this.#settings = settings;
  }

  /** Every row there is, the newest first. */
  get rows(): readonly CallRow[] {
    const running = [...this.#running.values()].map(({ call }) => call.row);
    return [...this.#ended.map(({ row }) => row), ...running].sort((a, b) => b.n - a.n);
  }

  get unlisted(): number {
    return this.#unlisted;
  }

  find(n: number): LiveCall | undefined {
    return this.#running.get(n)?.call ?? this.#ended.find((call) => call.n === n);
  }

  /** @returns false when no such call runs. */
  hangUp(n: number): boolean {
    const kept = this.#running.get(n);
    kept?.hangUp();
    return kept !== undefined;
  }

  /** For one new call. */
  observe(hangUp: () => void): Observer {
    const { clock, personal, opus, isWatched, changed, ended } = this.#settings;
    let call: LiveCall | undefined;
    let isUnlisted = false;
    return (event) => {
      if (event.type === "call-started" && !call && !isUnlisted) {
        isUnlisted = this.#running.size >= MOST_RUNNING;
        if (isUnlisted) this.#unlisted++;
        else {
          const { info } = event;
          const module = info.format.encoding === "opus" ? opus() : undefined;
          call = new LiveCall({ n: ++this.#count, info, startedAt: clock.wallMs(), personal, opus: module });
          this.#running.set(call.n, { call, hangUp });
        }
      }
      if (isUnlisted && event.type === "call-ended") this.#unlisted--;
      if (call?.observe(event, isWatched())) {
        this.#changed.add(call);
        changed();
      } else if (event.type === "caller-audio") changed();
      if (event.type !== "call-ended") return;
      ended();
      if (call) this.#end(call);
    };
  }

  take(): Changes {
    const levels: Levels[] = [];
    for (const { call } of this.#running.values()) {
      const level = call.takeLevels();
      if (level) levels.push(level);
    }
    const changes = {
      rows: [...this.#changed].map(({ row }) => row),
      gone: this.#gone,
      levels,
      unlisted: this.#unlisted,
    };
    this.#changed.clear();
    this.#gone = [];
    return changes;
  }

  #end(call: LiveCall): void {
    this.#running.delete(call.n);
    this.#ended.push(call);
    if (this.#ended.length <= MOST_ENDED) return;
    const gone = this.#ended.shift() as LiveCall;
    this.#changed.delete(gone);
    // A page that comes later is told of all there are.
    if (this.#settings.isWatched()) this.#gone.push(gone.n);
  }
}
