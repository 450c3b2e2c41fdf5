/** A problem that was found in a call: what was seen, why it matters on a real call, and what to change. */
import type { Speaker } from "../call/leg.js";

export interface Finding {
  /** Stable, for programs: `agent-clipped`. */
  readonly code: string;
  readonly side: Speaker | "call";
  /** `error`: a real caller suffers from it. `warning`: worth a look. */
  readonly severity: "error" | "warning";
  /** What was seen, with its numbers: one sentence. */
  readonly seen: string;
  /** Why that matters on a real call: one sentence. */
  readonly why: string;
  /** What to change. */
  readonly fix: string;
  /** When it was first seen, in ms of the call's clock. */
  readonly at?: number;
}
