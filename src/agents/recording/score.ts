/** What the agent of a recorded call did, and when: everything but the sound itself, read once for all calls it answers. */
import type { LegEvent, Speaker, ToolArguments } from "../../call/leg.js";
import { AGENT_FILE, CALLER_FILE, type RecordedEvent } from "../../recording/format.js";
import { isMedia, type Recording } from "../../recording/reader.js";

/** Times are ms of the recorded call's clock. `heard`: how much of the caller's audio had come before, as `CallerClock` counts it. */
export type Deed = { readonly at: number; readonly heard: number } & DeedKind;

export type DeedKind =
  /** One payload, and the place of its bytes in the agent's file. */
  | { readonly what: "audio"; readonly offset: number; readonly length: number; readonly heardAt: number }
  | {
      readonly what: "event";
      readonly event: Extract<LegEvent, { type: "interrupted" | "turn-ended" | "tool-call" | "closed" }>;
    }
  | {
      readonly what: "transcript";
      readonly who: Speaker;
      readonly text: string;
      readonly spokenAt: number;
    }
  /** The agent was told what its tool gave. */
  | { readonly what: "answer"; readonly id: string };

export interface Score {
  /** When the call started, and when its agent was ready. */
  readonly startedAt: number;
  readonly readyAt: number;
  /** In the order of their times. */
  readonly deeds: readonly Deed[];
  readonly caller: CallerClock;
  /** Bytes of the agent's audio. */
  readonly agentBytes: number;
  /** A tool was called with arguments that the recording does not show. */
  readonly hasMaskedArguments: boolean;
}

/** A transcript is written down this long after the agent gave it, at most: it is held back for what was said before it. */
const TRANSCRIPT_HELD_MS = 1500;

/** How far the caller's audio was at each time: in bytes, or in payloads where these have no fixed size. */
export class CallerClock {
  readonly #countsPayloads: boolean;
  readonly #times: number[] = [];
  readonly #ends: number[] = [];
  #heard = 0;

  constructor(encoding: string) {
    this.#countsPayloads = encoding === "opus";
  }

  /** All of it so far. */
  get heard(): number {
    return this.#heard;
  }

  /** How much further a payload of so many bytes brings it. */
  step(bytes: number): number {
    return this.#countsPayloads ? 1 : bytes;
  }

  add(at: number, bytes: number): void {
    this.#heard += this.step(bytes);
    this.#times.push(Math.max(at, this.#times.at(-1) ?? 0));
    this.#ends.push(this.#heard);
  }

  /** How much had come by this time. */
  heardAt(at: number): number {
    const count = countUpTo(this.#times, at);
    return count > 0 ? this.#ends[count - 1] : 0;
  }

  /** When the last payload came that lies wholly within the first `heard`; undefined before any. */
  timeAt(heard: number): number | undefined {
    const count = countUpTo(this.#ends, heard);
    return count > 0 ? this.#times[count - 1] : undefined;
  }
}

export async function readScore(recording: Recording): Promise<Score> {
  const caller = new CallerClock(recording.call.format.encoding);
  const deeds: Deed[] = [];
  let startedAt = 0;
  let readyAt: number | undefined;
  let agentBytes = 0;
  let hasMaskedArguments = false;
  for await (const batch of recording.batches()) {
    for (const event of batch) {
      if (event.type === "bad-line" || !("t" in event)) continue;
      const at = event.t / 1000;
      if (isMedia(event)) {
        const { file, offset, length, heardT = event.t } = event;
        if (file === CALLER_FILE) caller.add(at, length);
        if (file !== AGENT_FILE) continue;
        agentBytes = Math.max(agentBytes, offset + length);
        deeds.push({ at, heard: caller.heard, what: "audio", offset, length, heardAt: heardT / 1000 });
        continue;
      }
      if (event.type === "start") startedAt = at;
      if (event.type === "agent-ready") readyAt ??= at;
      const deed = read(event, at);
      if (!deed) continue;
      if (isMasked(event)) hasMaskedArguments = true;
      const when = deed.what === "transcript" ? Math.max(deed.spokenAt, at - TRANSCRIPT_HELD_MS) : at;
      const heard = when === at ? caller.heard : caller.heardAt(when);
      deeds.push({ at: Math.min(when, at), heard: Math.min(heard, caller.heard), ...deed });
    }
  }
  deeds.sort((a, b) => a.at - b.at);
  return { startedAt, readyAt: readyAt ?? startedAt, deeds, caller, agentBytes, hasMaskedArguments };
}

function read(event: RecordedEvent, at: number): DeedKind | undefined {
  const { type, id, name, who, text, reason, detail } = event;
  switch (type) {
    case "barge-in":
      return { what: "event", event: { type: "interrupted" } };
    case "turn-ended":
      return { what: "event", event: { type } };
    case "tool-call":
      if (typeof id !== "string" || typeof name !== "string") return undefined;
      return { what: "event", event: { type, id, name, args: argumentsOf(event) ?? {} } };
    case "tool-result":
      return typeof id === "string" ? { what: "answer", id } : undefined;
    case "transcript": {
      if ((who !== "caller" && who !== "agent") || typeof text !== "string") return undefined;
      const { spokenT } = event;
      return { what: "transcript", who, text, spokenAt: typeof spokenT === "number" ? spokenT / 1000 : at };
    }
    case "call-ended": {
      if (reason !== "agent-ended" && reason !== "agent-failed") return undefined;
      const said = typeof detail === "string" && detail !== "" ? detail : "as in the recording";
      return { what: "event", event: { type: "closed", failed: reason === "agent-failed", reason: said } };
    }
    default:
      return undefined;
  }
}

/** No arguments at all are two characters of JSON, masked or not. */
const NO_ARGUMENTS = "[2 characters]";

function argumentsOf({ args }: RecordedEvent): ToolArguments | undefined {
  if (typeof args !== "string") return undefined;
  try {
    const value: unknown = args === NO_ARGUMENTS ? {} : JSON.parse(args);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as ToolArguments) : undefined;
  } catch {
    return undefined;
  }
}

function isMasked(event: RecordedEvent): boolean {
  return event.type === "tool-call" && argumentsOf(event) === undefined;
}

/** How many of these, which never fall, are no greater than `limit`. */
function countUpTo(values: readonly number[], limit: number): number {
  let from = 0;
  let to = values.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (values[middle] <= limit) from = middle + 1;
    else to = middle;
  }
  return from;
}
