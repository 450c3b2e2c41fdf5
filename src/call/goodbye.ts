/** The end of a call that the agent wants: it comes when the caller has heard the agent's last word. */
import type { Conversation } from "./conversation.js";

/** Words that still come after a hang-up are heard; a reply that is said to be over is not waited for as long. */
const AFTER_ENDED_MS = 400;
const AFTER_AUDIO_MS = 1500;

export class Goodbye {
  #agentClosed = false;
  #hungUpAt: number | undefined;

  /** The agent is gone: nothing more will come from it. */
  agentClosed(): void {
    this.#agentClosed = true;
  }

  /** The agent has asked to hang up, and may still be speaking. */
  hangUp(now: number): void {
    this.#hungUpAt ??= now;
  }

  get isAgentClosed(): boolean {
    return this.#agentClosed;
  }

  /** When the call should end, as far as that is known. Infinity while the agent still has something to say. */
  dueAt(conversation: Conversation): number {
    if (!this.#agentClosed && this.#hungUpAt === undefined) return Number.POSITIVE_INFINITY;
    const heardAllAt = conversation.heardAllAt ?? Number.POSITIVE_INFINITY;
    if (this.#agentClosed || this.#hungUpAt === undefined) return heardAllAt;
    const { at, ended } = conversation.lastWord;
    return Math.max(heardAllAt, Math.max(at, this.#hungUpAt) + (ended ? AFTER_ENDED_MS : AFTER_AUDIO_MS));
  }
}
