/** The one table of metrics: their names, what they count, their labels and buckets. `docs/monitoring.md` is held to it. */
import type { EndReason } from "../call/events.js";

export interface Metric {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels?: readonly string[];
  /** Values of the only label that are shown before they have happened, so that rates begin at zero. */
  readonly known?: readonly string[];
  /** Counted in each of several processes and added up; all else the primary counts alone. */
  readonly ofEachProcess?: true;
  /** Upper bounds, rising, in the unit of the name. Of histograms only. */
  readonly buckets?: readonly number[];
}

/** Ends of calls, as `call-ended` names them. */
const REASONS = [
  "caller-hung-up",
  "caller-lost",
  "agent-ended",
  "agent-failed",
  "agent-unreachable",
  "no-start",
  "caller-silent",
  "too-long",
  "protocol-fault",
  "unsupported-format",
  "wrong-account",
  "message-too-big",
  "shutting-down",
  "bridge-failed",
] as const satisfies readonly EndReason[];

/** Why a connection or a call was not taken, in the order in which it is looked for. */
export const REFUSAL_CAUSES = [
  "wrong-path",
  "wrong-address",
  "address-too-fast",
  "wrong-token",
  "draining",
  "full",
  "address-full",
  // Known only when the call starts.
  "wrong-account",
] as const;

export type RefusalCause = (typeof REFUSAL_CAUSES)[number];

/** What can go wrong with an agent. */
export const AGENT_ERRORS = ["unreachable", "failed", "overflow", "tool-failed"] as const;

export type AgentError = (typeof AGENT_ERRORS)[number];

const SHORT_S = [0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1];
const ANSWER_S = [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5];

const table = {
  smartpbx_bridge_calls_active: { type: "gauge", help: "Calls that run now." },
  smartpbx_bridge_calls_limit: { type: "gauge", help: "Calls that may run at a time." },
  smartpbx_bridge_calls_started_total: { type: "counter", help: "Calls whose start message came." },
  smartpbx_bridge_calls_ended_total: {
    type: "counter",
    help: "Calls that ended, by the reason that call-ended has.",
    labels: ["reason"],
    known: REASONS,
  },
  smartpbx_bridge_refused_total: {
    type: "counter",
    help: "Connections and calls that were not taken, by cause.",
    labels: ["cause"],
    known: REFUSAL_CAUSES,
  },
  smartpbx_bridge_first_audio_seconds: {
    type: "histogram",
    help: "End of the caller's last voiced frame to the first agent frame sent.",
    buckets: ANSWER_S,
  },
  smartpbx_bridge_greeting_seconds: {
    type: "histogram",
    help: "Start of a call to the first agent frame sent, where the agent spoke first.",
    buckets: ANSWER_S,
  },
  smartpbx_bridge_playout_lateness_seconds: {
    type: "histogram",
    help: "How much later than planned an agent frame that was ready left for the caller.",
    ofEachProcess: true,
    buckets: SHORT_S,
  },
  smartpbx_bridge_barge_ins_total: { type: "counter", help: "Times a caller interrupted the agent." },
  smartpbx_bridge_dropped_seconds_total: {
    type: "counter",
    help: "Audio lost to congestion, overflow or a late agent, counted when a call ends; barge-ins not included.",
  },
  smartpbx_bridge_agent_errors_total: {
    type: "counter",
    help: "What went wrong with the agent, by kind of error.",
    labels: ["error"],
    known: AGENT_ERRORS,
  },
  smartpbx_bridge_event_loop_delay_seconds: {
    type: "histogram",
    help: "How late a timer fires, sampled 20 times a second: what delays every call.",
    ofEachProcess: true,
    buckets: SHORT_S,
  },
  smartpbx_bridge_draining: { type: "gauge", help: "1 once no new calls are taken, else 0." },
  smartpbx_bridge_workers: {
    type: "gauge",
    help: "Processes that answer calls: with --workers, those alive.",
  },
  smartpbx_bridge_worker_deaths_total: { type: "counter", help: "Workers that died and were replaced." },
  process_resident_memory_bytes: {
    type: "gauge",
    ofEachProcess: true,
    help: "Resident memory; of all processes together.",
  },
  nodejs_heap_size_used_bytes: {
    type: "gauge",
    ofEachProcess: true,
    help: "Used JavaScript heap; of all processes together.",
  },
  process_cpu_seconds_total: {
    type: "counter",
    ofEachProcess: true,
    help: "CPU time, user and system; of all processes together.",
  },
  process_start_time_seconds: { type: "gauge", help: "When the server started, in seconds since 1970." },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof table;

export const metrics: Readonly<Record<MetricName, Metric>> = table;

export const metricNames = Object.keys(table) as MetricName[];
