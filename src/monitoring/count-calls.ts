/** Counts what happens in calls: an observer that all calls of a server share, and what they tell of every frame. */
import type { Observer } from "../call/events.js";
import type { Counts } from "./counts.js";
import type { AgentError } from "./metric-table.js";

export function countCalls(counts: Counts): Observer {
  const agentError = (error: AgentError) => counts.add("smartpbx_bridge_agent_errors_total", 1, error);
  const observer: Observer = (event) => {
    switch (event.type) {
      case "call-started":
        counts.add("smartpbx_bridge_calls_started_total");
        break;
      case "turn":
        counts.observe("smartpbx_bridge_first_audio_seconds", event.firstAudioMs / 1000);
        break;
      case "greeting":
        counts.observe("smartpbx_bridge_greeting_seconds", event.greetingMs / 1000);
        break;
      case "barge-in":
        counts.add("smartpbx_bridge_barge_ins_total");
        break;
      case "warning":
        if (event.code === "agent-overflow") agentError("overflow");
        break;
      case "tool-result":
        if (event.isError) agentError("tool-failed");
        break;
      case "call-ended":
        counts.add("smartpbx_bridge_calls_ended_total", 1, event.reason);
        counts.add("smartpbx_bridge_dropped_seconds_total", event.summary.droppedMs / 1000);
        // Whose account is wrong is let in at the door, and refused when the call starts.
        if (event.reason === "wrong-account") counts.add("smartpbx_bridge_refused_total", 1, event.reason);
        if (event.reason === "agent-unreachable") agentError("unreachable");
        if (event.reason === "agent-failed") agentError("failed");
        break;
    }
  };
  observer.isDeaf = true;
  return observer;
}

/** Counts by how many ms frames for the callers leave after their time. */
export function countLateness(counts: Counts): (ms: number) => void {
  const lateness = counts.histogram("smartpbx_bridge_playout_lateness_seconds");
  return (ms) => lateness(ms / 1000);
}
