/** All metrics of a server at this moment, as text. */
import { type Counts, type Snapshot, sumOf } from "./counts.js";
import { exposition } from "./exposition.js";
import { takeProcess } from "./watch-process.js";

export interface ServerState {
  readonly calls: number;
  readonly maxCalls: number;
  readonly isDraining: boolean;
  /** Processes that answer calls. */
  readonly workers: number;
}

/** @param others what further processes have counted, those that are no more among them. */
export function serverMetrics(counts: Counts, state: ServerState, others: readonly Snapshot[] = []): string {
  counts.set("smartpbx_bridge_calls_active", state.calls);
  counts.set("smartpbx_bridge_calls_limit", state.maxCalls);
  counts.set("smartpbx_bridge_draining", state.isDraining ? 1 : 0);
  counts.set("smartpbx_bridge_workers", state.workers);
  counts.set("process_start_time_seconds", Math.round(performance.timeOrigin) / 1000);
  takeProcess(counts);
  return exposition(sumOf([counts.snapshot(), ...others]));
}
