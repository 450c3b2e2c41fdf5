/** One row of the catalogue: a peer, what it does, and what becomes of it. */
import type { EndReason } from "../../src/call/events.js";
import type { Stage } from "./stage.js";

/** What can be seen of a peer's fate from outside; where a field is left out, nothing is said about it. */
export interface Outcome {
  /** The HTTP status that it is answered with. */
  readonly answer?: number;
  /** The code with which its WebSocket is closed; 1006 where the connection is cut without a word. */
  readonly close?: number;
  /** The reason in that close frame. */
  readonly reason?: string;
  /** `reason` of the call's `call-ended`. */
  readonly ended?: EndReason;
  /** The codes of all warnings about the call, each once. */
  readonly warnings?: readonly string[];
  /** What else is held by the case, in words for the page. */
  readonly also?: string;
}

export interface Case {
  /** Who is hostile: what calls us, what opens a local page, or the agent of a kind. */
  readonly peer: "PBX" | "page" | `agent ${string}`;
  /** What it does, in words that follow its name. */
  readonly does: string;
  readonly outcome: Outcome;
  /** A flood: no other case runs beside it. */
  readonly alone?: true;
  /** @returns what became of it. Throws when what `also` says does not hold. */
  play(stage: Stage): Promise<Omit<Outcome, "also">>;
}

/** An outcome in one line. */
export function inWords({ answer, close, reason, ended, warnings, also }: Outcome): string {
  const parts: string[] = [];
  if (answer !== undefined) parts.push(`HTTP ${answer}`);
  if (close === 1006) parts.push("the connection ends without a close frame");
  else if (close !== undefined) parts.push(`closed with ${close}${reason ? ` \`${reason}\`` : ""}`);
  if (ended !== undefined) parts.push(`the call ends as \`${ended}\``);
  if (warnings?.length) parts.push(`warning ${warnings.map((code) => `\`${code}\``).join(", ")}`);
  if (also !== undefined) parts.push(also);
  return parts.join("; ");
}
