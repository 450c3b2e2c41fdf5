/** Turns what was recorded back into the events that observers of the live call were given. */
import { Payload } from "../audio/payload.js";
import type { CallEvent } from "../call/events.js";
import { CALLER_FILE, type CallFile, type RecordedEvent } from "./format.js";
import { parseNote } from "./parse-note.js";
import { type BadLine, isMedia, type Recording } from "./reader.js";

export interface CallEventsOptions {
  /** Told of each line that could not be used. */
  readonly onBadLine?: (line: BadLine) => void;
  /** Leaves out the audio on the agent's own wire, of which only sizes are known. */
  readonly withoutAgentLeg?: boolean;
}

/**
 * The call's events in the order in which they were written. Begins with `call-started`, made from call.json where the
 * recording has lost it. Lines of unknown types are passed over. Masked data stays masked.
 */
export async function* callEvents(
  recording: Recording,
  options: CallEventsOptions = {},
): AsyncGenerator<CallEvent> {
  for await (const batch of callEventBatches(recording, options)) yield* batch;
}

/** The same, many at a time: much faster for long calls. */
export async function* callEventBatches(
  recording: Recording,
  { onBadLine, withoutAgentLeg }: CallEventsOptions = {},
): AsyncGenerator<readonly CallEvent[]> {
  let number = 0;
  let started = false;
  for await (const batch of recording.batches()) {
    const events: CallEvent[] = [];
    for (const line of batch) {
      number++;
      if (isBad(line)) {
        onBadLine?.(line);
        continue;
      }
      if (!started && line.type !== "start") events.push(startOf(recording.call, 0, {}));
      started = true;
      if (withoutAgentLeg && line.leg === "agent" && line.type === "media") continue;
      const event = eventOf(recording, line);
      if (event === "unusable")
        onBadLine?.({ type: "bad-line", line: number, detail: `not what a ${line.type} line has` });
      else if (event) events.push(event);
    }
    yield events;
  }
}

function isBad(line: RecordedEvent | BadLine): line is BadLine {
  return line.type === "bad-line";
}

function eventOf(recording: Recording, line: RecordedEvent): CallEvent | "unusable" | undefined {
  const at = line.t / 1000;
  if (isMedia(line)) {
    const payload = Payload.fromBytes(recording.payloadNow(line));
    const { heardT, plannedT } = line;
    if (line.file !== CALLER_FILE)
      return { at, type: "agent-audio", payload, heardAt: (heardT as number) / 1000 };
    if (plannedT === undefined) return { at, type: "caller-audio", payload };
    return { at, type: "caller-audio", payload, plannedAt: plannedT / 1000 };
  }
  if (line.type === "start") return startOf(recording.call, at, line.message);
  const note = parseNote(line);
  return typeof note === "object" ? { at, ...note } : note;
}

function startOf(call: CallFile, at: number, message: unknown): CallEvent {
  const { callId, otherLegCallId, caller, callee, format } = call;
  const raw = typeof message === "object" && message !== null ? message : {};
  const info = {
    callId,
    ...(typeof otherLegCallId === "string" && { otherLegCallId }),
    accountId: text(call.accountId),
    caller: text(caller),
    callee: text(callee),
    format,
  };
  return { at, type: "call-started", info, agent: text(call.agent), raw };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
