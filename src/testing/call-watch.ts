/** Takes notes of one call. */
import type { CallEvent, CallSummary } from "../call/events.js";

export class CallWatch {
  readonly events: CallEvent[] = [];
  /** The agent can hear, or never will. */
  isReady = false;
  /** What went wrong at the agent, with what can be done about it. */
  cause: string | undefined;
  summary: CallSummary | undefined;

  readonly observe = (event: CallEvent): void => {
    this.events.push(event);
    if (event.type === "agent-ready" || event.type === "call-ended") this.isReady = true;
    if (event.type !== "call-ended") return;
    this.summary = event.summary;
    const { reason, detail, fix } = event;
    if (reason.startsWith("agent-") && reason !== "agent-ended")
      this.cause = fix ? `${detail}. ${fix}` : detail;
  };

  transcript(isKnown: boolean) {
    if (!isKnown)
      return {
        unknown: "SmartPBX carries no transcripts: they are known when an agent is called, not a url",
      };
    return this.events.filter((event) => event.type === "transcript").filter(({ who }) => who === "agent");
  }
}
